//! Headers that every client page carries: the link in the address bar is a secret, and nothing on the page runs.

use crate::app::App;
use crate::pages::headers::PERMISSIONS_POLICY;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Where Stripe's payment pages are, unless the seller has a domain of their own for them.
const STRIPE_CHECKOUT: &str = "https://checkout.stripe.com";

const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex, nofollow, noarchive"),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// Adds them to the answers of the routes below.
pub(super) async fn protect(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    insert(response.headers_mut(), checkout_origin(&app.config.stripe_api_base));
    response
}

/// Adds them; `checkout` is where a form may lead besides this server.
pub(super) fn insert(headers: &mut HeaderMap, checkout: &str) {
    for &(name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Chromium holds a form's redirects to `form-action`, too: paying leads to Stripe's page.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
         form-action 'self' {checkout}; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert("content-security-policy", policy);
    }
}

/// Where the payment pages of this API are: Stripe's, or the stand-in's own.
pub(super) fn checkout_origin(stripe_api_base: &str) -> &str {
    if stripe_api_base == crate::config::STRIPE_API_BASE_DEFAULT {
        return STRIPE_CHECKOUT;
    }
    let start = stripe_api_base.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = stripe_api_base[start..].find('/').map_or(stripe_api_base.len(), |slash| start + slash);
    &stripe_api_base[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_pages_are_where_the_api_is() {
        let table = [
            ("https://api.stripe.com", "https://checkout.stripe.com"),
            ("http://127.0.0.1:12111", "http://127.0.0.1:12111"),
            ("http://localhost:1/base/path", "http://localhost:1"),
        ];
        for (base, want) in table {
            assert_eq!(checkout_origin(base), want);
        }
    }
}
