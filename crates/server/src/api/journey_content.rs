//! What content a journey goes through: given another version, or a copy of its own.
//!
//! A copy is a version of the same content that carries the journey's id: it counts towards that content, takes one of
//! its numbers, and is never given to anybody else nor taken for the content's newest.

use super::access::{Editor, Principal};
use super::contents::{NewPrice, PAGE_CHARS_MAX};
use super::form::Form;
use super::hypotheses::{self, NewHypothesis};
use super::journeys::{self as views, Journey};
use super::path::Path;
use super::problem::{Problem, Result};
use super::versions;
use crate::app::App;
use crate::apply::{self, Change, Touched};
use crate::audit;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ledger::{Money, PaymentStatus};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::contents::{self, Pages, StoredHypothesis, StoredVersion};
use store::journeys::{self, StoredJourney};
use store::{Conn, payments};
use utoipa::ToSchema;

/// Names of the four pages.
const STEPS: [&str; 4] = ["activation", "agreement", "confirmation", "processing"];

/// Body of a copy. What is absent stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewCopy {
    pages: Option<ChangedPages>,
    price: Option<NewPrice>,
    /// All of them, when any.
    elements: Option<BTreeMap<String, String>>,
    hypothesis: NewHypothesis,
}

/// The pages that change, Markdown.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct ChangedPages {
    activation: Option<String>,
    agreement: Option<String>,
    confirmation: Option<String>,
    processing: Option<String>,
}

/// Body of another version for a journey.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewGiven {
    content_version_id: String,
    /// The version's own when absent.
    hypothesis: Option<NewHypothesis>,
    /// The version's own when absent.
    price: Option<NewPrice>,
}

/// What a journey is to be given.
struct Gift {
    version_id: String,
    hypothesis_id: String,
    price: Money,
}

