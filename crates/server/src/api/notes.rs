//! Notes that people write on a journey. Each is its author's: only they and owners change or remove it.

use super::access::{Editor, Principal, Role, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use super::reviews::{find, revision};
use crate::app::App;
use crate::apply;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;
use store::Conn;
use store::notes::{self, StoredNote};
use utoipa::ToSchema;

/// Characters of a note.
const TEXT_CHARS_MAX: usize = 10_000;
/// Tags of a note.
pub const TAGS_MAX: usize = 10;
/// Characters of a tag.
pub const TAG_CHARS_MAX: usize = 30;
/// From the least to the most urgent.
pub const PRIORITIES: [&str; 3] = ["low", "normal", "high"];
/// Unless said otherwise.
const PRIORITY_DEFAULT: &str = "normal";

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct Note {
    id: String,
    journey_id: String,
    at: String,
    author: String,
    text: String,
    tags: Vec<String>,
    /// `low`, `normal` or `high`.
    priority: String,
    /// Saves so far, from 1.
    revision: i64,
    edited_at: Option<String>,
    edited_by: Option<String>,
}

impl From<StoredNote> for Note {
    fn from(n: StoredNote) -> Self {
        Self {
            id: n.id,
            journey_id: n.journey_id,
            at: rfc3339(n.at_ms),
            author: n.author,
            text: n.text,
            tags: n.tags,
            priority: n.priority,
            revision: n.revision,
            edited_at: n.edited_at_ms.map(rfc3339),
            edited_by: n.edited_by,
        }
    }
}

/// Body of a new note.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewNote {
    text: String,
    tags: Option<Vec<String>>,
    /// `normal` when absent.
    priority: Option<String>,
}

/// Body of a change; all of the note.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NoteChange {
    /// The one that was read; `If-Match` says it as well.
    revision: i64,
    text: String,
    tags: Option<Vec<String>>,
    priority: Option<String>,
}

/// What a note says.
struct Said {
    text: String,
    tags: Vec<String>,
    priority: &'static str,
}

fn read(form: &mut Form) -> Said {
    Said {
        text: form.text("text", 1..=TEXT_CHARS_MAX).replace("\r\n", "\n"),
        tags: form.words("tags", TAGS_MAX, TAG_CHARS_MAX),
        priority: form.opt_word("priority", &PRIORITIES).unwrap_or(PRIORITY_DEFAULT),
    }
}

/// True for who may change or remove a note.
pub fn may_change(who: &Principal, note: &StoredNote) -> bool {
    who.role == Role::Owner || (who.role >= Role::Editor && who.id == note.author_id)
}

/// A journey's notes, newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/notes", tag = "reviews",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Note>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<List<Note>>> {
    let page = params.page(|after| IdKind::Note.fits(after))?;
    let mut conn = app.db.read().await?;
    find(&mut conn, &id).await?;
    let found = notes::of_journey(&mut conn, &id, page.after.as_deref(), page.rows()).await?;
    let items = found.into_iter().map(Note::from).collect();
    Ok(Json(page.list(items, |note| note.id.clone())))
}

/// Write a note.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/notes", tag = "reviews", request_body = NewNote,
    responses((status = 201, body = Note), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<(StatusCode, Json<Note>)> {
    let said = read(&mut form);
    let Said { text, tags, priority } = form.finish(said)?;
    let mut conn = app.db.write().await?;
    let journey = find(&mut conn, &id).await?;
    let note = StoredNote {
        journey_id: id.clone(),
        id: app.context.ids.make(IdKind::Note),
        at_ms: app.context.clock.now_ms(),
        author: who.name.clone(),
        author_id: who.id.clone(),
        text,
        tags,
        priority: priority.to_owned(),
        revision: 1,
        edited_at_ms: None,
        edited_by: None,
    };
    notes::insert(&mut conn, &note).await?;
    noted(&app, &mut conn, &who, "note.add", &note).await?;
    app.live.commit(conn, vec![apply::journeys::change(&journey, "note")]).await?;
    Ok((StatusCode::CREATED, Json(note.into())))
}

/// One note.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/notes/{note_id}", tag = "reviews",
    responses((status = 200, body = Note), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path((id, note_id)): Path<(String, String)>,
) -> Result<Json<Note>> {
    let mut conn = app.db.read().await?;
    Ok(Json(find_note(&mut conn, &id, &note_id).await?.into()))
}

/// Change a note.
#[utoipa::path(put, path = "/api/v1/journeys/{id}/notes/{note_id}", tag = "reviews", request_body = NoteChange,
    responses((status = 200, body = Note), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn update(
    State(app): State<App>,
    Editor(who): Editor,
    Path((id, note_id)): Path<(String, String)>,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Json<Note>> {
    let base = revision(&headers, &mut form);
    let said = read(&mut form);
    let Said { text, tags, priority } = form.finish(said)?;
    let mut conn = app.db.ledger().await?;
    let before = find_note(&mut conn, &id, &note_id).await?;
    refuse_strangers(&who, &before)?;
    if before.text == text && before.tags == tags && before.priority == priority {
        return Ok(Json(before.into()));
    }
    if before.revision != base {
        let yours = json!({"text": text, "tags": tags, "priority": priority});
        return Err(Problem::changed_meanwhile(json!(Note::from(before)), yours));
    }
    let note = StoredNote {
        text,
        tags,
        priority: priority.to_owned(),
        revision: before.revision + 1,
        edited_at_ms: Some(app.context.clock.now_ms()),
        edited_by: Some(who.name.clone()),
        ..before
    };
    notes::update(&mut conn, &note).await?;
    noted(&app, &mut conn, &who, "note.edit", &note).await?;
    let journey = find(&mut conn, &id).await?;
    app.live.commit(conn, vec![apply::journeys::change(&journey, "note")]).await?;
    Ok(Json(note.into()))
}

/// Remove a note.
#[utoipa::path(delete, path = "/api/v1/journeys/{id}/notes/{note_id}", tag = "reviews",
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(
    State(app): State<App>,
    Editor(who): Editor,
    Path((id, note_id)): Path<(String, String)>,
) -> Result<StatusCode> {
    let mut conn = app.db.write().await?;
    let note = find_note(&mut conn, &id, &note_id).await?;
    refuse_strangers(&who, &note)?;
    notes::delete(&mut conn, &id, &note_id).await?;
    noted(&app, &mut conn, &who, "note.delete", &note).await?;
    let journey = find(&mut conn, &id).await?;
    app.live.commit(conn, vec![apply::journeys::change(&journey, "note")]).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn noted(app: &App, conn: &mut Conn, who: &Principal, action: &str, note: &StoredNote) -> Result<()> {
    let detail = json!({"note_id": note.id, "author": note.author});
    audit::record(conn, &app.context, who, action, Some(&note.journey_id), detail).await?;
    Ok(())
}

async fn find_note(conn: &mut Conn, id: &str, note_id: &str) -> Result<StoredNote> {
    let fits = IdKind::Journey.fits(id) && IdKind::Note.fits(note_id);
    let found = if fits { notes::get(conn, id, note_id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("note"))
}

fn refuse_strangers(who: &Principal, note: &StoredNote) -> Result<()> {
    if may_change(who, note) {
        return Ok(());
    }
    let detail = format!("This note is {}’s. Only they and owners change or remove it.", note.author);
    Err(Problem::new(StatusCode::FORBIDDEN, "not_yours", detail))
}
