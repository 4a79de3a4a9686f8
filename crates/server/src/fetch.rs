//! Thin events: the object that each is about is fetched from Stripe, stored as a reading, and applied like an event
//! (SPEC H3, docs/decisions/0012).
//!
//! A thin event whose snapshot twin is here already has nothing to add. Without a secret key they wait, and say so.
//! Must never hold a transaction while Stripe is asked.

use crate::app::App;
use std::time::Duration;
use store::events::{self, EventStatus, NewEvent, PARKED_MS};
use store::{StoreError, parked};
use stripe::api::{Api, ApiError, Related};
use stripe::{Asked, Envelope, Told};

/// How often waiting events are looked for when nothing says that there are any.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Events looked at in one go.
const PAGE: i64 = 100;
/// Why events wait while there is no key.
pub const NO_KEY: &str =
    "waits for its object: set STRIPE_SECRET_KEY and restart, so that it can be fetched from Stripe";

/// Fetches until the program stops. [`App::fetch`] is told when there is something to do.
pub async fn run(app: App) {
    let stop = app.stop.clone();
    loop {
        let round = async {
            if let Err(error) = round(&app).await {
                tracing::warn!(%error, "thin events wait: the database cannot be used");
            }
            let _ = tokio::time::timeout(LOOK_EVERY, app.fetch.notified()).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = round => {}
        }
    }
}

async fn round(app: &App) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let ids = parked::waiting(&mut app.db.read().await?, &after, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after.clone_from(last);
        let Some(api) = &app.stripe else {
            note(app, ids, NO_KEY).await?;
            continue;
        };
        for id in ids {
            if let Some(why) = take(app, api, &id).await? {
                tracing::warn!(event_id = id, request_id = why.request_id(), %why, "the object of a thin event cannot be fetched");
                note(app, vec![id], &why.to_string()).await?;
                if why.is_passing() {
                    // Stripe is away: for the others, too.
                    return Ok(());
                }
            }
        }
    }
}

async fn note(app: &App, ids: Vec<String>, why: &str) -> Result<(), StoreError> {
    let mut conn = app.db.write().await?;
    parked::note(&mut conn, ids, why).await?;
    conn.commit().await
}

/// Takes one event as far as it goes; with an error it waits on.
async fn take(app: &App, api: &Api, id: &str) -> Result<Option<ApiError>, StoreError> {
    let mut conn = app.db.read().await?;
    let Some((event, body)) = events::get(&mut conn, id).await? else { return Ok(None) };
    let envelope = Envelope::read(&body).ok();
    let Some((envelope, thin)) = envelope.and_then(|e| Some((e.thin.clone()?, e))).map(|(t, e)| (e, t))
    else {
        return give_up(app, id, "it names no object").await.map(|()| None);
    };
    let snapshot_event = thin.snapshot_event.clone().into_iter().collect();
    if !events::existing(&mut conn, snapshot_event).await?.is_empty() {
        return finish(app, id, None).await.map(|()| None);
    }
    drop(conn);
    if event.livemode != api.livemode() {
        return give_up(app, id, "it is of the other mode than STRIPE_SECRET_KEY").await.map(|()| None);
    }
    let asked_at_s = app.context.clock.now_s();
    let fetched = match api.related(id, &Related::of(&thin), event.account.as_deref()).await {
        Ok(fetched) => fetched,
        Err(error @ (ApiError::NotFound(_) | ApiError::Invalid(_))) => {
            return give_up(app, id, &error.to_string()).await.map(|()| None);
        }
        Err(error) => return Ok(Some(error)),
    };
    let at_s = read_at_s(asked_at_s, fetched.date_s).max(envelope.created_s);
    let told = Some(Told { id, event_type: &envelope.event_type, created_s: envelope.created_s });
    let asked = Asked { at_s, livemode: event.livemode, account: event.account.as_deref(), told };
    match reading(app, &fetched.json, &asked) {
        Some(reading) => finish(app, id, Some(reading)).await.map(|()| None),
        None => give_up(app, id, "Stripe answered with something that is no object").await.map(|()| None),
    }
}

/// A second by Stripe's clock that is surely not after the object was read: its answer's date may be, when the answer was
/// slow, and our clock may be ahead.
pub fn read_at_s(asked_at_s: i64, date_s: Option<i64>) -> i64 {
    date_s.map_or(asked_at_s, |date_s| date_s.min(asked_at_s))
}

/// An object's reading, ready to be stored; `None` for what is no object.
pub fn reading(app: &App, json: &str, asked: &Asked<'_>) -> Option<NewEvent> {
    let read = stripe::wrap(json, asked)?;
    let now_ms = app.context.clock.now_ms();
    Some(NewEvent {
        id: read.id,
        kind: stripe::READ.to_owned(),
        api_version: Some(stripe::api::VERSION.to_owned()),
        account: asked.account.map(str::to_owned),
        livemode: asked.livemode,
        created_at_ms: asked.at_s.saturating_mul(1000),
        received_at_ms: now_ms,
        handled: true,
        due_at_ms: now_ms,
        body: read.body.into(),
        said: None,
    })
}

async fn finish(app: &App, id: &str, reading: Option<NewEvent>) -> Result<(), StoreError> {
    let mut conn = app.db.write().await?;
    let found = reading.is_some();
    events::insert(&mut conn, reading.into_iter().collect()).await?;
    events::finish(&mut conn, vec![id.to_owned()]).await?;
    conn.commit().await?;
    if found {
        // A full channel means that a sweep is on its way already.
        let _ = app.wake.try_send(());
    }
    Ok(())
}

/// A person sees it among the dead, and may ask for it again.
async fn give_up(app: &App, id: &str, why: &str) -> Result<(), StoreError> {
    tracing::error!(event_id = id, why, "the object of a thin event cannot be had");
    let mut conn = app.db.write().await?;
    events::fail(&mut conn, id, EventStatus::Dead, PARKED_MS, why).await?;
    conn.commit().await
}
