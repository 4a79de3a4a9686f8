//! The two cookies of the seller's side: the session, and that a browser is known.
//!
//! `SameSite=Lax`: with `Strict`, a link in an e-mail would lead to the sign-in page although one is signed in. Changes do
//! not rest on it: each checks that it was sent from one of our own pages (`api::own_page`), and no GET changes anything.

use crate::api::access::session_cookie;
use crate::people::sign_in::{Admitted, cookie_seconds};
use axum::http::{HeaderValue, header};
use axum::response::Response;

/// The name of the other cookie; the prefix makes browsers insist on TLS and on this host alone.
pub(super) const fn browser_cookie(https: bool) -> &'static str {
    if https { "__Host-whypaid-browser" } else { "whypaid-browser" }
}

/// Adds both to an answer.
pub(super) fn set(response: &mut Response, https: bool, admitted: &Admitted) {
    let (session_s, browser_s) = cookie_seconds();
    add(response, &cookie(https, session_cookie(https), &admitted.session, session_s));
    add(response, &cookie(https, browser_cookie(https), &admitted.browser, browser_s));
}

/// Makes the browser forget the session; that it is known it keeps.
pub(super) fn forget(response: &mut Response, https: bool) {
    add(response, &cookie(https, session_cookie(https), "", 0));
}

fn add(response: &mut Response, cookie: &str) {
    // Hex digits and constants: it always is a header.
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(https: bool, name: &str, value: &str, max_age_s: i64) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_cookies_are_bound_to_this_host() {
        let want = "__Host-whypaid=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(cookie(true, session_cookie(true), "t", 60), want);
        let want = "whypaid-browser=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
        assert_eq!(cookie(false, browser_cookie(false), "", 0), want);
    }
}
