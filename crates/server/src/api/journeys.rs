//! Journeys and their history.

use super::access::{Editor, Viewer};
use super::clients::{self as clients_api, NewClient};
use super::contents::Price;
use super::form::Form;
use super::hypotheses::{self, NewHypothesis};
use super::path::Path;
use super::payments::Payment;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::apply::{self, weak};
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::{self, IdKind};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ledger::journey::{Flag, JourneyFacts};
use ledger::{Outcome, OutcomeSource, PaymentStatus, judge};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::clients::StoredClient;
use store::history::{self, HistoryRow};
use store::journeys::{self, StoredJourney};
use store::payments::{self, HintKind, StoredPayment};
use store::{Conn, clients, contents, withdrawals};
use utoipa::ToSchema;

/// A person's note of an outcome.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkView {
    #[schema(value_type = String)]
    outcome: Outcome,
    note: Option<String>,
    at: String,
    by: String,
}

/// A person's pin.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverrideView {
    #[schema(value_type = String)]
    outcome: Outcome,
    reason: String,
    at: String,
    by: String,
}

/// One client going through content, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Journey {
    pub(crate) id: String,
    client_id: String,
    /// Private: send it to the client and to nobody else.
    link: String,
    content_version_id: String,
    hypothesis_id: String,
    #[schema(value_type = String)]
    outcome: Outcome,
    #[schema(value_type = String)]
    outcome_source: OutcomeSource,
    /// What the outcome would be without the override.
    #[schema(value_type = String)]
    derived_outcome: Outcome,
    #[schema(value_type = String)]
    payment_status: PaymentStatus,
    price: Price,
    livemode: bool,
    mark: Option<MarkView>,
    #[serde(rename = "override")]
    pinned: Option<OverrideView>,
    #[schema(value_type = Vec<String>)]
    flags: Vec<Flag>,
    started_at: String,
    first_viewed_at: Option<String>,
    /// When its link was withdrawn; null while it works.
    withdrawn_at: Option<String>,
    paid_at: Option<String>,
    payments: Vec<Payment>,
}

/// One row of a journey's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryView {
    id: String,
    at: String,
    #[schema(value_type = String)]
    from: Outcome,
    #[schema(value_type = String)]
    to: Outcome,
    #[schema(value_type = String)]
    source: OutcomeSource,
    event_id: Option<String>,
    actor: Option<String>,
    note: String,
    /// A mark that money or an override outranks.
    outranked: bool,
    #[serde(skip)]
    seq: i64,
}

/// Body of a new journey.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewJourney {
    /// Either this or `client`.
    client_id: Option<String>,
    /// A new client, made together with the journey.
    client: Option<NewClient>,
    content_version_id: String,
    /// Its own hypothesis; the version's when absent.
    hypothesis: Option<NewHypothesis>,
    /// Its own price; the version's when absent.
    price: Option<super::contents::NewPrice>,
    /// The configured key's mode when absent.
    livemode: Option<bool>,
    /// For journeys that began before whypaid; now when absent.
    started_at: Option<String>,
}

