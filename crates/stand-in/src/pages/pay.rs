//! The hosted page: a person chooses how the payment goes.

use super::{Over, moment, money, render};
use crate::account::{Account, Outcome};
use crate::model::{Failure, Session, SessionStatus};
use crate::state::Shared;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use std::collections::HashMap;
use std::sync::Arc;

/// As long as the page's field takes.
const EMAIL_CHARS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "pay.html")]
struct Pay<'a> {
    title: &'a str,
    amount: String,
    email: &'a str,
    failure: Option<&'static str>,
    expires_at: String,
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    shared.with(|account| page(account, &id))
}

fn page(account: &Account, id: &str) -> Response {
    let Ok(session) = account.session(id) else {
        let text = "The stand-in forgets everything when it stops. Ask for a new link on the seller’s page.";
        let page = Over { heading: "There is no such checkout", text, link: None };
        return render(StatusCode::NOT_FOUND, &page);
    };
    let order = &session.order;
    let (heading, text, link) = match session.status {
        SessionStatus::Open => return render(StatusCode::OK, &open(account, &session)),
        SessionStatus::Complete => {
            ("This checkout is done", "Nothing more is to be paid here.", Some(success_url(&session)))
        }
        SessionStatus::Expired => (
            "This checkout has expired",
            "Nothing was paid. The seller’s page can open a new one.",
            order.cancel_url.clone(),
        ),
    };
    render(StatusCode::OK, &Over { heading, text, link })
}

fn open<'a>(account: &Account, session: &'a Session) -> Pay<'a> {
    let order = &session.order;
    Pay {
        title: &order.title,
        amount: money(order.amount_minor, &order.currency),
        email: session.payer_email.as_deref().or(order.customer_email.as_deref()).unwrap_or(""),
        failure: account.last_failure(session).map(|failure| match failure {
            Failure::CardDeclined => "Your card was declined.",
            Failure::DebitReturned => "The bank debit came back.",
        }),
        expires_at: moment(order.expires_at_s),
    }
}

pub(super) async fn choose(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let field = |name: &str| fields.get(name).map_or("", |text| text.trim());
    let email: String = field("email").chars().take(EMAIL_CHARS_MAX).collect();
    let to = shared.with(|account| act(account, &id, field("how"), &email));
    Redirect::to(&to).into_response()
}

/// Does what was chosen; where to go next. A session that is not open any more says so on its page.
fn act(account: &mut Account, id: &str, how: &str, email: &str) -> String {
    let here = format!("/c/pay/{id}");
    let Ok(session) = account.session(id) else { return here };
    if how == "abandoned" {
        return session.order.cancel_url.clone().unwrap_or(here);
    }
    if how == "expired" {
        // When it is not open, its page says what it is instead.
        let _ = account.expire(id);
        return here;
    }
    let outcome = match how {
        "paid" => Outcome::Paid,
        "declined" => Outcome::Declined,
        "debit-paid" => Outcome::DebitPaid,
        "debit-failed" => Outcome::DebitFailed,
        _ => return here,
    };
    if email.contains('@') && account.fill_in(id, email).is_err() {
        return here;
    }
    match account.complete(id, outcome) {
        Ok(()) if outcome != Outcome::Declined => success_url(&session),
        _ => here,
    }
}

fn success_url(session: &Session) -> String {
    session.order.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}