/// Change one journey's content and nobody else's: it is given a version of its own.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/content", tag = "journeys", request_body = NewCopy,
    responses((status = 201, body = Journey), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn copy(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<(StatusCode, Json<Journey>)> {
    let hypothesis = hypotheses::read(&app, &mut form);
    let mut conn = app.db.ledger().await?;
    let journey = find(&mut conn, &id).await?;
    let now = contents::get_version(&mut conn, &journey.content_version_id).await?;
    let now = now.ok_or_else(|| Problem::not_found("version"))?;
    let version = changed(&mut form, &journey, now);
    let parent = form.finish(version)?;
    refuse_new_price(&journey, parent.price)?;
    let version = StoredVersion {
        id: app.context.ids.make(IdKind::Version),
        number: contents::next_number(&mut conn, &parent.content_id).await?,
        parent_id: Some(parent.id.clone()),
        hypothesis_id: hypothesis.id.clone(),
        journey_id: Some(id),
        created_at_ms: app.context.clock.now_ms(),
        ..parent
    };
    contents::insert_hypothesis(&mut conn, &hypothesis).await?;
    contents::insert_version(&mut conn, &version).await?;
    let gift = Gift { version_id: version.id, hypothesis_id: hypothesis.id, price: version.price };
    Ok((StatusCode::CREATED, give(&app, conn, &who, journey, gift).await?))
}

/// Give a journey another version from now on. What it was given before, and when, is kept.
#[utoipa::path(put, path = "/api/v1/journeys/{id}/version", tag = "journeys", request_body = NewGiven,
    responses((status = 200, body = Journey), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn set(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Journey>> {
    let own = form.has("hypothesis").then(|| hypotheses::read(&app, &mut form));
    let price = form.opt_money("price");
    let mut conn = app.db.ledger().await?;
    let journey = find(&mut conn, &id).await?;
    let version = read_version(&mut conn, &mut form, &id).await?;
    let version = form.finish(version)?.ok_or_else(|| Problem::not_found("version"))?;
    let gift = Gift {
        price: price.unwrap_or(version.price),
        hypothesis_id: own.as_ref().map_or(version.hypothesis_id, |h: &StoredHypothesis| h.id.clone()),
        version_id: version.id,
    };
    refuse_new_price(&journey, gift.price)?;
    if let Some(hypothesis) = &own {
        contents::insert_hypothesis(&mut conn, hypothesis).await?;
    }
    let same = (&journey.content_version_id, &journey.hypothesis_id, journey.price);
    if same == (&gift.version_id, &gift.hypothesis_id, gift.price) {
        let view = views::one(&app, &mut conn, &id).await?;
        return view.map(Json).ok_or_else(|| Problem::not_found("journey"));
    }
    give(&app, conn, &who, journey, gift).await
}

async fn read_version(conn: &mut Conn, form: &mut Form, journey_id: &str) -> Result<Option<StoredVersion>> {
    let version_id = form.text("content_version_id", 1..=100);
    let version = versions::find(conn, &version_id).await?;
    match &version {
        None if !version_id.is_empty() => {
            form.fault("content_version_id", "there is no such content version");
        }
        Some(version) if version.journey_id.as_deref().is_some_and(|owner| owner != journey_id) => {
            form.fault("content_version_id", "is another journey's own copy; no other client may see it");
        }
        _ => {}
    }
    Ok(version)
}

async fn find(conn: &mut Conn, id: &str) -> Result<StoredJourney> {
    let found = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("journey"))
}

/// The journey's version, with what the body changes in it.
fn changed(form: &mut Form, journey: &StoredJourney, now: StoredVersion) -> StoredVersion {
    let with_pages = form.object("pages");
    if with_pages && !STEPS.iter().any(|name| form.has(&format!("pages.{name}"))) {
        form.fault("pages", format!("must have one of {}", STEPS.join(", ")));
    }
    let mut page = |name: &str, text: String| {
        let path = format!("pages.{name}");
        let given = if with_pages { form.opt_text(&path, 1..=PAGE_CHARS_MAX) } else { None };
        given.unwrap_or(text)
    };
    let pages = Pages {
        activation: page("activation", now.pages.activation),
        agreement: page("agreement", now.pages.agreement),
        confirmation: page("confirmation", now.pages.confirmation),
        processing: page("processing", now.pages.processing),
    };
    let price = form.opt_money("price").unwrap_or(journey.price);
    let elements = if form.has("elements") { form.pairs("elements") } else { now.elements };
    StoredVersion { pages, price, elements, ..now }
}

/// Once money has come or is on its way, what was asked for stays.
fn refuse_new_price(journey: &StoredJourney, price: Money) -> Result<()> {
    let status = journey.judgement.payment_status;
    if price == journey.price || (status.outcome().is_none() && status != PaymentStatus::Processing) {
        return Ok(());
    }
    let detail = "The client has paid or is paying, so the price stays as it is. Send the same price, or make a new \
                  journey for a new one.";
    Err(Problem::conflict("already_paid", detail))
}

/// Gives it, and judges the journey and its payments again: both depend on what was given when.
async fn give(
    app: &App,
    mut conn: Conn,
    who: &Principal,
    journey: StoredJourney,
    gift: Gift,
) -> Result<Json<Journey>> {
    let Gift { version_id, hypothesis_id, price } = gift;
    let now_ms = app.context.clock.now_ms();
    journeys::give(&mut conn, &journey.id, &version_id, &hypothesis_id, price, now_ms).await?;
    let paid = payments::by_journeys(&mut conn, vec![journey.id.clone()]).await?;
    let touched = Touched { payments: paid.into_iter().map(|p| p.id).collect(), ..Touched::default() };
    let trees = apply::objects::trees(&mut conn, &touched.payments).await?;
    let mut changes: Vec<Change> = apply::batch::recompute(&mut conn, &app.context, &touched, &trees).await?;
    let concerned = BTreeSet::from([journey.id.clone()]);
    changes.extend(apply::journeys::rejudge(&mut conn, &app.context, &concerned).await?);
    changes.push(apply::journeys::change(&journey, "content"));
    let detail = json!({"version_id": version_id});
    audit::record(&mut conn, &app.context, who, "journey.content", Some(&journey.id), detail).await?;
    let view = views::one(app, &mut conn, &journey.id).await?;
    app.live.commit(conn, changes).await?;
    view.map(Json).ok_or_else(|| Problem::not_found("journey"))
}
