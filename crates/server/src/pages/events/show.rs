//! `GET /events/{id}`: one event: what became of it, what it changed, and its payload.

use super::row::{Aside, badge};
use super::{EVENTS, pretty};
use crate::api::access::{Editor, Viewer};
use crate::api::events::REASON_CHARS;
use crate::api::path::Path;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::events as inbox;
use crate::pages::errors::html;
use crate::pages::inbox::{Asked, Fields, StripeId, frame, may_change};
use crate::pages::journeys::badge::{Badge, outcome_words, status_words};
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::BTreeMap;
use store::events::{Event, EventStatus};
use store::payments::StoredPayment;
use store::put_aside::{self, PutAside};
use store::{Conn, journeys};

/// Bytes of a payload that a page shows; the file has all of it.
const SHOWN_BYTES_MAX: usize = 256 * 1024;

#[derive(Template)]
#[template(path = "events/show.html")]
struct EventPage {
    layout: Layout,
    kind: String,
    status: Badge,
    stripe: StripeId,
    api_version: Option<String>,
    account: Option<String>,
    created: When,
    received: When,
    attempts: i64,
    last_error: Option<String>,
    aside: Option<Aside>,
    /// It failed or is dead.
    stuck: bool,
    dead: bool,
    changes: Vec<Change>,
    payments: Vec<Paid>,
    payload: Option<String>,
    back: String,
    path: String,
    may_change: bool,
}

/// A row of history that it wrote.
struct Change {
    journey_id: String,
    name: String,
    from: &'static str,
    to: &'static str,
    note: String,
}

/// A payment that it tells of.
struct Paid {
    id: String,
    status: Badge,
    whose: Option<(String, String)>,
}

async fn names(conn: &mut Conn, effect: &inbox::Effect) -> Result<BTreeMap<String, String>> {
    let of_payments = effect.payments.iter().filter_map(|p| p.journey_id.clone());
    let ids: Vec<String> = of_payments.collect();
    let lines = if ids.is_empty() { Vec::new() } else { journeys::lines(conn, ids).await? };
    Ok(lines.into_iter().map(|line| (line.journey.id, line.client_name)).collect())
}

fn paid(p: &StoredPayment, names: &BTreeMap<String, String>) -> Paid {
    let name = |id: &String| Some((id.clone(), names.get(id)?.clone()));
    Paid {
        id: p.id.clone(),
        status: Badge { look: p.facts.status.as_str(), words: status_words(p.facts.status).to_owned() },
        whose: p.journey_id.as_ref().and_then(name),
    }
}

fn changes(effect: &inbox::Effect, names: &BTreeMap<String, String>) -> Vec<Change> {
    let change = |row: &store::history::HistoryRow| Change {
        journey_id: row.journey_id.clone(),
        name: names.get(&row.journey_id).cloned().unwrap_or_default(),
        from: outcome_words(row.from),
        to: outcome_words(row.to),
        note: row.note.clone(),
    };
    effect.history.iter().map(change).collect()
}

/// Who put it aside; of an event that was applied since, nobody did.
async fn aside(conn: &mut Conn, event: &Event) -> Result<Option<PutAside>> {
    match event.status {
        EventStatus::Ignored => Ok(put_aside::by_ids(conn, vec![event.id.clone()]).await?.remove(&event.id)),
        _ => Ok(None),
    }
}

/// One event.
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<Response> {
    let mut conn = app.events().await?;
    let (event, body) = inbox::get(&mut conn, &id).await?;
    let effect = inbox::effect(&mut conn, &event, &body).await?;
    let names = names(&mut conn, &effect).await?;
    let aside = aside(&mut conn, &event).await?;
    let now_ms = app.context.clock.now_ms();
    let asked = Asked::mode(event.livemode);
    let mut layout = frame(&app, &who, &event.kind, Section::Events, &asked, EVENTS);
    layout.modes.clear();
    Ok(html(&EventPage {
        layout,
        status: badge(event.status),
        stripe: StripeId::of(&app, &event.id, event.livemode),
        created: When::ago(event.created_at_ms, now_ms),
        received: When::ago(event.received_at_ms, now_ms),
        stuck: matches!(event.status, EventStatus::Failed | EventStatus::Dead),
        dead: event.status == EventStatus::Dead,
        last_error: event.last_error.or_else(|| aside.as_ref()?.last_error.clone()),
        aside: aside.map(|aside| Aside::of(&aside, now_ms)),
        changes: changes(&effect, &names),
        payments: effect.payments.iter().map(|p| paid(p, &names)).collect(),
        payload: Some(&body)
            .filter(|body| body.len() <= SHOWN_BYTES_MAX)
            .and_then(|body| pretty::pretty(body)),
        back: asked.href(EVENTS),
        path: format!("{EVENTS}/{id}"),
        may_change: may_change(&who),
        kind: event.kind,
        api_version: event.api_version,
        account: event.account,
        attempts: event.attempts,
    }))
}

/// The payload, byte for byte as it came.
pub(super) async fn payload(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
) -> Result<Response> {
    let (event, body) = inbox::get(&mut app.events().await?, &id).await?;
    let name: String = event.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.json\"")),
    ];
    Ok((headers, body).into_response())
}

/// Applies it again.
pub(super) async fn replay(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Redirect> {
    inbox::replay(&app, &who, &id).await?;
    Ok(Redirect::to(&format!("{EVENTS}/{id}")))
}

/// Puts it aside.
pub(super) async fn ignore(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, Problem> {
    let reason = fields.text("reason", REASON_CHARS)?;
    inbox::ignore(&app, &who, &id, &reason).await?;
    Ok(Redirect::to(&format!("{EVENTS}/{id}")))
}
