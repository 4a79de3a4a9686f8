//! The demo: a real server on a temporary database, and a stand-in for Stripe that it opens checkouts at and hears from.
//! Example clients press its pay button and pay, or do not; so can the person who watches.
//!
//! Never part of `serve`: nothing here, and nothing of the stand-in, is reachable from there (`tests/stand_in_apart.rs`).

mod cast;
mod past;
mod script;

use crate::api::access::{Principal, Role};
use crate::apply::Context;
use crate::cli::Failed;
use crate::clock::{Clock, rfc3339};
use crate::config::{self, Config, sqlite_url};
use crate::ids::{secret, seed};
use crate::people::tokens;
use crate::serve::Server;
use cast::{Cast, Part};
use script::{Act, Step};
use serde_json::{Value, json};
use stand_in::{Endpoint, Options, StandIn, Trouble};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;
use store::Db;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Seconds between two happenings unless asked otherwise: slow enough to read, fast enough not to bore.
pub const PACE_S: f32 = 3.0;
/// Journeys after which nobody new comes: the demo is not a load test.
const JOURNEYS_MAX: usize = 300;
/// Stripe delivers at least once, and in no order.
const TROUBLE: Trouble = Trouble { duplicated_percent: 20, dropped_percent: 0, disorder: 3 };

/// A running demo.
pub struct Demo {
    server: Server,
    stand_in: StandIn,
    http: reqwest::Client,
    base: String,
    token: String,
    clock: Clock,
    /// One version per offer of the cast.
    versions: Vec<Value>,
    /// The link of the client who watches.
    your_link: String,
    /// Removed with everything in it when the demo ends.
    _home: TempDir,
}

/// A client's journey.
struct Journey {
    id: String,
    link: String,
    amount_minor: i64,
    /// Its checkout, once the pay button was pressed.
    session: Option<String>,
}

impl Demo {
    /// Starts the server and the stand-in, and lives through the weeks before.
    pub async fn start(listen: Option<SocketAddr>) -> Result<Self, Failed> {
        let home = tempfile::Builder::new().prefix("whypaid-demo-").tempdir()?;
        let listener = bind(listen).await?;
        let address = listener.local_addr()?;
        let base = format!("http://{address}");
        let webhook_secret = format!("whsec_{}", secret());
        let ahead_ms = Arc::new(AtomicI64::new(0));
        let clock = Clock::shifted(Arc::clone(&ahead_ms));
        let stand_in = StandIn::start(stand_in_options(&base, &webhook_secret, ahead_ms)).await?;
        let config = config(&home, address, &base, &webhook_secret, stand_in.base_url())?;
        let db = Db::open(&config.database_url)?;
        db.migrate().await?;
        let context = Context::new(clock.clone());
        let (_, token) = tokens::make(&db, &context, &Principal::demo(), Role::Owner, "demo").await?;
        let server = Server::start(config, db, clock.clone(), true, listener)?;
        let http = reqwest::Client::new();
        let (versions, your_link) = (Vec::new(), String::new());
        let mut demo = Self { server, stand_in, http, base, token, clock, versions, your_link, _home: home };
        for content in cast::contents() {
            let made = demo.post("/api/v1/contents", &content).await?;
            demo.versions.push(made["version"]["id"].clone());
        }
        demo.tell_the_past().await?;
        demo.stand_in.make_trouble(TROUBLE);
        demo.your_link = demo.begin(&cast::you()).await?.link;
        Ok(demo)
    }

    /// What to open and what to do next.
    pub fn welcome(&self) -> String {
        let (base, token) = (&self.base, &self.token);
        let (link, admin) = (&self.your_link, self.stand_in.admin_url());
        format!(
            "whypaid demo: example clients, a temporary database, and a stand-in for Stripe. No real money.\n\
             \n\
             \x20 Seller  {base}/\n\
             \x20         the list of journeys; it changes by itself as the clients below pay, or do not\n\
             \x20 Client  {link}\n\
             \x20         read, agree and pay as the client would; then look at the seller's list\n\
             \x20 Stripe  {admin}\n\
             \x20         the stand-in: refund, dispute, put the clock forward\n\
             \x20 API     curl -H 'Authorization: Bearer {token}' {base}/api/v1/journeys?limit=3\n\
             \x20         {base}/openapi.json\n\
             \n\
             Next, with your own data: copy .env.example, set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, then\n\
             \x20 whypaid serve\n\
             \n\
             Ctrl-C stops the demo and forgets everything.\n"
        )
    }

    /// Where the server is, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// An owner's API token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The Stripe of this demo.
    pub fn stand_in(&self) -> &StandIn {
        &self.stand_in
    }

