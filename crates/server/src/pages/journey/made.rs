//! `GET /journeys/{id}/made`: a new journey's link, to copy and to look at.

use super::head::{Head, Record};
use crate::api::access::Viewer;
use crate::api::path::Path;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::layout::{Layout, Section};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

#[derive(Template)]
#[template(path = "journey/made.html")]
struct MadePage {
    layout: Layout,
    head: Head,
}

/// The page.
pub(in crate::pages) async fn made(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<Response> {
    let record = Record::load(&mut app.db.read().await?, &id).await?;
    let record = record.ok_or_else(|| Problem::not_found("journey"))?;
    let head = Head::of(&app, &record);
    let mut layout = Layout::of(&app, &who, &format!("{}’s link", head.name), Section::Journeys);
    layout.test = !record.journey.livemode;
    Ok(html(&MadePage { layout, head }))
}
