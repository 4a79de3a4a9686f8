//! Headers that every page carries.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// Nothing but our own files, no inline script or style, no frame around us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// No page needs any of these.
pub(super) const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), camera=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
    local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), \
    xr-spatial-tracking=()";

/// `same-origin`, not `no-referrer`: under the latter browsers post forms with `Origin: null`, and the check of where a
/// form comes from needs the origin.
const REFERRER_POLICY: &str = "same-origin";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("referrer-policy", REFERRER_POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    // For browsers that do not know `frame-ancestors`.
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex, nofollow, noarchive"),
    // Pages show clients' data: no cache may keep them.
    ("cache-control", "no-store"),
    // A proxy that collects a stream before it passes it on would make it useless.
    ("x-accel-buffering", "no"),
];

/// Adds them to an answer.
pub(super) async fn protect(mut response: Response) -> Response {
    insert(response.headers_mut());
    response
}

/// Adds them to `headers`.
pub(super) fn insert(headers: &mut HeaderMap) {
    for &(name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
