//! `GET /contents`, and `/contents.csv` with all of them.

use crate::api::Result;
use crate::api::access::{Role, Viewer};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::Money;
use std::collections::BTreeMap;
use store::Conn;
use store::contents::{self, StoredContent, StoredHypothesis, StoredVersion};

/// Contents read in one go for the file.
const CSV_PAGE: i64 = 500;
const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "newest_version",
    "versions",
    "journeys",
    "amount_minor",
    "currency",
    "hypothesis_category",
    "hypothesis",
    "changed_at",
];

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
    price: Money,
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
    let rows = rows(&mut conn, found.items, app.context.clock.now_ms()).await?;
    Ok(html(&ListPage {
        layout: Layout::of(&app, &who, "Contents", Section::Contents),
        may_edit: who.role >= Role::Editor,
        rows,
        first: page.after.is_none(),
        next: found.next.map(|next| format!("/contents?after={next}")),
    }))
}

/// The file.
pub(super) async fn file(State(app): State<App>, _may: Viewer) -> Result<Response> {
    let (mut conn, now_ms) = (app.db.read().await?, app.context.clock.now_ms());
    let (mut all, mut after): (Vec<Row>, Option<String>) = (Vec::new(), None);
    loop {
        let found = contents::list_contents(&mut conn, after.as_deref(), CSV_PAGE).await?;
        let Some(last) = found.last() else { break };
        after = Some(last.id.clone());
        all.extend(rows(&mut conn, found, now_ms).await?);
    }
    csv_file::answer("contents", COLUMNS, all.into_iter().map(cells))
}

fn cells(row: Row) -> [String; 10] {
    [
        row.id,
        row.name,
        row.version.to_string(),
        row.versions.to_string(),
        row.journeys.to_string(),
        row.price.amount_minor.to_string(),
        row.price.currency.to_string(),
        row.category,
        row.statement,
        row.changed.iso,
    ]
}

/// Contents with what is said of their newest versions.
async fn rows(conn: &mut Conn, contents: Vec<StoredContent>, now_ms: i64) -> Result<Vec<Row>> {
    let ids: Vec<String> = contents.iter().map(|content| content.id.clone()).collect();
    let tally: BTreeMap<String, (i64, i64)> =
        store::contents::tally(conn, ids.clone()).await?.into_iter().map(|(id, v, j)| (id, (v, j))).collect();
    let newest = store::contents::newest_versions(conn, ids).await?;
    let why =
        store::contents::hypotheses(conn, newest.iter().map(|v| v.hypothesis_id.clone()).collect()).await?;
    let why: BTreeMap<String, StoredHypothesis> = why.into_iter().map(|h| (h.id.clone(), h)).collect();
    let newest: BTreeMap<String, StoredVersion> =
        newest.into_iter().map(|version| (version.content_id.clone(), version)).collect();
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
            price: version.price,
            statement,
            category,
            changed: When::ago(version.created_at_ms, now_ms),
        })
    };
    Ok(contents.into_iter().filter_map(row).collect())
}
