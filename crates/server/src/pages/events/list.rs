//! The list of events, with how many are where.

use super::query::Query;
use super::row::{self, Row};
use super::{EVENTS, REPLAY, tabs};
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::events as inbox;
use crate::pages::errors::html;
use crate::pages::inbox::{Tab, count_of, frame, may_change, pager};
use crate::pages::layout::{Layout, Section};
use crate::pages::list::{Choice, Pager};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::event_list::{self, Counts, LOOKED_AT_MAX};
use store::events::EventStatus;
use store::payment_totals::DAY_MS;

#[derive(Template)]
#[template(path = "events/list.html")]
struct EventsPage {
    layout: Layout,
    tabs: Vec<Tab>,
    query: Query,
    tiles: Vec<Tile>,
    statuses: Vec<Choice>,
    types: Vec<String>,
    rows: Vec<Row>,
    /// What was not looked at.
    bounded: Option<String>,
    pager: Pager,
    export: String,
    /// The page that replays what is listed.
    replay: Option<String>,
    clear: String,
    webhook_url: String,
}

/// How many are in a status, and where they are listed.
struct Tile {
    look: &'static str,
    words: &'static str,
    count: String,
    remark: Option<&'static str>,
    href: String,
}

fn tiles(query: &Query, counts: &Counts) -> Vec<Tile> {
    let tile = |status: EventStatus, words| {
        let recent = match status {
            EventStatus::Applied => Some(counts.applied),
            EventStatus::Ignored => Some(counts.ignored),
            _ => None,
        };
        let count = recent.unwrap_or_else(|| counts.waiting.get(status.as_str()).copied().unwrap_or(0));
        Tile {
            look: row::badge(status).look,
            words,
            count: count_of(count, ""),
            remark: recent.map(|_| "24 h"),
            href: query.asked.unfiltered().with("status", Some(status.as_str())).href(EVENTS),
        }
    };
    vec![
        tile(EventStatus::Received, "Waiting"),
        tile(EventStatus::Failed, "Failed, tried again"),
        tile(EventStatus::Dead, "Dead"),
        tile(EventStatus::Applied, "Applied"),
        tile(EventStatus::Ignored, "Ignored"),
    ]
}

fn statuses(chosen: Option<&str>) -> Vec<Choice> {
    let pair = |status: EventStatus| (status.as_str().to_owned(), row::badge(status).words);
    Choice::all(EventStatus::ALL.map(pair), chosen)
}

fn bounded(query: &Query, found: &inbox::Found) -> Option<String> {
    if let (Some(q), Some(searched)) = (&query.wanted.q, found.searched) {
        let searched = count_of(i64::try_from(searched).unwrap_or(i64::MAX), "event");
        return Some(format!(
            "These mention {q} among the newest {searched}, or decided what is known of it. Older ones are not searched; \
             choose days to search those."
        ));
    }
    found.looked.then(|| {
        let looked = count_of(LOOKED_AT_MAX, "event");
        format!("{looked} were looked through for these filters. “Older” goes on from there.")
    })
}

/// `GET /events`
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, query: Query) -> Result<Response> {
    let mut conn = app.events().await?;
    let found = inbox::find(&mut conn, &query.wanted, query.after.as_deref(), query.limit).await?;
    let now_ms = app.context.clock.now_ms();
    let livemode = query.asked.livemode();
    let counts = event_list::counts(&mut conn, livemode, now_ms - DAY_MS).await?;
    let pager = pager(&query.asked, EVENTS, found.next.as_deref(), "Older");
    let replayable = may_change(&who) && query.wanted.filter.status.is_some() && !found.events.is_empty();
    Ok(html(&EventsPage {
        layout: frame(&app, &who, "Events", Section::Events, &query.asked, EVENTS),
        tabs: tabs(&query.asked, EVENTS),
        tiles: tiles(&query, &counts),
        statuses: statuses(query.asked.some("status")),
        types: stripe::handled_types().map(str::to_owned).collect(),
        bounded: bounded(&query, &found),
        rows: row::rows(&mut conn, found.events, now_ms).await?,
        pager,
        export: query.asked.with("limit", None).href("/events.csv"),
        replay: replayable.then(|| query.asked.with("limit", None).href(REPLAY)),
        clear: query.asked.unfiltered().href(EVENTS),
        webhook_url: format!("{}/api/webhooks/stripe", app.config.public_url),
        query,
    }))
}
