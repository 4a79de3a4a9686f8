//! What people say of an outcome: mark, override, release.

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
use ledger::{Mark, Outcome, Override};
use serde_json::json;
use store::Conn;
use store::journeys::{self, StoredJourney};
use utoipa::ToSchema;

/// Characters of a note or reason.
pub(super) const NOTE_CHARS_MAX: usize = 10_000;

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
    app.live.commit(conn, vec![change]).await?;
    view.map(Json).ok_or_else(|| Problem::not_found("journey"))
}
