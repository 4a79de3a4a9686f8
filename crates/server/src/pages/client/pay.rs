//! `POST /j/{token}/pay`: the pay button. Leads to Stripe's page, or says kindly why it does not.

use super::guard::NotForeign;
use super::headers::checkout_origin;
use super::page::{HandOver, Shown, shown_price};
use super::refusal::{Refusal, withdrawn};
use super::standing::{Accepted, Standing};
use super::step::Step;
use super::steps;
use super::visit::Visit;
use super::words::{self, Notice};
use crate::app::App;
use crate::checkout::{self, CheckoutError};
use crate::pages::errors::html;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use ledger::PaymentStatus;
use serde::Deserialize;

/// What the form sends.
#[derive(Default, Deserialize)]
pub(super) struct Pay {
    /// The price that the button was shown with.
    #[serde(default)]
    shown: String,
}

/// Opens the journey's checkout, or the one that is open, and sends the client there.
pub(super) async fn press(
    State(app): State<App>,
    Path(token): Path<String>,
    _own: NotForeign,
    parts: Parts,
    sent: Result<Form<Pay>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(sent) = sent.unwrap_or_default();
    let visit = Visit::load(&app.config, &mut app.db.read().await?, &token).await?.ok_or(Refusal::Unknown)?;
    let standing = visit.standing(None, app.context.clock.now_ms());
    if standing == Standing::Withdrawn {
        return Ok(withdrawn());
    }
    if standing.is_past_paying() || visit.accepted() != Accepted::Current {
        // What is due says why: paid already, or the agreement has changed.
        return Ok(Redirect::to(&format!("/j/{token}")).into_response());
    }
    if sent.shown != shown_price(&visit) {
        let answer = Some((StatusCode::CONFLICT, words::price_changed()));
        return Ok(page(&visit, standing, &parts, answer));
    }
    match checkout::open(&app, &visit.journey.id, None).await {
        Ok(opened) => Ok(lead(&app, opened.url)),
        Err(error) => refused(&visit, standing, &parts, error),
    }
}

/// To Stripe's page. A seller may have a domain of their own for it, which the content security policy cannot name
/// beforehand: there a link leads, not the form.
fn lead(app: &App, url: String) -> Response {
    let known = checkout_origin(&app.config.stripe_api_base);
    let is_known = url.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_known { Redirect::to(&url).into_response() } else { html(&HandOver::to(url)) }
}

fn refused(
    visit: &Visit,
    standing: Standing,
    parts: &Parts,
    error: CheckoutError,
) -> Result<Response, Refusal> {
    match error {
        // Stripe knows more than its events have told us yet.
        CheckoutError::AlreadyPaid(PaymentStatus::Paid) => Ok(page(visit, Standing::Confirming, parts, None)),
        CheckoutError::AlreadyPaid(_) => {
            Ok(Redirect::to(&format!("/j/{}", visit.journey.token)).into_response())
        }
        CheckoutError::OnItsWay => Ok(page(visit, Standing::OnItsWay, parts, None)),
        CheckoutError::Withdrawn => Ok(withdrawn()),
        CheckoutError::Store(error) => Err(error.into()),
        CheckoutError::NotFound => Err(Refusal::Unknown),
        CheckoutError::Unavailable(_) => Ok(away(visit, standing, parts, words::no_payment_page())),
        // The seller's to put right; trying again in a minute would not help.
        CheckoutError::NotConfigured | CheckoutError::WrongMode { .. } | CheckoutError::Refused(_) => {
            tracing::error!(journey_id = visit.journey.id, %error, "a client wanted to pay and could not");
            Ok(away(visit, standing, parts, words::no_payment_at_all()))
        }
    }
}

fn away(visit: &Visit, standing: Standing, parts: &Parts, notice: Notice) -> Response {
    page(visit, standing, parts, Some((StatusCode::SERVICE_UNAVAILABLE, notice)))
}

fn page(visit: &Visit, standing: Standing, parts: &Parts, answer: Option<(StatusCode, Notice)>) -> Response {
    let shown = Shown {
        visit,
        step: Step::Confirmation,
        standing,
        locale: steps::locale(parts),
        preview: false,
        view_id: None,
        answer,
        forgotten: false,
    };
    shown.respond()
}
