//! `GET /payments/{id}`: one payment, whose it is and how that was found, and linking it by hand.

use super::row::{self, Row, Whose};
use super::unmatched::{Suggested, suggested};
use super::{LEDGER, UNMATCHED};
use crate::api::Result;
use crate::api::access::{Editor, Viewer};
use crate::api::path::Path;
use crate::api::query::Params;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::inbox::{Asked, Fields, StripeId, frame, may_change};
use crate::pages::layout::{Layout, Section};
use crate::payments as book;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use ledger::MatchedBy;
use store::Conn;
use store::lists::{self, From, JourneyFilter, Sort};
use store::payments::StoredPayment;

/// Journeys that a search shows.
const CANDIDATES_MAX: i64 = 20;
/// Of the forms on the page of unmatched payments: go back there.
const FROM_INBOX: &str = "inbox";

#[derive(Template)]
#[template(path = "payments/show.html")]
struct PaymentPage {
    layout: Layout,
    row: Row,
    evidence: Vec<(&'static str, Vec<StripeId>)>,
    suggestions: Vec<Suggested>,
    /// What was searched for.
    q: String,
    candidates: Vec<Whose>,
    more_candidates: bool,
    /// Where this page is.
    path: String,
    back: String,
    may_change: bool,
}

/// What the payment says about whose it is.
fn evidence(app: &App, p: &StoredPayment) -> Vec<(&'static str, Vec<StripeId>)> {
    let e = &p.facts.evidence;
    let ids = |ids: &[String]| ids.iter().map(|id| StripeId::of(app, id, p.facts.livemode)).collect();
    let one = |id: &Option<String>| ids(id.as_slice());
    let all = [
        ("Journey in metadata", ids(&e.journey_ids)),
        ("Checkout session", ids(&e.session_ids)),
        ("Client reference", ids(&e.client_references)),
        ("Client in metadata", one(&e.client_id)),
        ("Stripe customer", one(&e.customer)),
        ("E-mail address", one(&e.email)),
    ];
    let all: Vec<(&'static str, Vec<StripeId>)> = all.into();
    all.into_iter().filter(|(_, ids)| !ids.is_empty()).collect()
}

/// Journeys of clients that a person looks for, of the payment's mode.
async fn candidates(
    app: &App,
    conn: &mut Conn,
    payment: &StoredPayment,
    q: Option<String>,
) -> Result<(Vec<Whose>, bool)> {
    if q.is_none() {
        return Ok((Vec::new(), false));
    }
    let livemode = Some(payment.facts.livemode);
    let filter = JourneyFilter { livemode, q, ..JourneyFilter::default() };
    let mut lines =
        lists::list(conn, &filter, Sort::default(), &From::Start, CANDIDATES_MAX + 1).await?.lines;
    let more = i64::try_from(lines.len()).is_ok_and(|count| count > CANDIDATES_MAX);
    lines.truncate(usize::try_from(CANDIDATES_MAX).unwrap_or(usize::MAX));
    let now_ms = app.context.clock.now_ms();
    let others = lines.into_iter().filter(|line| Some(&line.journey.id) != payment.journey_id.as_ref());
    Ok((others.map(|line| Whose::of(line, now_ms)).collect(), more))
}

/// One payment.
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let q = params.text("q");
    params.finish(())?;
    let mut conn = app.db.read().await?;
    let payment = book::get(&mut conn, &id).await?;
    let (candidates, more_candidates) = candidates(&app, &mut conn, &payment, q.clone()).await?;
    let suggestions = suggested(&app, &mut conn, &payment, usize::MAX).await?;
    let row = row::rows(&app, &mut conn, std::slice::from_ref(&payment)).await?.pop();
    let row = row.ok_or_else(|| crate::api::Problem::not_found("payment"))?;
    let asked = Asked::mode(payment.facts.livemode);
    let mut layout = frame(&app, &who, "Payment", Section::Payments, &asked, LEDGER);
    layout.modes.clear();
    let waits = payment.matched_by.is_none();
    Ok(html(&PaymentPage {
        layout,
        evidence: evidence(&app, &payment),
        suggestions,
        q: q.unwrap_or_default(),
        candidates,
        more_candidates,
        path: format!("{LEDGER}/{id}"),
        back: asked.href(if waits { UNMATCHED } else { LEDGER }),
        may_change: may_change(&who),
        row,
    }))
}

/// Links it to the journey that the form names.
pub(super) async fn link(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let journey_id = fields.text("journey_id", 1..=100)?;
    let payment = book::link(&app, &who, &id, &journey_id).await?;
    Ok(Redirect::to(&back(&fields, &payment, "linked")).into_response())
}

/// Takes that back.
pub(super) async fn unlink(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let payment = book::unlink(&app, &who, &id).await?;
    debug_assert_ne!(payment.matched_by, Some(MatchedBy::Manual), "taken back");
    Ok(Redirect::to(&back(&fields, &payment, "unlinked")).into_response())
}

fn back(fields: &Fields, payment: &StoredPayment, did: &'static str) -> String {
    if fields.get("from") == FROM_INBOX {
        Asked::mode(payment.facts.livemode).with(did, Some(&payment.id)).href(UNMATCHED)
    } else {
        format!("{LEDGER}/{}", crate::pages::href::encoded(&payment.id))
    }
}
