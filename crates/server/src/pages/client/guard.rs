//! Forms of other sites are refused.
//!
//! There is no cookie here that a foreign form could ride on: whoever can write the address of a form holds the link.
//! This is a second lock. Under `Referrer-Policy: no-referrer` browsers send forms with `Origin: null`, so that alone is
//! no reason to refuse one of an old browser that does not tell the site.

use super::refusal::Refusal;
use crate::api::own_page::{SEC_FETCH_SITE, is_own_origin, text};
use crate::app::App;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// Proof that no other site is known to have sent a form.
pub(super) struct NotForeign;

impl FromRequestParts<App> for NotForeign {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        if is_foreign(parts, &app.config.public_url) { Err(Refusal::Foreign) } else { Ok(Self) }
    }
}

fn is_foreign(parts: &Parts, public_url: &str) -> bool {
    if let Some(site) = text(parts, &SEC_FETCH_SITE) {
        return site != "same-origin";
    }
    match text(parts, &header::ORIGIN) {
        None | Some("null") => false,
        Some(origin) => !is_own_origin(parts, origin, public_url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_says_where_it_comes_from_must_come_from_here() {
        let (own, foreign) = ("https://pay.example.com", "https://evil.example");
        // (Sec-Fetch-Site, Origin, refused)
        let table = [
            (Some("same-origin"), Some("null"), false),
            (Some("same-origin"), None, false),
            (None, Some(own), false),
            (None, Some("null"), false),
            (None, None, false),
            (Some("cross-site"), Some("null"), true),
            (Some("same-site"), None, true),
            (Some("none"), None, true),
            (Some("cross-site"), Some(own), true),
            (None, Some(foreign), true),
            (None, Some("http://pay.example.com"), true),
        ];
        for (site, origin, refused) in table {
            let mut request = axum::http::Request::post("/").header("host", "10.0.0.1");
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                request = if let Some(value) = value { request.header(name, value) } else { request };
            }
            let parts = request.body(()).unwrap().into_parts().0;
            assert_eq!(is_foreign(&parts, own), refused, "{site:?} {origin:?}");
        }
    }
}
