//! What happens at Stripe without the client: refunds, disputes, time.

use super::{moment, money, render};
use crate::account::{Account, DisputeStep, Line};
use crate::http::ADMIN_PATH;
use crate::refused::Refused;
use crate::state::Shared;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::HashMap;
use std::sync::Arc;

/// Payments on a page.
const LINES_MAX: usize = 50;

#[derive(Template)]
#[template(path = "admin.html")]
struct Admin {
    account_id: String,
    clock: String,
    ahead: Option<String>,
    webhooks: String,
    problem: Option<String>,
    lines: Vec<Shown>,
    /// The last session shown, when there are older ones.
    older: Option<String>,
}

/// A [`Line`] in words.
struct Shown {
    session: String,
    id: String,
    title: String,
    payer: String,
    amount: String,
    at: String,
    state: &'static str,
    tone: &'static str,
    open: bool,
    paid: bool,
    url: String,
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let endpoint = shared.endpoint_url();
    let page = shared.with(|account| Admin::of(account, endpoint, query.get("after").map(String::as_str)));
    render(StatusCode::OK, &page)
}

impl Admin {
    fn of(account: &Account, endpoint: Option<String>, after: Option<&str>) -> Self {
        let mut lines = account.overview(after, LINES_MAX + 1);
        let has_older = lines.len() > LINES_MAX;
        lines.truncate(LINES_MAX);
        let older = lines.last().filter(|_| has_older).map(|line| line.session.id.clone());
        let (waiting, ahead_s) = (account.deliveries.waiting(), account.ahead_ms().div_euclid(1000));
        let webhooks = match endpoint {
            Some(url) => format!("Events are sent to {url}; {waiting} wait to be sent or to be tried again."),
            None => "Nobody is told of events: no webhook address is set.".to_owned(),
        };
        Self {
            account_id: account.shown.id.clone(),
            clock: moment(account.now_s()),
            ahead: (ahead_s >= 60).then(|| format!("{} h {} min", ahead_s / 3600, ahead_s % 3600 / 60)),
            webhooks,
            problem: None,
            lines: lines.iter().map(Shown::of).collect(),
            older,
        }
    }
}

impl Shown {
    fn of(line: &Line) -> Self {
        let (session, order) = (line.session, &line.session.order);
        let (state, tone) = line.state.words();
        let payer = session.payer_email.as_deref().or(order.customer_email.as_deref());
        Self {
            session: session.id.clone(),
            id: session.payment_intent.clone().unwrap_or_else(|| session.id.clone()),
            title: order.title.clone(),
            payer: payer.unwrap_or("nobody yet").to_owned(),
            amount: money(order.amount_minor, &order.currency),
            at: moment(session.created_s),
            state,
            tone,
            open: session.status == crate::model::SessionStatus::Open,
            paid: line.is_paid(),
            url: format!("/c/pay/{}", session.id),
        }
    }
}

pub(super) async fn clock(
    State(shared): State<Arc<Shared>>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let by_s = match fields.get("by").map(String::as_str) {
        Some("minute") => 60,
        Some("hour") => 3600,
        Some("day") => 24 * 3600,
        Some("25-hours") => 25 * 3600,
        _ => 0,
    };
    shared.with(|account| account.advance(by_s));
    Redirect::to(ADMIN_PATH).into_response()
}

pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(session): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let act = fields.get("act").map_or("", String::as_str);
    let endpoint = shared.endpoint_url();
    let done = shared.with(|account| perform(account, &session, act));
    let Err(refused) = done else {
        return Redirect::to(&format!("{ADMIN_PATH}#{session}")).into_response();
    };
    let mut page = shared.with(|account| Admin::of(account, endpoint, None));
    page.problem = Some(refused.message);
    render(StatusCode::CONFLICT, &page)
}

fn perform(account: &mut Account, session: &str, act: &str) -> Result<(), Refused> {
    // Checked here, so that a path's text goes back into no header unless it is a session's id.
    account.session(session)?;
    let step = match act {
        "expire" => return account.expire(session),
        "refund" => return account.refund(session, None).map(drop),
        "refund-part" => return refund_a_quarter(account, session),
        "refund-fails" => return account.refund_failing_later(session, None).map(drop),
        "inquiry" => DisputeStep::Inquiry,
        "inquiry-closed" => DisputeStep::InquiryClosed,
        "disputed" => DisputeStep::Opened,
        "won" => DisputeStep::Won,
        "lost" => DisputeStep::Lost,
        _ => return Err(Refused::plain(400, "There is no such button.")),
    };
    account.dispute(session, step).map(drop)
}

fn refund_a_quarter(account: &mut Account, session: &str) -> Result<(), Refused> {
    let amount_minor = account.session(session)?.order.amount_minor;
    account.refund(session, Some((amount_minor / 4).max(1))).map(drop)
}
