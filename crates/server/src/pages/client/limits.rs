//! Client pages are slowed down per address and per link: enough for a family behind one router and an impatient finger,
//! too little to guess links or to wear the server out.

use super::refusal::Refusal;
use crate::app::App;
use crate::clock::Clock;
use crate::ids::is_secret;
use crate::limit::Limit;
use crate::peer::{self, network};
use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Requests that an address may make at once…
const ADDRESS_BURST: u32 = 120;
/// …and how often afterwards.
const ADDRESS_PERIOD: Duration = Duration::from_millis(500);
/// Likewise for a link, whoever opens it.
const LINK_BURST: u32 = 60;
/// Likewise.
const LINK_PERIOD: Duration = Duration::from_secs(1);
/// Both limits.
pub(super) struct Limits {
    addresses: Limit<IpAddr>,
    links: Limit<String>,
}

impl Limits {
    /// Nobody has asked yet.
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            addresses: Limit::new(ADDRESS_BURST, ADDRESS_PERIOD, clock),
            links: Limit::new(LINK_BURST, LINK_PERIOD, clock),
        }
    }
}

/// Lets a request through, or asks to wait.
pub(super) async fn slow_down(
    State(app): State<App>,
    Extension(limits): Extension<Arc<Limits>>,
    request: Request,
    next: Next,
) -> Response {
    let address = peer::of(&request, app.config.proxies).map(network);
    // What cannot be a link's token is not remembered as one.
    let token = request.uri().path().strip_prefix("/j/").and_then(|rest| rest.split('/').next());
    let link = token.filter(|token| is_secret(token)).map(str::to_owned);
    let checked = limits
        .addresses
        .check(address)
        .and_then(|()| if link.is_some() { limits.links.check(link) } else { Ok(()) });
    match checked {
        Ok(()) => next.run(request).await,
        Err(wait) => Refusal::TooMany(wait).into_response(),
    }
}
