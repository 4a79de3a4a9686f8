//! The inbox of events: finding them, replaying one or many, putting one aside. For the API and the pages alike.
//! Applying is idempotent, so any event may be replayed at any time.

use crate::api::access::Principal;
use crate::api::query::{Params, is_stripe_id};
use crate::api::{Problem, Result};
use crate::app::App;
use crate::audit;
use crate::ids::IdKind;
use serde_json::json;
use std::collections::BTreeSet;
use store::event_list::{self, EventFilter};
use store::events::{self, Event, EventStatus};
use store::put_aside;
use store::replays::{self, Replay};
use store::{Conn, history, parked, payments, snapshots};

/// Events that one call replays at most; call again for the rest.
pub const REPLAY_EVENTS_MAX: usize = 1_000;
/// Pages of a list that are looked through for them.
const REPLAY_PAGES_MAX: usize = 20;
/// Events loaded in one go.
const PAGE: i64 = 200;
/// Characters of a type.
const TYPE_CHARS_MAX: usize = 100;
/// Every status, as a message lists them.
pub const STATUSES: &str = "received, applied, ignored, failed, dead";

/// What an address asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Which events.
    pub filter: EventFilter,
    /// And of those: the one called so, and those that mention an object called so.
    pub q: Option<String>,
}

/// Reads it. Days are in UTC, and both are included.
pub fn wanted(params: &mut Params) -> Wanted {
    let (from_ms, to_ms) = params.days();
    let kind = params.text("type");
    if kind.as_ref().is_some_and(|kind| kind.chars().count() > TYPE_CHARS_MAX) {
        params.fault("type", format!("must have at most {TYPE_CHARS_MAX} characters"));
    }
    let q = params.text("q");
    if q.as_deref().is_some_and(|q| !is_stripe_id(q)) {
        params.fault("q", "must be an id, like evt_… or pi_…");
    }
    let filter = EventFilter {
        status: params.word("status", EventStatus::parse, STATUSES),
        livemode: params.truth("livemode"),
        kind,
        from_ms,
        to_ms,
    };
    Wanted { filter, q }
}

/// A page of events.
#[derive(Debug, Default)]
pub struct Found {
    /// Newest first.
    pub events: Vec<Event>,
    /// For the next page.
    pub next: Option<String>,
    /// The page ended because enough was looked at; `next` goes on.
    pub looked: bool,
    /// A search went through so many of the newest payloads, and no further.
    pub searched: Option<usize>,
}

/// Events after an id, at most `limit`.
pub async fn find(conn: &mut Conn, wanted: &Wanted, after: Option<&str>, limit: i64) -> Result<Found> {
    if let Some(q) = &wanted.q {
        return search(conn, &wanted.filter, q, after, limit).await;
    }
    let listed = event_list::list(conn, &wanted.filter, after, limit + 1).await?;
    let listed =
        listed.ok_or_else(|| Problem::invalid_field("after", "must be the `next` of an earlier answer"))?;
    let mut found = cut(listed.events, limit);
    found.looked = found.next.is_none() && listed.looked_at.is_some();
    found.next = found.next.or(listed.looked_at);
    Ok(found)
}

async fn search(
    conn: &mut Conn,
    filter: &EventFilter,
    q: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Found> {
    let known = told_of(conn, q).await?;
    let event_list::Found { mut events, searched } = event_list::search(conn, filter, q, known).await?;
    if let Some(at) = after.and_then(|after| events.iter().position(|event| event.id == after)) {
        events.drain(..=at);
    }
    Ok(Found { searched, ..cut(events, limit) })
}

fn cut(mut events: Vec<Event>, limit: i64) -> Found {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| more).map(|event| event.id.clone());
    Found { events, next, ..Found::default() }
}

/// Events that decided what is known of an object and of the others of its payment, however old they are; `None` when no
/// event that was applied told of it.
async fn told_of(conn: &mut Conn, object_id: &str) -> Result<Option<Vec<String>>> {
    let Some(object) = snapshots::by_ids(conn, vec![object_id.to_owned()]).await?.pop() else {
        return Ok(None);
    };
    let tree = snapshots::by_payments(conn, vec![object.payment_id]).await?;
    let facts = tree.into_iter().filter_map(|row| row.facts);
    let mut ids: Vec<String> = facts.map(|facts| facts.current().told.event_id.clone()).collect();
    for payment in payments::by_ids(conn, vec![object_id.to_owned()]).await? {
        let f = payment.facts;
        ids.extend([f.told, f.failed, f.processing].into_iter().flatten().map(|told| told.event_id));
    }
    Ok(Some(ids))
}

