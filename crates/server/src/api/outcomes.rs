//! What people say of an outcome: mark, bulk mark, override, release.

use super::access::Editor;
use super::form::Form;
use super::journeys::{self as views, Journey};
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::apply::Change;
use crate::apply::journeys::{Said, record};
use crate::audit;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use ledger::{Mark, Outcome, OutcomeSource, Override};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::Conn;
use store::journeys::{self, StoredJourney};
use utoipa::ToSchema;

/// Characters of a note or reason.
const NOTE_CHARS_MAX: usize = 10_000;
/// Journeys marked in one go.
const BULK_MAX: usize = 1_000;

/// Body of a mark.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewMark {
    outcome: String,
    note: Option<String>,
}

/// Body of an override.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewOverride {
    outcome: String,
    reason: String,
}

/// Body of a bulk mark.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewBulkMark {
    ids: Vec<String>,
    outcome: String,
    note: Option<String>,
}

/// A journey that a bulk mark did not change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unchanged {
    id: String,
    why: String,
}

/// What a bulk mark did.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkAnswer {
    changed: Vec<String>,
    unchanged: Vec<Unchanged>,
}

/// Note an outcome. Money outranks it.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/mark", tag = "outcomes", request_body = NewMark,
    responses((status = 200, body = Journey), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn mark(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Journey>> {
    let (outcome, note) = (form.outcome("outcome"), form.opt_text("note", 0..=NOTE_CHARS_MAX));
    form.finish(())?;
    let mut conn = app.db.ledger().await?;
    let journey = find(&mut conn, &id).await?;
    let (_, change) = set_mark(&app, &mut conn, journey, outcome, note, &who.name).await?;
    let detail = json!({"outcome": outcome.as_str()});
    audit::record(&mut conn, &app.context, &who, "journey.mark", Some(&id), detail).await?;
    answer(&app, conn, &id, change).await
}

/// Pin an outcome. Outranks everything until released; never changes revenue.
#[utoipa::path(put, path = "/api/v1/journeys/{id}/override", tag = "outcomes", request_body = NewOverride,
    responses((status = 200, body = Journey), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn pin(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Journey>> {
    let (outcome, reason) = (form.outcome("outcome"), form.text("reason", 1..=NOTE_CHARS_MAX));
    form.finish(())?;
    let mut conn = app.db.ledger().await?;
    let mut journey = find(&mut conn, &id).await?;
    let note = format!("Pinned to {outcome}: {reason}");
    let at_ms = app.context.clock.now_ms();
    journey.pinned = Some(Override { outcome, reason, at_ms, by: who.name.clone() });
    let said = Said { change: "override", actor: &who.name, note };
    let (_, change) = record(&mut conn, &app.context, journey, said).await?;
    let detail = json!({"outcome": outcome.as_str()});
    audit::record(&mut conn, &app.context, &who, "journey.override", Some(&id), detail).await?;
    answer(&app, conn, &id, change).await
}

/// Release an override: the outcome is again what it would be without.
#[utoipa::path(delete, path = "/api/v1/journeys/{id}/override", tag = "outcomes",
    responses((status = 200, body = Journey), (status = 404, body = Problem)))]
pub async fn release(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Json<Journey>> {
    let mut conn = app.db.ledger().await?;
    let mut journey = find(&mut conn, &id).await?;
    let Some(pinned) = journey.pinned.take() else {
        // Released already: asking again changes nothing.
        let view = views::one(&app, &mut conn, &id).await?;
        return view.map(Json).ok_or_else(|| Problem::not_found("journey"));
    };
    let note = format!("Released from {}", pinned.outcome);
    let said = Said { change: "release", actor: &who.name, note };
    let (_, change) = record(&mut conn, &app.context, journey, said).await?;
    let detail = json!({"from": pinned.outcome.as_str()});
    audit::record(&mut conn, &app.context, &who, "journey.release", Some(&id), detail).await?;
    answer(&app, conn, &id, change).await
}

/// Mark many journeys. Each that changes gets its own row of history.
#[utoipa::path(post, path = "/api/v1/journeys/bulk-mark", tag = "outcomes", request_body = NewBulkMark,
    responses((status = 200, body = BulkAnswer), (status = 422, body = Problem)))]
pub async fn bulk_mark(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<Json<BulkAnswer>> {
    let ids = form.texts("ids", BULK_MAX);
    let (outcome, note) = (form.outcome("outcome"), form.opt_text("note", 0..=NOTE_CHARS_MAX));
    form.finish(())?;
    let mut conn = app.db.ledger().await?;
    let mut bulk = BulkAnswer { changed: Vec::new(), unchanged: Vec::new() };
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    for id in ids.into_iter().filter(|id| seen.insert(id.clone())) {
        match mark_one(&app, &mut conn, &id, outcome, note.clone(), &who.name).await? {
            Ok(change) => {
                changes.push(change);
                bulk.changed.push(id);
            }
            Err((why, change)) => {
                changes.extend(change);
                bulk.unchanged.push(Unchanged { id, why });
            }
        }
    }
    let detail = json!({"outcome": outcome.as_str(), "changed": bulk.changed.len(), "unchanged": bulk.unchanged.len()});
    audit::record(&mut conn, &app.context, &who, "journey.bulk_mark", None, detail).await?;
    conn.commit().await?;
    app.live.announce(changes);
    Ok(Json(bulk))
}

/// Why a mark changed nothing, and the change to announce when it was kept all the same.
type Kept = (String, Option<Change>);

async fn mark_one(
    app: &App,
    conn: &mut Conn,
    id: &str,
    outcome: Outcome,
    note: Option<String>,
    who: &str,
) -> Result<Result<Change, Kept>> {
    let journey = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
    let Some(journey) = journey else { return Ok(Err(("there is no such journey".to_owned(), None))) };
    let before = journey.judgement.outcome;
    if before == outcome {
        return Ok(Err((format!("it is {outcome} already"), None)));
    }
    let (journey, change) = set_mark(app, conn, journey, outcome, note, who).await?;
    if journey.judgement.outcome != before {
        return Ok(Ok(change));
    }
    let why = match journey.judgement.source {
        OutcomeSource::Override => {
            format!("an override pins it to {before}; the mark is kept in its history")
        }
        _ => format!("Stripe says {before}, which outranks a mark; the mark is kept in its history"),
    };
    Ok(Err((why, Some(change))))
}

async fn set_mark(
    app: &App,
    conn: &mut Conn,
    mut journey: StoredJourney,
    outcome: Outcome,
    note: Option<String>,
    who: &str,
) -> Result<(StoredJourney, Change)> {
    let note = note.filter(|text| !text.is_empty());
    let text = note.clone().unwrap_or_else(|| format!("Marked {outcome}"));
    journey.mark = Some(Mark { outcome, at_ms: app.context.clock.now_ms(), by: who.to_owned(), note });
    Ok(record(conn, &app.context, journey, Said { change: "mark", actor: who, note: text }).await?)
}

async fn find(conn: &mut Conn, id: &str) -> Result<StoredJourney> {
    let found = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("journey"))
}

async fn answer(app: &App, mut conn: Conn, id: &str, change: Change) -> Result<Json<Journey>> {
    let view = views::one(app, &mut conn, id).await?;
    conn.commit().await?;
    app.live.announce(vec![change]);
    view.map(Json).ok_or_else(|| Problem::not_found("journey"))
}