/// Start a client's journey. Answers with its private link.
#[utoipa::path(post, path = "/api/v1/journeys", tag = "journeys", request_body = NewJourney,
    responses((status = 201, body = Journey), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<(StatusCode, Json<Journey>)> {
    let mut conn = app.db.ledger().await?;
    let hypothesis = form.has("hypothesis").then(|| hypotheses::read(&app, &mut form));
    let new_client = form.has("client").then(|| clients_api::read_at(&app.context, &mut form, "client."));
    let client = client(&mut conn, &mut form, new_client.as_ref()).await?;
    let journey = read(&app, &mut conn, &mut form, client, hypothesis.as_ref().map(|h| h.id.clone())).await?;
    let journey = form.finish(journey)?.ok_or_else(|| Problem::not_found("client or version"))?;
    if let Some(client) = &new_client {
        clients_api::add(&app, &mut conn, &who, client).await?;
    }
    if let Some(hypothesis) = &hypothesis {
        contents::insert_hypothesis(&mut conn, hypothesis).await?;
    }
    journeys::insert(&mut conn, &journey).await?;
    let mut changes = vec![apply::journeys::change(&journey, "created")];
    changes.extend(settle(&app, &mut conn, &journey).await?);
    let detail = json!({"client_id": journey.client_id});
    audit::record(&mut conn, &app.context, &who, "journey.create", Some(&journey.id), detail).await?;
    let view = one(&app, &mut conn, &journey.id).await?;
    app.live.commit(conn, changes).await?;
    view.map(|view| (StatusCode::CREATED, Json(view))).ok_or_else(|| Problem::not_found("journey"))
}

/// Whose journey it is to be: the new client's, or that of an id.
async fn client(conn: &mut Conn, form: &mut Form, new: Option<&StoredClient>) -> Result<Option<String>> {
    if let Some(new) = new {
        if form.has("client_id") {
            form.fault("client_id", "must not be given together with `client`");
        }
        return Ok(Some(new.id.clone()));
    }
    let id = form.text("client_id", 1..=100);
    let found = if IdKind::Client.fits(&id) { clients::get(conn, &id).await? } else { None };
    if !id.is_empty() && found.is_none() {
        form.fault("client_id", "there is no such client");
    }
    Ok(found.map(|client| client.id))
}

/// Payments that came before the journey's record are matched now (SPEC H5).
async fn settle(app: &App, conn: &mut Conn, journey: &StoredJourney) -> Result<Vec<apply::Change>> {
    let waiting = payments::hinted(conn, HintKind::Journey, vec![journey.id.clone()]).await?;
    let touched = apply::Touched { payments: waiting.into_iter().collect(), ..apply::Touched::default() };
    let trees = apply::objects::trees(conn, &touched.payments).await?;
    let mut changes = apply::batch::recompute(conn, &app.context, &touched, &trees).await?;
    let concerned: BTreeSet<String> = weak::settle_client(conn, &journey.client_id).await?;
    changes.extend(apply::journeys::rejudge(conn, &app.context, &concerned).await?);
    Ok(changes)
}

async fn read(
    app: &App,
    conn: &mut Conn,
    form: &mut Form,
    client_id: Option<String>,
    hypothesis_id: Option<String>,
) -> Result<Option<StoredJourney>> {
    let now_ms = app.context.clock.now_ms();
    let version_id = form.text("content_version_id", 1..=100);
    let version = if IdKind::Version.fits(&version_id) {
        contents::get_version(conn, &version_id).await?
    } else {
        None
    };
    if !version_id.is_empty() && version.is_none() {
        form.fault("content_version_id", "there is no such content version");
    }
    if version.as_ref().is_some_and(|version| version.journey_id.is_some()) {
        form.fault("content_version_id", "is another journey's own copy; no other client may see it");
    }
    let price = form.opt_money("price");
    let livemode = form.opt_bool("livemode").unwrap_or_else(|| app.config.livemode());
    let started_at_ms = form.opt_past("started_at", now_ms).unwrap_or(now_ms);
    let (Some(client_id), Some(version)) = (client_id, version) else { return Ok(None) };
    let price = price.unwrap_or(version.price);
    let nothing = JourneyFacts { price, payments: &[], opened: &[], mark: None, pinned: None };
    Ok(Some(StoredJourney {
        id: app.context.ids.make(IdKind::Journey),
        client_id,
        token: ids::secret(),
        content_version_id: version.id,
        hypothesis_id: hypothesis_id.unwrap_or(version.hypothesis_id),
        price,
        livemode,
        started_at_ms,
        first_viewed_at_ms: None,
        mark: None,
        pinned: None,
        history_count: 0,
        judgement: judge(&nothing),
        changed_at_ms: now_ms,
    }))
}

/// One journey with its payments.
#[utoipa::path(get, path = "/api/v1/journeys/{id}", tag = "journeys",
    responses((status = 200, body = Journey), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Json<Journey>> {
    let found =
        if IdKind::Journey.fits(&id) { one(&app, &mut app.db.read().await?, &id).await? } else { None };
    found.map(Json).ok_or_else(|| Problem::not_found("journey"))
}

/// Every change of a journey's outcome, newest first.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/history", tag = "journeys",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<HistoryView>), (status = 404, body = Problem)))]
pub async fn history(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<List<HistoryView>>> {
    let page = params.page(|after| after.parse::<i64>().is_ok())?;
    let mut conn = app.db.read().await?;
    if !IdKind::Journey.fits(&id) || journeys::get(&mut conn, &id).await?.is_none() {
        return Err(Problem::not_found("journey"));
    }
    let before = page.after.as_deref().and_then(|after| after.parse().ok());
    let rows = history::of_journey(&mut conn, &id, before, page.rows()).await?;
    let items = rows.into_iter().map(history_view).collect();
    Ok(Json(page.list(items, |row: &HistoryView| row.seq.to_string())))
}

fn history_view(row: HistoryRow) -> HistoryView {
    HistoryView {
        id: row.id,
        at: rfc3339(row.at_ms),
        from: row.from,
        to: row.to,
        source: row.source,
        event_id: row.event_id,
        actor: row.actor,
        note: row.note,
        outranked: row.outranked,
        seq: row.seq,
    }
}

/// One journey as the API shows it.
pub async fn one(app: &App, conn: &mut Conn, id: &str) -> Result<Option<Journey>> {
    let rows = journeys::by_ids(conn, vec![id.to_owned()]).await?;
    Ok(views(app, conn, rows).await?.pop())
}

/// Journeys as the API shows them.
pub(super) async fn views(app: &App, conn: &mut Conn, rows: Vec<StoredJourney>) -> Result<Vec<Journey>> {
    let mut by_journey: BTreeMap<String, Vec<StoredPayment>> = BTreeMap::new();
    for payment in payments::by_journeys(conn, rows.iter().map(|j| j.id.clone()).collect()).await? {
        if let (Some(id), true) = (payment.journey_id.clone(), payment.facts.is_money) {
            by_journey.entry(id).or_default().push(payment);
        }
    }
    let withdrawn = withdrawals::of(conn, rows.iter().map(|j| j.id.clone()).collect()).await?;
    let mut withdrawn: BTreeMap<String, i64> =
        withdrawn.into_iter().map(|w| (w.journey_id, w.at_ms)).collect();
    let with_all = |row: StoredJourney| {
        let payments = by_journey.remove(&row.id).unwrap_or_default();
        view(app, payments, withdrawn.remove(&row.id), row)
    };
    Ok(rows.into_iter().map(with_all).collect())
}

fn view(
    app: &App,
    mut payments: Vec<StoredPayment>,
    withdrawn_at_ms: Option<i64>,
    journey: StoredJourney,
) -> Journey {
    payments.sort_by(|a, b| (a.facts.happened_at_s, &a.id).cmp(&(b.facts.happened_at_s, &b.id)));
    let judgement = journey.judgement;
    Journey {
        link: format!("{}/j/{}", app.config.public_url, journey.token),
        id: journey.id,
        client_id: journey.client_id,
        content_version_id: journey.content_version_id,
        hypothesis_id: journey.hypothesis_id,
        outcome: judgement.outcome,
        outcome_source: judgement.source,
        derived_outcome: judgement.derived_outcome,
        payment_status: judgement.payment_status,
        price: journey.price.into(),
        livemode: journey.livemode,
        mark: journey.mark.map(|m| MarkView {
            outcome: m.outcome,
            note: m.note,
            at: rfc3339(m.at_ms),
            by: m.by,
        }),
        pinned: journey.pinned.map(|p| OverrideView {
            outcome: p.outcome,
            reason: p.reason,
            at: rfc3339(p.at_ms),
            by: p.by,
        }),
        flags: judgement.flags,
        started_at: rfc3339(journey.started_at_ms),
        first_viewed_at: journey.first_viewed_at_ms.map(rfc3339),
        withdrawn_at: withdrawn_at_ms.map(rfc3339),
        paid_at: judgement.paid_at_ms.map(rfc3339),
        payments: payments.into_iter().map(Payment::from).collect(),
    }
}
