//! The inbox of events: what came, how far each has come, and replay.

use super::access::{Editor, Viewer};
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params, is_stripe_id};
use crate::app::App;
use crate::audit;
use crate::clock::rfc3339;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use store::events::{self, EventStatus};
use store::parked;
use utoipa::ToSchema;

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
        }
    }
}

/// Events, newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("status" = Option<String>, Query), ("livemode" = Option<bool>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Event>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Json<List<Event>>> {
    let status = params.word("status", EventStatus::parse, "received, applied, ignored, failed, dead");
    let livemode = params.truth("livemode");
    let page = params.page(is_stripe_id)?;
    let found =
        events::list(&mut app.db.read().await?, status, livemode, page.after.as_deref(), page.rows()).await?;
    let found =
        found.ok_or_else(|| Problem::invalid_field("after", "must be the `next` of an earlier answer"))?;
    let items = found.into_iter().map(Event::from).collect();
    Ok(Json(page.list(items, |event| event.id.clone())))
}

/// One event with its payload.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events",
    responses((status = 200, body = EventWithPayload), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
) -> Result<Json<EventWithPayload>> {
    let found = if is_stripe_id(&id) { events::get(&mut app.db.read().await?, &id).await? } else { None };
    let (event, body) = found.ok_or_else(|| Problem::not_found("event"))?;
    let payload = serde_json::from_slice(&body).ok();
    Ok(Json(EventWithPayload { event: event.into(), payload }))
}

/// Apply an event again. Applying is idempotent, so this is safe for any event.
#[utoipa::path(post, path = "/api/v1/events/{id}/replay", tag = "events",
    responses((status = 202, body = Event), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn replay(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Event>)> {
    if !is_stripe_id(&id) {
        return Err(Problem::not_found("event"));
    }
    let mut conn = app.db.write().await?;
    let replayed = events::replay(&mut conn, vec![id.clone()], app.context.clock.now_ms()).await?;
    if replayed == 0 && parked::again(&mut conn, vec![id.clone()]).await? > 0 && app.stripe.is_none() {
        let detail = "This thin event waits for its object. Set STRIPE_SECRET_KEY and restart, so that it can be fetched.";
        return Err(Problem::conflict("parked", detail));
    }
    let (event, _) = events::get(&mut conn, &id).await?.ok_or_else(|| Problem::not_found("event"))?;
    audit::record(&mut conn, &app.context, &who, "event.replay", Some(&id), json!({})).await?;
    conn.commit().await?;
    tracing::info!(event_id = id, who = who.name, "an event is replayed");
    // A full channel means that a sweep is on its way already.
    let _ = app.wake.try_send(());
    app.fetch.notify_one();
    Ok((StatusCode::ACCEPTED, Json(event.into())))
}
