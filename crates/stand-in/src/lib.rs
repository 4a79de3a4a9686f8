//! A stand-in for Stripe, for the demo and for tests: an account in memory behind Stripe's API, a hosted page to pay on,
//! and signed webhooks. No money moves, and nothing is kept when it stops.
//!
//! At its heart is [`Account`], a state machine that does no I/O. Around it a thin shell of HTTP ([`http`]) and a task that
//! sends webhooks ([`sender`]). Tests hold it to account from outside: its objects against real payloads, its API against
//! the official SDKs.
//!
//! Must never know whypaid's server or store, and `whypaid serve` must never know it
//! (docs/decisions/0011-the-stand-in-is-a-crate.md).

mod account;
mod api;
mod deliveries;
mod event;
mod form;
mod http;
mod ids;
mod model;
mod pages;
mod refused;
mod sender;
mod shape;
mod state;
mod table;

pub use account::{Account, DisputeStep, Outcome, Sale, Seed};
pub use deliveries::{Trouble, WAITING_MAX};
pub use model::{
    ChargeStatus, DisputeStatus, IntentStatus, Method, PaymentStatus, RefundStatus, SessionStatus,
};
pub use refused::Refused;
pub use shape::API_VERSION;
pub use state::{Call, Endpoint, Fault};

use state::{Parts, Shared};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Tells the real time, Unix ms.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Longest wait at a stop for requests and webhooks under way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(11);

/// How to start a stand-in.
#[derive(Clone)]
pub struct Options {
    /// The real time, which the account's clock follows.
    pub now: Now,
    /// Where to listen; any free port of the loopback by default.
    pub listen: SocketAddr,
    /// How others reach it, without a trailing slash; `http://` and where it listens by default.
    pub public_url: Option<String>,
    /// Same seed and same commands, same ids.
    pub seed: u64,
    /// Says that its money is real, to test how that is told from the rest. It is not.
    pub livemode: bool,
    /// What the account's clock says at the start, Unix ms, when not the real time: an account with a past.
    pub starts_at_ms: Option<i64>,
    /// Whom to tell of events.
    pub endpoint: Option<Endpoint>,
    /// Kept at how far the account's clock is ahead of the real time, in ms, for callers whose clock follows it. Webhooks
    /// are then signed by it, too; otherwise by the real time.
    pub ahead_ms: Option<Arc<AtomicI64>>,
}

impl Options {
    /// The defaults.
    pub fn new(now: Now) -> Self {
        Self {
            now,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            seed: 1,
            livemode: false,
            starts_at_ms: None,
            endpoint: None,
            ahead_ms: None,
        }
    }
}

/// A running stand-in. Dropped without [`stop`](Self::stop), it ends as soon as its runtime lets it.
pub struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
    base_url: String,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    sending: JoinHandle<()>,
}

impl StandIn {
    /// Listens and serves.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let base_url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared::new(Parts { options, base_url: base_url.clone(), stop: stop.clone() }));
        let router = http::router(Arc::clone(&shared));
        let stopped = stop.clone().cancelled_owned();
        let serving =
            tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        let sending = tokio::spawn(sender::run(Arc::clone(&shared)));
        Ok(Self { shared, address, base_url, stop, serving, sending })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to set `STRIPE_API_BASE` to.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The page that lists the account's payments, with buttons for what may happen to them.
    pub fn admin_url(&self) -> String {
        format!("{}{}", self.base_url, http::ADMIN_PATH)
    }

    /// Does something with the account; events are sent on from here.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use stand_in::{Options, StandIn};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let stand_in = StandIn::start(Options::new(Arc::new(|| 1_795_000_000_000))).await?;
    /// stand_in.with(|account| account.advance(3600));
    /// assert_eq!(stand_in.with(|account| account.now_s()), 1_795_003_600);
    /// # stand_in.stop().await
    /// # }
    /// ```
    pub fn with<R>(&self, act: impl FnOnce(&mut Account) -> R) -> R {
        self.shared.with(act)
    }

    /// Names whom to tell of events from now on; `None` for nobody.
    pub fn set_endpoint(&self, endpoint: Option<Endpoint>) {
        self.shared.set_endpoint(endpoint);
    }

    /// Makes deliveries go wrong.
    pub fn make_trouble(&self, trouble: Trouble) {
        self.with(|account| account.deliveries.make_trouble(trouble));
    }

    /// Makes the next calls of the API go wrong, in this order.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.fail_next(faults);
    }

    /// The calls of the API so far, oldest first; the latest ten thousand.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls()
    }

    /// Waits until every delivery that is due was tried.
    pub async fn settled(&self) {
        self.shared.settled().await;
    }

    /// Finishes what is under way and stops; what was not delivered is forgotten.
    pub async fn stop(self) -> std::io::Result<()> {
        self.stop.cancel();
        let served = timeout(DRAIN_TIMEOUT, self.serving).await;
        let _ = timeout(DRAIN_TIMEOUT, self.sending).await;
        // A connection that a client keeps open without use is nobody's loss.
        served.map_or(Ok(()), |served| served.unwrap_or(Ok(())))
    }
}
