//! Contents and their immutable versions.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::hypotheses::{self, NewHypothesis};
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ledger::Money;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use store::contents::{self, Pages, StoredContent, StoredHypothesis, StoredVersion};
use utoipa::ToSchema;

/// Characters of a content's name.
const NAME_CHARS_MAX: usize = 200;
/// Characters of one page's Markdown.
pub(super) const PAGE_CHARS_MAX: usize = 100_000;

/// An amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct Price {
    /// Stripe minor units: 50000 is $500.00.
    pub(crate) amount_minor: i64,
    /// Lowercase.
    pub(crate) currency: String,
}

impl From<Money> for Price {
    fn from(money: Money) -> Self {
        Self { amount_minor: money.amount_minor, currency: money.currency.to_string() }
    }
}

/// The four pages, Markdown.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageTexts {
    activation: String,
    agreement: String,
    confirmation: String,
    processing: String,
}

/// An immutable version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    id: String,
    pub(crate) content_id: String,
    number: i64,
    parent_id: Option<String>,
    hypothesis_id: String,
    pages: PageTexts,
    price: Price,
    elements: BTreeMap<String, String>,
    /// The journey whose own copy it is; no other can be given it.
    journey_id: Option<String>,
    created_at: String,
}

impl From<StoredVersion> for Version {
    fn from(v: StoredVersion) -> Self {
        Self {
            id: v.id,
            content_id: v.content_id,
            number: v.number,
            parent_id: v.parent_id,
            hypothesis_id: v.hypothesis_id,
            pages: PageTexts {
                activation: v.pages.activation,
                agreement: v.pages.agreement,
                confirmation: v.pages.confirmation,
                processing: v.pages.processing,
            },
            price: v.price.into(),
            elements: v.elements,
            journey_id: v.journey_id,
            created_at: rfc3339(v.created_at_ms),
        }
    }
}

/// A content with its newest version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Content {
    pub(crate) id: String,
    name: String,
    created_at: String,
    version: Version,
}

/// Body of a new version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewVersion {
    pages: NewPages,
    price: NewPrice,
    elements: Option<BTreeMap<String, String>>,
    hypothesis: NewHypothesis,
}

/// Body of a new content.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewContent {
    name: String,
    pages: NewPages,
    price: NewPrice,
    elements: Option<BTreeMap<String, String>>,
    hypothesis: NewHypothesis,
}

/// Four pages, Markdown.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewPages {
    activation: String,
    agreement: String,
    confirmation: String,
    processing: String,
}

/// At least 1 minor unit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewPrice {
    amount_minor: i64,
    /// Any case.
    currency: String,
}

/// Make a content and its first version.
#[utoipa::path(post, path = "/api/v1/contents", tag = "contents", request_body = NewContent,
    responses((status = 201, body = Content), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<(StatusCode, Json<Content>)> {
    let content = StoredContent {
        id: app.context.ids.make(IdKind::Content),
        name: form.text("name", 1..=NAME_CHARS_MAX),
        created_at_ms: app.context.clock.now_ms(),
    };
    let (version, hypothesis) = read_version(&app, &mut form, &content.id);
    form.finish(())?;
    let mut conn = app.db.write().await?;
    contents::insert_content(&mut conn, &content).await?;
    contents::insert_hypothesis(&mut conn, &hypothesis).await?;
    contents::insert_version(&mut conn, &version).await?;
    audit::record(&mut conn, &app.context, &who, "content.create", Some(&content.id), json!({})).await?;
    conn.commit().await?;
    Ok((StatusCode::CREATED, Json(answer(content, version))))
}

/// Make the next version of a content. The versions before it stay as they are.
#[utoipa::path(post, path = "/api/v1/contents/{id}/versions", tag = "contents", request_body = NewVersion,
    responses((status = 201, body = Version), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create_version(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<(StatusCode, Json<Version>)> {
    let (mut version, hypothesis) = read_version(&app, &mut form, &id);
    // Each number is given once, so two editors take turns.
    let mut conn = app.db.ledger().await?;
    let newest =
        if IdKind::Content.fits(&id) { contents::newest_version(&mut conn, &id).await? } else { None };
    let newest = newest.ok_or_else(|| Problem::not_found("content"))?;
    form.finish(())?;
    version.number = contents::next_number(&mut conn, &id).await?;
    version.parent_id = Some(newest.id);
    contents::insert_hypothesis(&mut conn, &hypothesis).await?;
    contents::insert_version(&mut conn, &version).await?;
    let detail = json!({"version_id": version.id, "number": version.number});
    audit::record(&mut conn, &app.context, &who, "content.version", Some(&id), detail).await?;
    conn.commit().await?;
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// Contents with the newest version that is not one journey's own, newest first.
#[utoipa::path(get, path = "/api/v1/contents", tag = "contents",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Content>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, params: Params) -> Result<Json<List<Content>>> {
    let page = params.page(|after| IdKind::Content.fits(after))?;
    let mut conn = app.db.read().await?;
    let mut items = Vec::new();
    for content in contents::list_contents(&mut conn, page.after.as_deref(), page.rows()).await? {
        if let Some(version) = contents::newest_version(&mut conn, &content.id).await? {
            items.push(answer(content, version));
        }
    }
    Ok(Json(page.list(items, |content| content.id.clone())))
}

/// Versions of a content, newest first, journeys' own copies among them.
#[utoipa::path(get, path = "/api/v1/contents/{id}/versions", tag = "contents",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Version>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn versions(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<List<Version>>> {
    let page = params.page(|after| after.parse::<i64>().is_ok())?;
    let mut conn = app.db.read().await?;
    if !IdKind::Content.fits(&id) || contents::get_content(&mut conn, &id).await?.is_none() {
        return Err(Problem::not_found("content"));
    }
    let before = page.after.as_deref().and_then(|after| after.parse().ok());
    let found = contents::versions(&mut conn, &id, before, page.rows()).await?;
    let items = found.into_iter().map(Version::from).collect();
    Ok(Json(page.list(items, |version| version.number.to_string())))
}

fn answer(content: StoredContent, version: StoredVersion) -> Content {
    Content {
        id: content.id,
        name: content.name,
        created_at: rfc3339(content.created_at_ms),
        version: version.into(),
    }
}

fn read_version(app: &App, form: &mut Form, content_id: &str) -> (StoredVersion, StoredHypothesis) {
    let hypothesis = hypotheses::read(app, form);
    let mut page = |name: &str| form.text(&format!("pages.{name}"), 1..=PAGE_CHARS_MAX);
    let pages = Pages {
        activation: page("activation"),
        agreement: page("agreement"),
        confirmation: page("confirmation"),
        processing: page("processing"),
    };
    let version = StoredVersion {
        id: app.context.ids.make(IdKind::Version),
        content_id: content_id.to_owned(),
        number: 1,
        parent_id: None,
        hypothesis_id: hypothesis.id.clone(),
        pages,
        price: form.money("price"),
        elements: form.pairs("elements"),
        journey_id: None,
        created_at_ms: app.context.clock.now_ms(),
    };
    (version, hypothesis)
}
