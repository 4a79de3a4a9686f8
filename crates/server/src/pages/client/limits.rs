//! Client pages are slowed down per address and per link: enough for a family behind one router and an impatient finger,
//! too little to guess links or to wear the server out.

use super::refusal::Refusal;
use crate::app::App;
use crate::clock::Clock;
use crate::ids::is_secret;
use crate::peer::{self, network};
use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
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
/// Keys remembered per limit. Beyond that those that rest are forgotten; while all are busy, new ones share one count.
const KEYS_MAX: usize = 20_000;

type Limiter<K> = RateLimiter<Option<K>, HashMapStateStore<Option<K>>, Passed, NoOpMiddleware<Duration>>;

/// The server's clock, as the limiter reads it.
#[derive(Clone)]
struct Passed(Clock);

impl governor::clock::Clock for Passed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.passed()
    }
}

/// Both limits.
pub(super) struct Limits {
    addresses: Limiter<IpAddr>,
    links: Limiter<String>,
}

impl Limits {
    /// Nobody has asked yet.
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            addresses: limiter(ADDRESS_BURST, ADDRESS_PERIOD, clock),
            links: limiter(LINK_BURST, LINK_PERIOD, clock),
        }
    }
}

fn limiter<K: Hash + Eq + Clone>(burst: u32, period: Duration, clock: &Clock) -> Limiter<K> {
    RateLimiter::new(quota(burst, period), HashMapStateStore::default(), Passed(clock.clone()))
}

fn quota(burst: u32, period: Duration) -> Quota {
    let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

/// How long to wait, when too much was asked for.
fn check<K: Hash + Eq + Clone>(limiter: &Limiter<K>, key: Option<K>) -> Result<(), Duration> {
    if limiter.len() >= KEYS_MAX {
        limiter.retain_recent();
    }
    // `None` is everybody who cannot be told apart or remembered.
    let key = key.filter(|_| limiter.len() < KEYS_MAX);
    limiter.check_key(&key).map_err(|until| until.wait_time_from(limiter.clock().now()))
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
    let checked = check(&limits.addresses, address)
        .and_then(|()| if link.is_some() { check(&limits.links, link) } else { Ok(()) });
    match checked {
        Ok(()) => next.run(request).await,
        Err(wait) => Refusal::TooMany(wait).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_the_next_waits() {
        let limits = Limits::new(&Clock::set(0));
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for n in 0..ADDRESS_BURST {
            assert_eq!(check(&limits.addresses, Some(one)), Ok(()), "{n}");
        }
        let wait = check(&limits.addresses, Some(one)).unwrap_err();
        assert!(wait <= ADDRESS_PERIOD, "{wait:?}");
        assert_eq!(check(&limits.addresses, Some(other)), Ok(()));
        assert_eq!(check(&limits.addresses, None), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Limits::new(&Clock::set(0));
        for n in 0..KEYS_MAX + 500 {
            let _ = check(&limits.links, Some(n.to_string()));
        }
        assert!(limits.links.len() <= KEYS_MAX + 1, "{}", limits.links.len());
    }
}
