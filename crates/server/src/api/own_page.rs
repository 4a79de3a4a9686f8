//! Whether a request was sent by one of our own pages (CSRF). Browsers say so in headers that no page can forge.

use super::problem::Problem;
use crate::app::App;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};

/// Who made a browser send a request.
pub const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Proof that a form was sent from one of our own pages, for forms that need no role.
#[derive(Debug)]
pub struct OwnForm;

impl FromRequestParts<App> for OwnForm {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app).map(|()| Self)
    }
}

/// Refuses what another site's page made a browser send.
pub fn require(parts: &Parts, app: &App) -> Result<(), Problem> {
    if is_own(parts, &app.config.public_url) {
        return Ok(());
    }
    let detail = "This form was not sent from a page of this server. Open the page here and send it again; \
                  a program sends `Authorization: Bearer <token>` instead of a cookie.";
    Err(Problem::new(StatusCode::FORBIDDEN, "foreign_form", detail))
}

/// Browsers set both headers themselves; no page can forge them. One that sends neither is too old to be protected.
fn is_own(parts: &Parts, public_url: &str) -> bool {
    if let Some(site) = text(parts, &SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    text(parts, &header::ORIGIN).is_some_and(|origin| is_own_origin(parts, origin, public_url))
}

/// True for this server's own origin, by the name it was called or is known by.
pub fn is_own_origin(parts: &Parts, origin: &str, public_url: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let (public_scheme, rest) = public_url.split_once("://").unwrap_or_default();
    let public_authority = rest.split('/').next();
    text(parts, &header::HOST) == Some(authority)
        || (scheme == public_scheme && Some(authority) == public_authority)
}

/// A header's text.
pub fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(headers: &[(&str, &str)]) -> bool {
        let mut request = axum::http::Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_own(&request.body(()).unwrap().into_parts().0, "https://pay.example.com/whypaid")
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        let host = ("host", "10.0.0.1:8080");
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[host, ("origin", "http://10.0.0.1:8080")]));
        assert!(own(&[host, ("origin", "https://pay.example.com")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!own(&[("sec-fetch-site", site), host, ("origin", "http://10.0.0.1:8080")]), "{site}");
        }
        for origin in
            ["null", "https://evil.example", "http://pay.example.com", "https://pay.example.com.evil"]
        {
            assert!(!own(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!own(&[host]));
    }
}
