//! Signing in and out with an API token, until there are people with passwords. The cookie carries the token.

use super::attempts::{Attempts, WINDOW};
use super::errors::html;
use super::layout::Layout;
use super::peer;
use crate::api::Result;
use crate::api::access::{COOKIE_HTTP, COOKIE_HTTPS, Viewer, principal_of};
use crate::api::own_page::OwnForm;
use crate::app::App;
use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// Where one signs in.
pub(super) const SIGN_IN: &str = "/sign-in";
/// How long a browser stays signed in.
const COOKIE_DAYS: u32 = 14;
const DAY_S: u32 = 86_400;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    layout: Layout,
    fault: Option<&'static str>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct SignIn {
    token: String,
}

/// The form. Who is signed in already has no use for it.
pub(super) async fn form(viewer: Result<Viewer>) -> Response {
    match viewer {
        Ok(_) => Redirect::to("/").into_response(),
        Err(_) => html(&page(None)),
    }
}

fn page(fault: Option<&'static str>) -> SignInPage {
    SignInPage { layout: Layout::bare("Sign in"), fault }
}

/// Checks the token and hands out the cookie.
pub(super) async fn submit(
    State(app): State<App>,
    _own: OwnForm,
    Extension(attempts): Extension<Arc<Attempts>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    sent: Result<Form<SignIn>, FormRejection>,
) -> Result<Response> {
    let Ok(Form(SignIn { token })) = sent else {
        return Ok(refused(StatusCode::BAD_REQUEST, "The form arrived incomplete. Please try again."));
    };
    let peer = peer.map(|Extension(ConnectInfo(address))| address.ip());
    let peer = peer::behind(peer, &headers, app.config.proxies);
    if !attempts.begin(peer, Instant::now()) {
        return Ok(too_many());
    }
    let token = token.trim();
    if principal_of(&app, token).await?.is_none() {
        tracing::warn!(?peer, "a sign-in failed");
        return Ok(refused(
            StatusCode::UNAUTHORIZED,
            "That token is not known here. Check that all of it was copied.",
        ));
    }
    attempts.succeeded(peer);
    Ok(signed_in(&app, token, DAY_S * COOKIE_DAYS))
}

/// Forgets the cookie.
pub(super) async fn out(State(app): State<App>, _own: OwnForm) -> Response {
    let mut response = signed_in(&app, "", 0);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(SIGN_IN));
    response
}

fn refused(status: StatusCode, fault: &'static str) -> Response {
    (status, html(&page(Some(fault)))).into_response()
}

fn too_many() -> Response {
    let mut response =
        refused(StatusCode::TOO_MANY_REQUESTS, "Too many tries from your address. Please wait a minute.");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(WINDOW.as_secs()));
    response
}

/// To the first page, with the cookie set for `max_age_s`.
fn signed_in(app: &App, token: &str, max_age_s: u32) -> Response {
    let cookie = cookie(app.config.https(), token, max_age_s);
    let mut response = Redirect::to("/").into_response();
    // A token found in the table is one that we made: letters, digits and `_`.
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(https: bool, token: &str, max_age_s: u32) -> String {
    let (name, secure) = if https { (COOKIE_HTTPS, "; Secure") } else { (COOKIE_HTTP, "") };
    format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_this_host() {
        let want = "__Host-whypaid=t; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(cookie(true, "t", 60), want);
        assert_eq!(cookie(false, "", 0), "whypaid=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    }
}
