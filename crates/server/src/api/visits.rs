//! What a client was served and accepted.

use super::access::Viewer;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::{Conn, agreements, journeys, views};
use utoipa::ToSchema;

/// A page that a client was served. Bots, link previews, prefetches and signed-in sellers are not counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView {
    id: String,
    at: String,
    /// `activation`, `agreement`, `confirmation` or `processing`.
    step: String,
    /// The version that was shown.
    content_version_id: String,
    /// How long it was looked at; 0 until its script tells, or without script.
    visible_ms: i64,
}

/// An agreement that a client accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agreement {
    at: String,
    /// The version they had been given then.
    content_version_id: String,
    /// SHA-256 of its agreement's Markdown, in hex.
    text_sha256: String,
    #[serde(skip)]
    at_ms: i64,
}

/// Pages that the client was served, newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/views", tag = "journeys",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<PageView>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn views(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<List<PageView>>> {
    let page = params.page(|after| IdKind::View.fits(after))?;
    let mut conn = app.db.read().await?;
    known(&mut conn, &id).await?;
    let found = views::of_journey(&mut conn, &id, page.after.as_deref(), page.rows()).await?;
    let items = found.into_iter().map(|view| PageView {
        id: view.id,
        at: rfc3339(view.at_ms),
        step: view.step,
        content_version_id: view.content_version_id,
        visible_ms: view.visible_ms,
    });
    Ok(Json(page.list(items.collect(), |view| view.id.clone())))
}

/// Agreements that the client accepted, newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/agreements", tag = "journeys",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Agreement>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn agreements(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<List<Agreement>>> {
    let page = params.page(|after| after.parse::<i64>().is_ok())?;
    let mut conn = app.db.read().await?;
    known(&mut conn, &id).await?;
    let before_ms = page.after.as_deref().and_then(|after| after.parse().ok());
    let found = agreements::of_journey(&mut conn, &id, before_ms, page.rows()).await?;
    let items = found.into_iter().map(|agreement| Agreement {
        at: rfc3339(agreement.at_ms),
        content_version_id: agreement.content_version_id,
        text_sha256: agreement.text_sha256,
        at_ms: agreement.at_ms,
    });
    Ok(Json(page.list(items.collect(), |agreement| agreement.at_ms.to_string())))
}

async fn known(conn: &mut Conn, id: &str) -> Result<()> {
    let found = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
    found.map(|_| ()).ok_or_else(|| Problem::not_found("journey"))
}
