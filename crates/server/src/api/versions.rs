//! One version: shown, compared with another, and taken up again.

use super::access::{Editor, Viewer};
use super::contents::{Price, Version};
use super::form::Form;
use super::hypotheses::{self, NewHypothesis};
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::Params;
use crate::app::App;
use crate::audit;
use crate::ids::IdKind;
use crate::words_diff::{self, Piece};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::contents::{self, StoredVersion};
use store::{Conn, Result as StoreResult};
use utoipa::ToSchema;

/// Which versions were compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared {
    pub(crate) id: String,
    pub(crate) content_id: String,
    pub(crate) number: i64,
    pub(crate) hypothesis_id: String,
    pub(crate) price: Price,
}

/// The four pages, in the order of their words.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageDiffs {
    pub(crate) activation: Vec<Piece>,
    pub(crate) agreement: Vec<Piece>,
    pub(crate) confirmation: Vec<Piece>,
    pub(crate) processing: Vec<Piece>,
}

/// An element that the two versions choose differently. Null where one has none.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElementDiff {
    pub(crate) key: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    pub(crate) from: Compared,
    pub(crate) to: Compared,
    pub(crate) pages: PageDiffs,
    pub(crate) price_changed: bool,
    pub(crate) elements: Vec<ElementDiff>,
}

/// Body of a rollback.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewRollback {
    /// The version to take up again.
    version_id: String,
    hypothesis: NewHypothesis,
}

/// One version, whatever its content.
#[utoipa::path(get, path = "/api/v1/versions/{id}", tag = "contents",
    responses((status = 200, body = Version), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Json<Version>> {
    let found = find(&mut app.db.read().await?, &id).await?;
    found.map(|version| Json(version.into())).ok_or_else(|| Problem::not_found("version"))
}

/// What differs between two versions, word by word. One at least must be of this content; the other may be a version
/// of another one.
#[utoipa::path(get, path = "/api/v1/contents/{id}/compare", tag = "contents",
    params(("from" = String, Query), ("to" = String, Query)),
    responses((status = 200, body = Comparison), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn compare(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Json<Comparison>> {
    let (from, to) = (params.required("from"), params.required("to"));
    let mut conn = app.db.read().await?;
    if !IdKind::Content.fits(&id) || contents::get_content(&mut conn, &id).await?.is_none() {
        return Err(Problem::not_found("content"));
    }
    let mut sides = Vec::new();
    for (name, version_id) in [("from", from), ("to", to)] {
        let version = find(&mut conn, &version_id).await?;
        if version.is_none() && !version_id.is_empty() {
            params.fault(name, "there is no such content version");
        }
        sides.extend(version);
    }
    if sides.len() == 2 && sides.iter().all(|side| side.content_id != id) {
        params.fault("from", "neither version is of this content");
    }
    let sides: Option<[StoredVersion; 2]> = params.finish(sides.try_into().ok())?;
    let [from, to] = sides.ok_or_else(|| Problem::not_found("version"))?;
    drop(conn);
    // Long texts that have little in common take a moment of a core.
    let compared = tokio::task::spawn_blocking(move || comparison(from, to)).await;
    compared.map(Json).map_err(|_| Problem::unavailable("The comparison was not finished. Please try again."))
}

/// Take an earlier version up again: the next version, with its text, price and elements, and it as parent. Needs a
/// hypothesis as any other version does.
#[utoipa::path(post, path = "/api/v1/contents/{id}/rollback", tag = "contents", request_body = NewRollback,
    responses((status = 201, body = Version), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn rollback(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<(StatusCode, Json<Version>)> {
    let version_id = form.text("version_id", 1..=100);
    let hypothesis = hypotheses::read(&app, &mut form);
    let mut conn = app.db.ledger().await?;
    if !IdKind::Content.fits(&id) || contents::get_content(&mut conn, &id).await?.is_none() {
        return Err(Problem::not_found("content"));
    }
    let old = find(&mut conn, &version_id).await?.filter(|version| version.content_id == id);
    match &old {
        None if !version_id.is_empty() => {
            form.fault("version_id", "this content has no such version");
        }
        Some(old) if old.journey_id.is_some() => {
            form.fault("version_id", "is one journey's own copy; others may not be given it");
        }
        _ => {}
    }
    let old = form.finish(old)?.ok_or_else(|| Problem::not_found("version"))?;
    let version = StoredVersion {
        id: app.context.ids.make(IdKind::Version),
        number: contents::next_number(&mut conn, &id).await?,
        parent_id: Some(old.id.clone()),
        hypothesis_id: hypothesis.id.clone(),
        created_at_ms: app.context.clock.now_ms(),
        ..old
    };
    contents::insert_hypothesis(&mut conn, &hypothesis).await?;
    contents::insert_version(&mut conn, &version).await?;
    let detail = json!({"version_id": version.id, "number": version.number, "from": version_id});
    audit::record(&mut conn, &app.context, &who, "content.rollback", Some(&id), detail).await?;
    conn.commit().await?;
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// The version with this id, if it can be one.
pub(super) async fn find(conn: &mut Conn, id: &str) -> StoreResult<Option<StoredVersion>> {
    if IdKind::Version.fits(id) { contents::get_version(conn, id).await } else { Ok(None) }
}

fn comparison(from: StoredVersion, to: StoredVersion) -> Comparison {
    let (a, b) = (&from.pages, &to.pages);
    let pages = PageDiffs {
        activation: words_diff::pieces(&a.activation, &b.activation),
        agreement: words_diff::pieces(&a.agreement, &b.agreement),
        confirmation: words_diff::pieces(&a.confirmation, &b.confirmation),
        processing: words_diff::pieces(&a.processing, &b.processing),
    };
    let keys: BTreeSet<&String> = from.elements.keys().chain(to.elements.keys()).collect();
    let elements = keys.into_iter().filter_map(|key| {
        let (from, to) = (from.elements.get(key), to.elements.get(key));
        (from != to).then(|| ElementDiff { key: key.clone(), from: from.cloned(), to: to.cloned() })
    });
    let elements = elements.collect();
    Comparison {
        pages,
        price_changed: from.price != to.price,
        elements,
        from: compared(from),
        to: compared(to),
    }
}

fn compared(version: StoredVersion) -> Compared {
    Compared {
        id: version.id,
        content_id: version.content_id,
        number: version.number,
        hypothesis_id: version.hypothesis_id,
        price: version.price.into(),
    }
}
