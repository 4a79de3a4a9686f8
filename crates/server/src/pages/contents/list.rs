//! `GET /contents`

use crate::api::Result;
use crate::api::access::{Role, Viewer};
use crate::api::query::Params;
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use store::contents::{self, StoredContent, StoredHypothesis, StoredVersion};

#[derive(Template)]
#[template(path = "contents/list.html")]
struct ListPage {
    layout: Layout,
    may_edit: bool,
    rows: Vec<Row>,
    first: bool,
    next: Option<String>,
}

/// A content with its newest version.
struct Row {
    id: String,
    name: String,
    version: i64,
    versions: i64,
    journeys: i64,
    price: String,
    statement: String,
    category: String,
    changed: When,
}

/// The list, newest first.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, params: Params) -> Result<Response> {
    let page = params.page(|after| IdKind::Content.fits(after))?;
    let mut conn = app.db.read().await?;
    let found = contents::list_contents(&mut conn, page.after.as_deref(), page.rows()).await?;
    let found = page.list(found, |content| content.id.clone());
    let ids: Vec<String> = found.items.iter().map(|content| content.id.clone()).collect();
    let tally: BTreeMap<String, (i64, i64)> =
        contents::tally(&mut conn, ids.clone()).await?.into_iter().map(|(id, v, j)| (id, (v, j))).collect();
    let newest = contents::newest_versions(&mut conn, ids).await?;
    let why =
        contents::hypotheses(&mut conn, newest.iter().map(|v| v.hypothesis_id.clone()).collect()).await?;
    let why: BTreeMap<String, StoredHypothesis> = why.into_iter().map(|h| (h.id.clone(), h)).collect();
    let newest: BTreeMap<String, StoredVersion> =
        newest.into_iter().map(|version| (version.content_id.clone(), version)).collect();
    let now_ms = app.context.clock.now_ms();
    let row = |content: StoredContent| {
        let version = newest.get(&content.id)?;
        let hypothesis = why.get(&version.hypothesis_id).cloned();
        let (statement, category) = hypothesis.map(|h| (h.statement, h.category)).unwrap_or_default();
        let (versions, journeys) = tally.get(&content.id).copied().unwrap_or_default();
        Some(Row {
            id: content.id,
            name: content.name,
            version: version.number,
            versions,
            journeys,
            price: version.price.to_string(),
            statement,
            category,
            changed: When::ago(version.created_at_ms, now_ms),
        })
    };
    let rows = found.items.into_iter().filter_map(row).collect();
    Ok(html(&ListPage {
        layout: Layout::of(&app, &who, "Contents", Section::Contents),
        may_edit: who.role >= Role::Editor,
        rows,
        first: page.after.is_none(),
        next: found.next.map(|next| format!("/contents?after={next}")),
    }))
}