    /// Lets clients come and go for ever; `tell` gets a line for each happening.
    pub async fn play(&self, pace_s: f32, tell: impl Fn(String)) -> Result<(), Failed> {
        let pace = Duration::from_secs_f32(pace_s);
        let mut cast = Cast::tonight();
        let mut stage: Vec<(Part, Journey, std::vec::IntoIter<Step>)> = Vec::new();
        let mut known = self.stand_in.with(|account| account.told_since(0).0);
        for turn in 0.. {
            tokio::time::sleep(pace).await;
            // Debits that arrive, and what the person at the browser does.
            self.report(&mut known, "", "meanwhile", &tell);
            if stage.len() < cast::ON_STAGE && cast.played() < JOURNEYS_MAX {
                let part = cast.next_part();
                let journey = self.begin(&part).await?;
                let steps = part.plot.steps().into_iter();
                stage.push((part, journey, steps));
            }
            let count = stage.len().max(1);
            let Some((part, journey, steps)) = stage.get_mut(turn % count) else { continue };
            match steps.next() {
                Some(step) => {
                    self.perform(journey, step.act).await?;
                    self.report(&mut known, &part.client_name, step.aside, &tell);
                }
                None => {
                    stage.remove(turn % count);
                }
            }
        }
        Ok(())
    }

    /// One line: when, who, what, and what Stripe told of it.
    fn report(&self, known: &mut usize, who: &str, what: &str, tell: &impl Fn(String)) {
        let (count, kinds) = self.stand_in.with(|account| account.told_since(*known));
        *known = count;
        if who.is_empty() && kinds.is_empty() {
            return;
        }
        let gap = if what.starts_with('’') || who.is_empty() { "" } else { " " };
        let doing = format!("{who}{gap}{what}");
        let at = &rfc3339(self.clock.now_ms())[11..19];
        tell(format!("{at}  {doing:<46} {}", kinds.join(" ")).trim_end().to_owned());
    }

    /// Stops both and removes the database.
    pub async fn stop(self) -> Result<(), Failed> {
        self.stand_in.stop().await?;
        Ok(self.server.stop().await?)
    }

    async fn begin(&self, part: &Part) -> Result<Journey, Failed> {
        let client = self.post("/api/v1/clients", &part.client()).await?;
        let body = json!({"client_id": client["id"], "content_version_id": self.versions[part.offer]});
        let made = self.post("/api/v1/journeys", &body).await?;
        Ok(Journey {
            id: text(&made["id"])?,
            link: text(&made["link"])?,
            amount_minor: made["price"]["amount_minor"].as_i64().unwrap_or(0),
            session: None,
        })
    }

    /// Does what a step says, through the server's own API and the stand-in.
    async fn perform(&self, journey: &mut Journey, act: Act) -> Result<(), Failed> {
        let Some(session) = &journey.session else {
            let opened = self.post(&format!("/api/v1/journeys/{}/checkout", journey.id), &json!({})).await?;
            journey.session = Some(text(&opened["session_id"])?);
            return Ok(());
        };
        let fifth_minor = (journey.amount_minor / 5).max(1);
        let done = self.stand_in.with(|account| match act {
            Act::OpensCheckout => Ok(()),
            Act::Pays(outcome) => account.complete(session, outcome),
            // Somebody may have put the clock forward meanwhile: then it has.
            Act::Expires => account.expire(session).or(Ok(())),
            Act::RefundsAFifth => account.refund(session, Some(fifth_minor)).map(drop),
            Act::Refunds => account.refund(session, None).map(drop),
            Act::Disputes(step) => account.dispute(session, step).map(drop),
        });
        // The person who watches may have been there first; the story goes on without this step.
        if let Err(refused) = done {
            tracing::debug!(%refused, ?act, "a step of the demo could not be done");
        }
        self.stand_in.settled().await;
        Ok(())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let failed = |e: reqwest::Error| Failed::Other(format!("the demo's own API failed at {path}: {e}"));
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
        answer.json().await.map_err(failed)
    }
}

fn text(value: &Value) -> Result<String, Failed> {
    let missing = || Failed::Other("the demo's own API left something out".to_owned());
    value.as_str().map(str::to_owned).ok_or_else(missing)
}

/// The address asked for, else 8080, else any free port.
async fn bind(listen: Option<SocketAddr>) -> Result<TcpListener, Failed> {
    let wanted = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(_) => Ok(TcpListener::bind(SocketAddr::new(wanted.ip(), 0)).await?),
    }
}

/// A stand-in some weeks ago, which tells the demo's webhook.
fn stand_in_options(base: &str, webhook_secret: &str, ahead_ms: Arc<AtomicI64>) -> Options {
    let wall = Clock::system();
    let starts_at_ms = Some(wall.now_ms() - past::DAYS * 86_400_000);
    Options {
        seed: seed(),
        starts_at_ms,
        endpoint: Some(Endpoint::new(format!("{base}/api/webhooks/stripe"), webhook_secret)),
        ahead_ms: Some(ahead_ms),
        ..Options::new(Arc::new(move || wall.now_ms()))
    }
}

fn config(
    home: &TempDir,
    address: SocketAddr,
    base: &str,
    webhook_secret: &str,
    stripe_api_base: &str,
) -> Result<Config, Failed> {
    let raw = config::Raw {
        database_url: Some(sqlite_url(&home.path().join("demo.db"))),
        listen: Some(address.to_string()),
        public_url: Some(base.to_owned()),
        seller_name: Some("Example Studio".to_owned()),
        stripe_secret_key: Some("sk_test_demo".to_owned()),
        stripe_webhook_secret: Some(webhook_secret.to_owned()),
        stripe_api_base: Some(stripe_api_base.to_owned()),
        ..config::Raw::default()
    };
    Ok(config::check(raw)?)
}
