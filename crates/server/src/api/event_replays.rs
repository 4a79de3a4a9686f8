//! Many events replayed at once.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::clock::{day_ms, rfc3339};
use crate::events::{self as inbox, STATUSES, Wanted};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use store::event_list::EventFilter;
use store::events::EventStatus;
use store::payment_totals::DAY_MS;
use utoipa::ToSchema;

/// Body of a replay: the filter of the list, at least the status.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewReplay {
    status: String,
    r#type: Option<String>,
    livemode: Option<bool>,
    /// A day in UTC, included.
    from: Option<String>,
    /// Likewise.
    to: Option<String>,
    /// Only count.
    dry_run: Option<bool>,
}

/// What a replay would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counted {
    dry_run: bool,
    /// Events that would be replayed.
    events: usize,
    /// More pass the filter than one call replays.
    more: bool,
}

/// Many events replayed at once, and how they stand now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    id: String,
    at: String,
    by: String,
    /// How many.
    events: usize,
    /// Those of them that wait to be applied.
    received: usize,
    applied: usize,
    ignored: usize,
    failed: usize,
    dead: usize,
    /// More pass the filter than one call replays; call again. Absent when asked later.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
}

fn wanted(form: &mut Form) -> Wanted {
    let status = form.text("status", 1..=20);
    let status_read = EventStatus::parse(&status);
    if status_read.is_none() && !status.is_empty() {
        form.fault("status", format!("must be one of {STATUSES}"));
    }
    let from_ms = day(form, "from");
    let to_ms = day(form, "to").map(|ms| ms.saturating_add(DAY_MS));
    let (kind, livemode) = (form.opt_text("type", 1..=100), form.opt_bool("livemode"));
    Wanted { filter: EventFilter { status: status_read, livemode, kind, from_ms, to_ms }, q: None }
}

fn day(form: &mut Form, name: &str) -> Option<i64> {
    let text = form.opt_text(name, 1..=10)?;
    let found = day_ms(&text);
    if found.is_none() {
        form.fault(name, "must be a day, like 2026-11-22");
    }
    found
}

/// Apply many events again: all that pass the filter, at most 1,000 in one call. With `dry_run` only counts them.
#[utoipa::path(post, path = "/api/v1/events/replay", tag = "events", request_body = NewReplay,
    responses((status = 201, body = Replayed), (status = 200, body = Counted, description = "Only counted"),
        (status = 422, body = Problem)))]
pub async fn create(State(app): State<App>, Editor(who): Editor, mut form: Form) -> Result<Response> {
    let wanted = wanted(&mut form);
    let dry_run = form.opt_bool("dry_run").unwrap_or(false);
    form.finish(())?;
    if dry_run {
        let (ids, more) = inbox::to_replay(&mut app.events().await?, &wanted).await?;
        return Ok(Json(Counted { dry_run, events: ids.len(), more }).into_response());
    }
    let (replay, more) = inbox::replay_many(&app, &who, &wanted).await?;
    let now = standing(&app, &replay.id, Some(more)).await?;
    Ok((StatusCode::CREATED, Json(now)).into_response())
}

/// What became of many events that were replayed at once.
#[utoipa::path(get, path = "/api/v1/events/replays/{id}", tag = "events",
    responses((status = 200, body = Replayed), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Json<Replayed>> {
    Ok(Json(standing(&app, &id, None).await?))
}

async fn standing(app: &App, id: &str, more: Option<bool>) -> Result<Replayed> {
    let (replay, counts) = inbox::outcome_of(&mut app.events().await?, id).await?;
    let [received, applied, ignored, failed, dead] = counts;
    let (events, at) = (replay.event_ids.len(), rfc3339(replay.at_ms));
    Ok(Replayed {
        id: replay.id,
        at,
        by: replay.actor,
        events,
        received,
        applied,
        ignored,
        failed,
        dead,
        more,
    })
}