/// One event with its payload.
pub async fn get(conn: &mut Conn, id: &str) -> Result<(Event, Vec<u8>)> {
    let found = if is_stripe_id(id) { events::get(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("event"))
}

/// Applies one event again.
pub async fn replay(app: &App, who: &Principal, id: &str) -> Result<Event> {
    if !is_stripe_id(id) {
        return Err(Problem::not_found("event"));
    }
    app.ingest.on_the_way.settled().await;
    let mut conn = app.db.ledger().await?;
    let replayed = events::replay(&mut conn, vec![id.to_owned()], app.context.clock.now_ms()).await?;
    if replayed == 0 && parked::again(&mut conn, vec![id.to_owned()]).await? > 0 && app.stripe.is_none() {
        let detail = "This thin event waits for its object. Set STRIPE_SECRET_KEY and restart, so that it can be fetched.";
        return Err(Problem::conflict("parked", detail));
    }
    let (event, _) = get(&mut conn, id).await?;
    audit::record(&mut conn, &app.context, who, "event.replay", Some(id), json!({})).await?;
    conn.commit().await?;
    tracing::info!(event_id = id, who = who.name, "an event is replayed");
    wake(app);
    Ok(event)
}

/// Lets apply, and whoever fetches the objects of thin events, look at once.
fn wake(app: &App) {
    // A full channel means that a sweep is on its way already.
    let _ = app.wake.try_send(());
    app.fetch.notify_one();
}

/// Ids of the events that pass a filter, at most [`REPLAY_EVENTS_MAX`], and whether there are more.
pub async fn to_replay(conn: &mut Conn, wanted: &Wanted) -> Result<(Vec<String>, bool)> {
    let mut ids: Vec<String> = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..REPLAY_PAGES_MAX {
        let found = find(conn, wanted, after.as_deref(), PAGE).await?;
        ids.extend(found.events.into_iter().map(|event| event.id));
        after = found.next;
        if ids.len() > REPLAY_EVENTS_MAX || after.is_none() {
            break;
        }
    }
    let more = ids.len() > REPLAY_EVENTS_MAX || after.is_some();
    ids.truncate(REPLAY_EVENTS_MAX);
    Ok((ids, more))
}

/// Applies many events again. What became of them is told by [`outcome_of`]. Also says whether more pass the filter.
pub async fn replay_many(app: &App, who: &Principal, wanted: &Wanted) -> Result<(Replay, bool)> {
    app.ingest.on_the_way.settled().await;
    let mut conn = app.db.ledger().await?;
    let (ids, more) = to_replay(&mut conn, wanted).await?;
    let now_ms = app.context.clock.now_ms();
    events::replay(&mut conn, ids.clone(), now_ms).await?;
    parked::again(&mut conn, ids.clone()).await?;
    let id = app.context.ids.make(IdKind::Replay);
    let replay = Replay { id, at_ms: now_ms, actor: who.name.clone(), event_ids: ids };
    replays::insert(&mut conn, &replay).await?;
    let count = replay.event_ids.len();
    let detail =
        json!({"events": count, "status": wanted.filter.status, "type": wanted.filter.kind, "q": wanted.q});
    audit::record(&mut conn, &app.context, who, "event.replay_many", Some(&replay.id), detail).await?;
    conn.commit().await?;
    tracing::info!(id = replay.id, count, who = who.name, "events are replayed");
    wake(app);
    Ok((replay, more))
}

/// One replay of many, and how its events stand now, in the order of [`EventStatus::ALL`].
pub async fn outcome_of(conn: &mut Conn, id: &str) -> Result<(Replay, [usize; 5])> {
    let found = if IdKind::Replay.fits(id) { replays::get(conn, id).await? } else { None };
    let replay = found.ok_or_else(|| Problem::not_found("replay"))?;
    let events = event_list::by_ids(conn, replay.event_ids.clone()).await?;
    let counts = EventStatus::ALL.map(|status| events.iter().filter(|e| e.status == status).count());
    Ok((replay, counts))
}

/// Puts an event aside that failed or is dead: it need not be applied.
pub async fn ignore(app: &App, who: &Principal, id: &str, reason: &str) -> Result<Event> {
    // Under the ledger's lock, so that it is not being applied meanwhile.
    let mut conn = app.db.ledger().await?;
    let (event, _) = get(&mut conn, id).await?;
    if !put_aside::put(&mut conn, id, reason, &who.name, app.context.clock.now_ms()).await? {
        let detail = format!(
            "Only an event that failed or is dead can be put aside; this one is {}.",
            event.status.as_str()
        );
        return Err(Problem::conflict("not_failed", detail));
    }
    audit::record(&mut conn, &app.context, who, "event.ignore", Some(id), json!({"reason": reason})).await?;
    let (event, _) = get(&mut conn, id).await?;
    conn.commit().await?;
    tracing::info!(event_id = id, who = who.name, "an event is put aside");
    Ok(event)
}

/// What an event is about, and what it changed.
#[derive(Debug, Default)]
pub struct Effect {
    /// Payments that the objects it tells of belong to.
    pub payments: Vec<payments::StoredPayment>,
    /// Rows of history that it wrote.
    pub history: Vec<history::HistoryRow>,
}

/// Looks it up by the objects that the payload tells of; nothing for an event that cannot be read.
pub async fn effect(conn: &mut Conn, event: &Event, body: &[u8]) -> Result<Effect> {
    let Ok(said) = stripe::observe(body, event.received_at_ms) else { return Ok(Effect::default()) };
    let objects = snapshots::by_ids(conn, said.into_iter().map(|o| o.id).collect()).await?;
    let ids: BTreeSet<String> = objects.into_iter().map(|object| object.payment_id).collect();
    let payments = payments::by_ids(conn, ids.into_iter().collect()).await?;
    let journeys: BTreeSet<String> = payments.iter().filter_map(|p| p.journey_id.clone()).collect();
    let mut rows = Vec::new();
    for journey in journeys {
        let all = history::of_journey(conn, &journey, None, PAGE).await?;
        rows.extend(all.into_iter().filter(|row| row.event_id.as_deref() == Some(&event.id)));
    }
    Ok(Effect { payments, history: rows })
}
