//! Many journeys marked at once, with a look at what it would do, and a way back (SPEC D3).

use super::access::{Editor, Principal};
use super::form::Form;
use super::outcomes::NOTE_CHARS_MAX;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::apply::marks::{self, Undone, Weighing, Word};
use crate::audit;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use ledger::Outcome;
use serde::Serialize;
use serde_json::json;
use store::bulk_marks::{self, BulkMark};
use utoipa::ToSchema;

/// Journeys marked in one go.
pub const BULK_MAX: usize = 1_000;

/// Body of a bulk mark.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewBulkMark {
    ids: Vec<String>,
    outcome: String,
    note: Option<String>,
    /// Only tell what would change.
    dry_run: Option<bool>,
}

/// A journey that stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unchanged {
    id: String,
    why: String,
}

/// What a bulk mark did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkAnswer {
    changed: Vec<String>,
    unchanged: Vec<Unchanged>,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoAnswer {
    /// Their mark is again as it was before.
    restored: Vec<String>,
    unchanged: Vec<Unchanged>,
}

fn unchanged(all: Vec<(String, String)>) -> Vec<Unchanged> {
    all.into_iter().map(|(id, why)| Unchanged { id, why }).collect()
}

/// Mark many journeys. Each that changes gets its own row of history. `Location` is what `/undo` takes it back under.
#[utoipa::path(post, path = "/api/v1/journeys/bulk-mark", tag = "outcomes", request_body = NewBulkMark,
    responses((status = 200, body = BulkAnswer), (status = 422, body = Problem)))]
pub async fn mark(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<(HeaderMap, Json<BulkAnswer>)> {
    let ids = form.texts("ids", BULK_MAX);
    let (outcome, note) = (form.outcome("outcome"), form.opt_text("note", 0..=NOTE_CHARS_MAX));
    let dry_run = form.opt_bool("dry_run").unwrap_or(false);
    form.finish(())?;
    let word = word(&who, outcome, note);
    let (weighing, done) = if dry_run {
        (preview(&app, &ids, &word).await?, None)
    } else {
        mark_all(&app, &who, &ids, &word).await?
    };
    let location = done.and_then(|id| HeaderValue::try_from(format!("/api/v1/bulk-marks/{id}")).ok());
    let headers = location.map(|location| (header::LOCATION, location)).into_iter().collect();
    let Weighing { changed, unchanged: others, .. } = weighing;
    Ok((headers, Json(BulkAnswer { changed, unchanged: unchanged(others) })))
}

/// What `who` says of many.
pub fn word(who: &Principal, outcome: Outcome, note: Option<String>) -> Word {
    Word { outcome, note: note.filter(|note| !note.is_empty()), by: who.name.clone() }
}

/// What [`mark_all`] would do now.
pub async fn preview(app: &App, ids: &[String], word: &Word) -> Result<Weighing> {
    let mut conn = app.db.read().await?;
    Ok(marks::weigh(&mut conn, &known(ids), word, app.context.clock.now_ms()).await?)
}

/// Marks, and returns the id to take it back under when any mark was set.
pub async fn mark_all(
    app: &App,
    who: &Principal,
    ids: &[String],
    word: &Word,
) -> Result<(Weighing, Option<String>)> {
    let mut conn = app.db.ledger().await?;
    let now_ms = app.context.clock.now_ms();
    let weighing = marks::weigh(&mut conn, &known(ids), word, now_ms).await?;
    let (marked, changes) = weighing.write(&mut conn, &app.context, word).await?;
    let id = (!marked.is_empty()).then(|| app.context.ids.make(IdKind::BulkMark));
    if let Some(id) = &id {
        let actor = who.name.clone();
        let bulk =
            BulkMark { id: id.clone(), at_ms: now_ms, actor, outcome: word.outcome, undone_at_ms: None };
        bulk_marks::insert(&mut conn, &bulk, &marked).await?;
    }
    let (done, others) = (weighing.changed.len(), weighing.unchanged.len());
    let detail = json!({"outcome": word.outcome.as_str(), "changed": done, "unchanged": others});
    audit::record(&mut conn, &app.context, who, "journey.bulk_mark", id.as_deref(), detail).await?;
    app.live.commit(conn, changes).await?;
    Ok((weighing, id))
}

/// What is no id names no journey; it is answered for all the same.
fn known(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| id.chars().take(100).collect()).collect()
}

/// Take a bulk mark back: each journey gets the mark that it had before, unless it was marked again since.
#[utoipa::path(post, path = "/api/v1/bulk-marks/{id}/undo", tag = "outcomes",
    responses((status = 200, body = UndoAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn undo(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Json<UndoAnswer>> {
    let undone = undo_all(&app, &who, &id).await?;
    Ok(Json(UndoAnswer { restored: undone.restored, unchanged: unchanged(undone.unchanged) }))
}

/// Takes a bulk mark back, once.
pub async fn undo_all(app: &App, who: &Principal, id: &str) -> Result<Undone> {
    let mut conn = app.db.ledger().await?;
    let found = if IdKind::BulkMark.fits(id) { bulk_marks::get(&mut conn, id).await? } else { None };
    let bulk = found.ok_or_else(|| Problem::not_found("bulk mark"))?;
    if !bulk_marks::set_undone(&mut conn, id, app.context.clock.now_ms()).await? {
        return Err(Problem::conflict("already_undone", "This was taken back before. Nothing was changed."));
    }
    let marked = bulk_marks::journeys(&mut conn, id).await?;
    let (undone, changes) = marks::undo(&mut conn, &app.context, marked, bulk.outcome, &who.name).await?;
    let detail = json!({"restored": undone.restored.len(), "unchanged": undone.unchanged.len()});
    audit::record(&mut conn, &app.context, who, "journey.bulk_undo", Some(id), detail).await?;
    app.live.commit(conn, changes).await?;
    Ok(undone)
}
