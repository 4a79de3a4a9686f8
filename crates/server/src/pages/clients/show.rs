//! `GET /clients/{id}`

use crate::api::access::{Role, Viewer};
use crate::api::path::Path;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::journey::StripeId;
use crate::pages::journeys::badge::{Badge, PaymentBadge};
use crate::pages::layout::{Layout, Section};
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use store::journeys::{self, JourneyLine};
use store::payments::{self, StoredPayment};
use store::{Conn, Result as StoreResult, clients};

/// Journeys shown at most; one client seldom has more than a few.
const JOURNEYS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "clients/show.html")]
struct ClientPage {
    layout: Layout,
    may_edit: bool,
    id: String,
    name: String,
    email: String,
    company: Option<String>,
    attributes: Vec<(String, String)>,
    customer: Option<StripeId>,
    since: When,
    journeys: Vec<Line>,
}

/// A journey of theirs.
struct Line {
    id: String,
    content: String,
    version: i64,
    outcome: Badge,
    payment: Option<PaymentBadge>,
    price: String,
    started: When,
    test: bool,
}

/// One client with their journeys.
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let found = if IdKind::Client.fits(&id) { clients::get(&mut conn, &id).await? } else { None };
    let client = found.ok_or_else(|| Problem::not_found("client"))?;
    let now_ms = app.context.clock.now_ms();
    let customer = client.stripe_customer_id.as_deref();
    Ok(html(&ClientPage {
        layout: Layout::of(&app, &who, &client.name, Section::Journeys),
        may_edit: who.role >= Role::Editor,
        journeys: lines(&mut conn, &id, now_ms).await?,
        customer: customer.map(|id| StripeId::of(id, app.config.livemode(), app.open_pages)),
        since: When::ago(client.created_at_ms, now_ms),
        name: client.name,
        email: client.email,
        company: client.company,
        attributes: client.attributes.into_iter().collect(),
        id,
    }))
}

async fn lines(conn: &mut Conn, client_id: &str, now_ms: i64) -> StoreResult<Vec<Line>> {
    let theirs = journeys::by_clients(conn, vec![client_id.to_owned()]).await?;
    let newest = theirs.into_iter().rev().take(JOURNEYS_MAX).map(|journey| journey.id).collect();
    let found = journeys::lines(conn, newest).await?;
    let named = found.iter().filter_map(|line| line.journey.judgement.payment_id.clone()).collect();
    let payments: BTreeMap<String, StoredPayment> =
        payments::by_ids(conn, named).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
    let line = |line: JourneyLine| {
        let judgement = &line.journey.judgement;
        let payment = judgement.payment_id.as_ref().and_then(|id| payments.get(id));
        Line {
            outcome: Badge::outcome(judgement.outcome),
            payment: PaymentBadge::of(judgement, payment.map(|p| &p.facts), now_ms),
            price: line.journey.price.to_string(),
            started: When::ago(line.journey.started_at_ms, now_ms),
            test: !line.journey.livemode,
            id: line.journey.id,
            content: line.content_name,
            version: line.version_number,
        }
    };
    Ok(found.into_iter().map(line).collect())
}
