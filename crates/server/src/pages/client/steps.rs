//! `GET /j/{token}` and its steps.

use super::bots;
use super::locale::Locale;
use super::page::Shown;
use super::refusal::{Refusal, withdrawn};
use super::standing::{Back, Standing, current, is_due};
use super::step::Step;
use super::visit::Visit;
use crate::api::Problem;
use crate::api::access::{Viewer, signed_in};
use crate::app::App;
use crate::ids::IdKind;
use crate::visits::Note;
use axum::extract::{FromRequestParts as _, Path, Query, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::BTreeMap;
use store::views::PageView;

/// Whatever is due: the page that a link opens.
pub(super) async fn due(
    State(app): State<App>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    show(&app, &token, None, request.into_parts().0).await
}

/// One step, if it is due.
pub(super) async fn named(
    State(app): State<App>,
    Path((token, step)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refusal> {
    let step = Step::parse(&step).ok_or(Refusal::Unknown)?;
    show(&app, &token, Some(step), request.into_parts().0).await
}

/// Likewise; its path takes a form as well.
pub(super) async fn agreement(
    State(app): State<App>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    show(&app, &token, Some(Step::Agreement), request.into_parts().0).await
}

/// What only takes a form leads whoever asks for it to what is due.
pub(super) async fn to_due(Path(token): Path<String>) -> Redirect {
    Redirect::to(&format!("/j/{token}"))
}

async fn show(app: &App, token: &str, wanted: Option<Step>, mut parts: Parts) -> Result<Response, Refusal> {
    let visit = Visit::load(&app.config, &mut app.db.read().await?, token).await?.ok_or(Refusal::Unknown)?;
    let query = query(&parts);
    let preview = query.contains_key("preview") && Viewer::from_request_parts(&mut parts, app).await.is_ok();
    let standing = visit.standing(back(&query), app.context.clock.now_ms());
    if standing == Standing::Withdrawn && !preview {
        return Ok(withdrawn());
    }
    let step = wanted.unwrap_or_else(|| current(standing, visit.accepted()));
    if !preview && !is_due(step, standing, visit.accepted()) {
        return Ok(Redirect::to(&format!("/j/{token}")).into_response());
    }
    let view_id = if preview { None } else { count(app, &parts, &visit, step).await? };
    let locale = locale(&parts);
    let shown =
        Shown { visit: &visit, step, standing, locale, preview, view_id, answer: None, forgotten: false };
    Ok(shown.respond())
}

fn query(parts: &Parts) -> BTreeMap<String, String> {
    Query::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default()
}

fn back(query: &BTreeMap<String, String>) -> Option<Back<'_>> {
    match query.get("back")?.as_str() {
        "paid" => query.get("session_id").map(|id| Back::Paid(id)),
        "canceled" => Some(Back::Canceled),
        _ => None,
    }
}

/// The client's manner of figures.
pub(super) fn locale(parts: &Parts) -> &'static Locale {
    Locale::of(parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// Counts a view, if a client looks; returns its id. A seller who is signed in is none, nor is a machine.
async fn count(app: &App, parts: &Parts, visit: &Visit, step: Step) -> Result<Option<String>, Problem> {
    if !bots::is_person(&parts.method, &parts.headers) || signed_in(parts, app).await?.is_some() {
        return Ok(None);
    }
    let view = PageView {
        journey_id: visit.journey.id.clone(),
        id: app.context.ids.make(IdKind::View),
        at_ms: app.context.clock.now_ms(),
        step: step.as_str().to_owned(),
        content_version_id: visit.version.id.clone(),
        visible_ms: 0,
    };
    let id = view.id.clone();
    app.visits.note(Note::Viewed(view));
    Ok(Some(id))
}
