//! `GET /contents/{id}` and one version of it.

use crate::api::access::{Role, Viewer};
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::ids::IdKind;
use crate::outcome_note::{counted_days, percent};
use crate::pages::errors::html;
use crate::pages::journey::rendered;
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use store::contents::{self, StoredContent, StoredHypothesis, StoredVersion};
use store::{Conn, Result as StoreResult};

/// A version in words.
struct Version {
    id: String,
    number: i64,
    created: When,
    price: String,
    statement: String,
    category: String,
    /// What it predicts.
    predicted: String,
    elements: Vec<(String, String)>,
    journeys: i64,
    /// The journey whose own copy it is.
    journey_id: Option<String>,
    newest: bool,
}

#[derive(Template)]
#[template(path = "contents/show.html")]
struct ShowPage {
    layout: Layout,
    may_edit: bool,
    id: String,
    name: String,
    newest_id: String,
    versions: Vec<Version>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "contents/version.html")]
struct VersionPage {
    layout: Layout,
    may_edit: bool,
    id: String,
    name: String,
    version: Version,
    /// Address, title and safe HTML.
    pages: Vec<(&'static str, &'static str, String)>,
}

/// A content with its versions, newest first.
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let page = params.page(|after| after.parse::<i64>().is_ok())?;
    let mut conn = app.db.read().await?;
    let content = find(&mut conn, &id).await?;
    let newest = contents::newest_version(&mut conn, &id).await?;
    let newest = newest.ok_or_else(|| Problem::not_found("content"))?;
    let before = page.after.as_deref().and_then(|after| after.parse().ok());
    let found = contents::versions(&mut conn, &id, before, page.rows()).await?;
    let found = page.list(found, |version| version.number.to_string());
    let versions = in_words(&mut conn, found.items, &newest.id, app.context.clock.now_ms()).await?;
    Ok(html(&ShowPage {
        layout: Layout::of(&app, &who, &content.name, Section::Contents),
        may_edit: who.role >= Role::Editor,
        name: content.name,
        newest_id: newest.id,
        versions,
        next: found.next.map(|next| format!("/contents/{id}?after={next}")),
        id,
    }))
}

/// One version, with its pages as text.
pub(super) async fn version(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path((id, version_id)): Path<(String, String)>,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let content = find(&mut conn, &id).await?;
    let stored = find_version(&mut conn, &id, &version_id).await?;
    let newest = contents::newest_version(&mut conn, &id).await?.map(|v| v.id).unwrap_or_default();
    let steps = ["activation", "agreement", "confirmation", "processing"];
    let pages = rendered(&stored.pages);
    let now_ms = app.context.clock.now_ms();
    let version = in_words(&mut conn, vec![stored], &newest, now_ms).await?.pop();
    let version = version.ok_or_else(|| Problem::not_found("version"))?;
    let title = format!("{} v{}", content.name, version.number);
    Ok(html(&VersionPage {
        layout: Layout::of(&app, &who, &title, Section::Contents),
        may_edit: who.role >= Role::Editor,
        id,
        name: content.name,
        version,
        pages: steps.into_iter().zip(pages).map(|(step, (title, html))| (step, title, html)).collect(),
    }))
}

/// A content, or 404.
pub(super) async fn find(conn: &mut Conn, id: &str) -> Result<StoredContent> {
    let found = if IdKind::Content.fits(id) { contents::get_content(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("content"))
}

/// A version of this content, or 404.
pub(super) async fn find_version(conn: &mut Conn, id: &str, version_id: &str) -> Result<StoredVersion> {
    let fits = IdKind::Version.fits(version_id);
    let found = if fits { contents::get_version(conn, version_id).await? } else { None };
    found.filter(|version| version.content_id == id).ok_or_else(|| Problem::not_found("version"))
}

async fn in_words(
    conn: &mut Conn,
    versions: Vec<StoredVersion>,
    newest: &str,
    now_ms: i64,
) -> StoreResult<Vec<Version>> {
    let ids = versions.iter().map(|v| v.id.clone()).collect();
    let journeys: BTreeMap<String, i64> = contents::journeys_of(conn, ids).await?.into_iter().collect();
    let ids = versions.iter().map(|v| v.hypothesis_id.clone()).collect();
    let hypotheses: BTreeMap<String, StoredHypothesis> =
        contents::hypotheses(conn, ids).await?.into_iter().map(|h| (h.id.clone(), h)).collect();
    let words = |v: StoredVersion| {
        let why = hypotheses.get(&v.hypothesis_id);
        Version {
            journeys: journeys.get(&v.id).copied().unwrap_or_default(),
            number: v.number,
            created: When::ago(v.created_at_ms, now_ms),
            price: v.price.to_string(),
            statement: why.map(|h| h.statement.clone()).unwrap_or_default(),
            category: why.map(|h| h.category.clone()).unwrap_or_default(),
            predicted: why.map(predicted).unwrap_or_default(),
            elements: v.elements.into_iter().collect(),
            journey_id: v.journey_id,
            newest: v.id == newest,
            id: v.id,
        }
    };
    Ok(versions.into_iter().map(words).collect())
}

fn predicted(h: &StoredHypothesis) -> String {
    let probability = h.predicted_probability.map(|p| format!("{} likely", percent(p)));
    let days = h.predicted_days.map(|days| format!("within {}", counted_days(days)));
    [probability, days].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
