//! The inbox of events: what came, how far each has come, and replay.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params, is_stripe_id};
use crate::app::App;
use crate::clock::rfc3339;
use crate::events as inbox;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use std::ops::RangeInclusive;
use store::events::{self, EventStatus};
use store::{Conn, put_aside};
use utoipa::ToSchema;

/// Characters of a reason.
pub const REASON_CHARS: RangeInclusive<usize> = 1..=500;

/// An event as listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    id: String,
    r#type: String,
    api_version: Option<String>,
    livemode: bool,
    /// Stripe's clock.
    created_at: String,
    /// Ours.
    received_at: String,
    #[schema(value_type = String)]
    status: EventStatus,
    attempts: i64,
    last_error: Option<String>,
    /// Only of an event that a person put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    put_aside: Option<PutAsideView>,
}

/// Why an event is ignored though its type is not.
#[derive(Debug, Serialize, ToSchema)]
pub struct PutAsideView {
    reason: String,
    by: String,
    at: String,
}

/// Body of [`ignore`].
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewIgnore {
    reason: String,
}

/// An event with its payload, as Stripe sent it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventWithPayload {
    #[serde(flatten)]
    event: Event,
    #[schema(value_type = serde_json::Value)]
    payload: Option<Box<RawValue>>,
}

impl From<events::Event> for Event {
    fn from(e: events::Event) -> Self {
        Self {
            id: e.id,
            r#type: e.kind,
            api_version: e.api_version,
            livemode: e.livemode,
            created_at: rfc3339(e.created_at_ms),
            received_at: rfc3339(e.received_at_ms),
            status: e.status,
            attempts: e.attempts,
            last_error: e.last_error,
            put_aside: None,
        }
    }
}

/// Adds why those that a person put aside are ignored.
async fn views(conn: &mut Conn, found: Vec<events::Event>) -> Result<Vec<Event>> {
    let ignored = found.iter().filter(|e| e.status == EventStatus::Ignored).map(|e| e.id.clone()).collect();
    let mut aside = put_aside::by_ids(conn, ignored).await?;
    let view = |event: events::Event| {
        let why = aside.remove(&event.id);
        let put_aside =
            why.map(|why| PutAsideView { reason: why.reason, by: why.actor, at: rfc3339(why.at_ms) });
        Event { put_aside, ..event.into() }
    };
    Ok(found.into_iter().map(view).collect())
}

/// Events, newest first. `q` finds an event by its id, and those that mention an object: among the newest 2,000, and
/// those that decided what is known of it. A page may hold fewer than `limit`, even none, while `next` is not null: so
/// many were looked at. Days are in UTC, both included.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("status" = Option<String>, Query), ("livemode" = Option<bool>, Query), ("type" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("q" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Event>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Json<List<Event>>> {
    let wanted = inbox::wanted(&mut params);
    let page = params.page(is_stripe_id)?;
    let mut conn = app.events().await?;
    let found = inbox::find(&mut conn, &wanted, page.after.as_deref(), page.limit).await?;
    Ok(Json(List { items: views(&mut conn, found.events).await?, next: found.next }))
}

/// One event with its payload.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events",
    responses((status = 200, body = EventWithPayload), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
) -> Result<Json<EventWithPayload>> {
    let mut conn = app.events().await?;
    let (event, body) = inbox::get(&mut conn, &id).await?;
    let payload = serde_json::from_slice(&body).ok();
    Ok(Json(EventWithPayload { event: view(&mut conn, event).await?, payload }))
}

async fn view(conn: &mut Conn, event: events::Event) -> Result<Event> {
    views(conn, vec![event]).await?.pop().ok_or_else(|| Problem::not_found("event"))
}

/// Apply an event again. Applying is idempotent, so this is safe for any event.
#[utoipa::path(post, path = "/api/v1/events/{id}/replay", tag = "events",
    responses((status = 202, body = Event), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn replay(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Event>)> {
    Ok((StatusCode::ACCEPTED, Json(inbox::replay(&app, &who, &id).await?.into())))
}

/// Put an event aside that failed or is dead, because it need not be applied. It shows as ignored until it is replayed.
#[utoipa::path(post, path = "/api/v1/events/{id}/ignore", tag = "events", request_body = NewIgnore,
    responses((status = 200, body = Event), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn ignore(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Event>> {
    let reason = form.text("reason", REASON_CHARS);
    form.finish(())?;
    let event = inbox::ignore(&app, &who, &id, &reason).await?;
    Ok(Json(view(&mut app.events().await?, event).await?))
}
