//! Replaying many events: first how many there are, then what became of them.

use super::EVENTS;
use super::query::Query;
use super::row::{self, Row};
use crate::api::access::{Editor, Viewer};
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::events::{self as inbox, REPLAY_EVENTS_MAX};
use crate::pages::errors::html;
use crate::pages::inbox::{Asked, Fields, count_of, frame};
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use store::event_list;

/// Events shown before they are replayed.
const SHOWN_MAX: usize = 10;

#[derive(Template)]
#[template(path = "events/replay.html")]
struct ConfirmPage {
    layout: Layout,
    count: usize,
    words: String,
    /// More pass the filter than one go replays.
    most: Option<String>,
    shown: Vec<Row>,
    /// The filter, for the form.
    filters: Vec<(&'static str, String)>,
    back: String,
}

#[derive(Template)]
#[template(path = "events/replayed.html")]
struct OutcomePage {
    layout: Layout,
    by: String,
    at: When,
    words: String,
    total: usize,
    received: usize,
    applied: usize,
    ignored: usize,
    failed: usize,
    dead: usize,
    back: String,
    failed_href: String,
}

impl OutcomePage {
    /// Where a part of the bar begins, in thousandths of it.
    fn share(&self, count: usize) -> usize {
        count * 1000 / self.total.max(1)
    }

    fn stuck(&self) -> usize {
        self.failed + self.dead
    }
}

/// What a filter must say, so that nobody replays everything by accident.
fn require_status(query: &Query) -> Result<()> {
    match query.wanted.filter.status {
        Some(_) => Ok(()),
        None => Err(Problem::invalid_field("status", "choose the status of the events to replay")),
    }
}

/// `GET /events/replay?status=…`: how many there are.
pub(super) async fn confirm(State(app): State<App>, Editor(who): Editor, query: Query) -> Result<Response> {
    require_status(&query)?;
    let mut conn = app.events().await?;
    let (ids, more) = inbox::to_replay(&mut conn, &query.wanted).await?;
    let now_ms = app.context.clock.now_ms();
    let shown = event_list::by_ids(&mut conn, ids.iter().take(SHOWN_MAX).cloned().collect()).await?;
    let mut layout = frame(&app, &who, "Replay events", Section::Events, &query.asked, EVENTS);
    layout.modes.clear();
    Ok(html(&ConfirmPage {
        layout,
        count: ids.len(),
        words: words(ids.len()),
        most: more.then(|| words(REPLAY_EVENTS_MAX)),
        shown: row::rows(&mut conn, shown, now_ms).await?,
        filters: query.asked.filters(),
        back: query.asked.href(EVENTS),
    }))
}

fn words(count: usize) -> String {
    count_of(i64::try_from(count).unwrap_or(i64::MAX), "event")
}

/// Replays them.
pub(super) async fn submit(State(app): State<App>, Editor(who): Editor, fields: Fields) -> Result<Response> {
    let query = Query::read(&app, Params::of(fields.into_pairs()))?;
    require_status(&query)?;
    let (replay, _) = inbox::replay_many(&app, &who, &query.wanted).await?;
    Ok(Redirect::to(&query.asked.href(&format!("{EVENTS}/replays/{}", replay.id))).into_response())
}

/// `GET /events/replays/{id}`: what became of them. Loads itself again while some wait.
pub(super) async fn outcome(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Response> {
    let asked = Asked::read(&app, &mut params, &["status", "type", "from", "to", "q"]);
    params.finish(())?;
    let (replay, counts) = inbox::outcome_of(&mut app.events().await?, &id).await?;
    let [received, applied, ignored, failed, dead] = counts;
    let mut layout = frame(&app, &who, "Replayed events", Section::Events, &asked, EVENTS);
    layout.modes.clear();
    let stuck = if dead > 0 { "dead" } else { "failed" };
    Ok(html(&OutcomePage {
        layout,
        by: replay.actor,
        at: When::ago(replay.at_ms, app.context.clock.now_ms()),
        words: words(replay.event_ids.len()),
        total: replay.event_ids.len(),
        received,
        applied,
        ignored,
        failed,
        dead,
        back: asked.href(EVENTS),
        failed_href: Asked::mode(asked.livemode()).with("status", Some(stuck)).href(EVENTS),
    }))
}
