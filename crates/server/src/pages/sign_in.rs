//! `/sign-in` and `/sign-out`.

use super::cookies;
use super::errors::html;
use super::field::Field;
use super::href::local;
use super::layout::Layout;
use super::sent::Sent;
use super::set_up::SET_UP;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::own_page::OwnForm;
use crate::api::query::Params;
use crate::app::App;
use crate::people::attempts::WINDOW;
use crate::people::sign_in::{Asker, Refused, by_password};
use crate::people::{sessions, set_up};
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::time::Duration;
use tokio::time::Instant;

/// Where one signs in.
pub(super) const SIGN_IN: &str = "/sign-in";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    layout: Layout,
    fault: Option<String>,
    next: String,
    email: Field,
    password: Field,
}

/// The form. Who is signed in already has no use for it.
pub(super) async fn form(State(app): State<App>, viewer: Result<Viewer>, params: Params) -> Result<Response> {
    let next = params.text("next");
    let next = local(next.as_deref());
    if viewer.is_ok() {
        return Ok(Redirect::to(next).into_response());
    }
    if set_up::is_open(&app).await? {
        return Ok(Redirect::to(SET_UP).into_response());
    }
    Ok(html(&page(next, String::new(), None)))
}

fn page(next: &str, email: String, fault: Option<&str>) -> SignInPage {
    let password = Field::known_password("password", "Password");
    let address = Field::email("username").value(email);
    let (email, password) =
        if fault.is_some() { (address, password.focus()) } else { (address.focus(), password) };
    SignInPage {
        layout: Layout::bare("Sign in"),
        fault: fault.map(str::to_owned),
        next: next.to_owned(),
        email,
        password,
    }
}

/// Checks the password and hands out the cookies.
pub(super) async fn submit(
    State(app): State<App>,
    _own: OwnForm,
    asker: Asker,
    sent: Sent,
) -> Result<Response> {
    let next = local(sent.text("next"));
    let email = sent.text("email").unwrap_or_default();
    let refused = |status: StatusCode, fault: &str| {
        (status, html(&page(next, email.to_owned(), Some(fault)))).into_response()
    };
    if !app.people.by_address.begin(asker.address, Instant::now()) {
        return Ok(later(refused(StatusCode::TOO_MANY_REQUESTS, TOO_MANY), WINDOW));
    }
    let password = sent.text("password").unwrap_or_default().to_owned();
    match by_password(&app, email, password, &asker).await? {
        Ok(admitted) => {
            app.people.by_address.succeeded(asker.address);
            let mut response = Redirect::to(next).into_response();
            cookies::set(&mut response, app.config.https(), &admitted);
            Ok(response)
        }
        Err(Refused::Wrong) => Ok(refused(
            StatusCode::UNAUTHORIZED,
            "E-mail and password do not fit together. Capital letters matter in a password.",
        )),
        Err(Refused::TooMany(wait)) => Ok(later(
            refused(
                StatusCode::TOO_MANY_REQUESTS,
                "Somebody tries many passwords for this address. Please try again in a few seconds, or from a browser \
                 in which you signed in before.",
            ),
            wait,
        )),
    }
}

/// What an address hears that failed too often.
pub(super) const TOO_MANY: &str = "Too many tries from your address. Please wait a minute.";

/// Says when to come back.
pub(super) fn later(mut response: Response, wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    if let Ok(seconds) = HeaderValue::try_from(seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Ends the session and forgets the cookie.
pub(super) async fn out(State(app): State<App>, _own: OwnForm, viewer: Result<Viewer>) -> Result<Response> {
    if let Ok(Viewer(who)) = viewer {
        sessions::sign_out(&app, &who).await?;
    }
    let mut response = Redirect::to(SIGN_IN).into_response();
    cookies::forget(&mut response, app.config.https());
    Ok(response)
}
