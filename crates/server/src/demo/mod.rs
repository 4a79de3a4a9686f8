//! The demo: a real server on a temporary database, and a small theatre that signs Stripe events and sends them to the
//! server's own webhook over HTTP, now and then twice or in the wrong order, as Stripe does.
//!
//! Never part of `serve`: nothing here is reachable from there.

mod cast;
mod shapes;
mod story;

use crate::api::access::{Role, make_token};
use crate::cli::Failed;
use crate::clock::{Clock, rfc3339};
use crate::config::{self, Config, sqlite_url};
use crate::ids::secret;
use crate::serve::Server;
use cast::Cast;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use store::Db;
use story::Step;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Seconds between two events unless asked otherwise: slow enough to read, fast enough not to bore.
pub const PACE_S: f32 = 1.5;
/// Journeys after which the theatre only waits: the demo is not a load test.
const JOURNEYS_MAX: usize = 300;

/// A running demo.
pub struct Demo {
    server: Server,
    http: reqwest::Client,
    base: String,
    token: String,
    webhook_secret: String,
    clock: Clock,
    /// One version per offer of the cast.
    versions: Vec<Value>,
    /// Removed with everything in it when the demo ends.
    _home: TempDir,
}

impl Demo {
    /// Starts the server and tells what happened in the weeks before.
    pub async fn start(listen: Option<SocketAddr>) -> Result<Self, Failed> {
        let home = tempfile::Builder::new().prefix("whypaid-demo-").tempdir()?;
        let listener = bind(listen).await?;
        let address = listener.local_addr()?;
        let base = format!("http://{address}");
        let webhook_secret = format!("whsec_{}", secret());
        let config = config(&home, address, &base, &webhook_secret)?;
        let db = Db::open(&config.database_url)?;
        db.migrate().await?;
        let clock = Clock::system();
        let token = make_token(&db, &clock, Role::Owner, "demo").await?;
        let server = Server::start(config, db, clock.clone(), true, listener)?;
        let http = reqwest::Client::new();
        let versions = Vec::new();
        let mut demo = Self { server, http, base, token, webhook_secret, clock, versions, _home: home };
        for content in cast::contents() {
            let made = demo.post("/api/v1/contents", &content).await?;
            demo.versions.push(made["version"]["id"].clone());
        }
        demo.tell_the_past().await?;
        Ok(demo)
    }

    /// What to open and what to do next.
    pub fn welcome(&self) -> String {
        let (base, token) = (&self.base, &self.token);
        format!(
            "whypaid demo: example clients, a temporary database, and Stripe events sent to its own webhook.\n\
             \n\
             \x20 Open    {base}/\n\
             \x20         the list of journeys; outcomes change by themselves as the events below arrive\n\
             \x20 Ask     curl -H 'Authorization: Bearer {token}' {base}/api/v1/journeys?limit=3\n\
             \x20 Read    {base}/openapi.json\n\
             \n\
             Next, with your own data: copy .env.example, set STRIPE_WEBHOOK_SECRET, then\n\
             \x20 whypaid token create --role owner --name me\n\
             \x20 whypaid serve\n\
             \n\
             Ctrl-C stops the demo and forgets everything.\n"
        )
    }

    /// Plays events for ever; `tell` gets a line for each.
    pub async fn play(&self, pace_s: f32, tell: impl Fn(String)) -> Result<(), Failed> {
        let pace = Duration::from_secs_f32(pace_s);
        let mut cast = Cast::tonight();
        let mut stage: Vec<(String, std::vec::IntoIter<Step>)> = Vec::new();
        for turn in 0.. {
            tokio::time::sleep(pace).await;
            if stage.len() < cast::ON_STAGE && cast.played() < JOURNEYS_MAX {
                let part = cast.next_part();
                let journey = self.make_journey(&part, None).await?;
                let steps = story::steps(&part, &journey, self.clock.now_s());
                stage.push((part.client_name, steps.into_iter()));
            }
            let count = stage.len().max(1);
            let Some((name, steps)) = stage.get_mut(turn % count) else { continue };
            match steps.next() {
                Some(step) => {
                    let line = format!("{name:<22} {:<42} {}", step.kind(), step.aside);
                    self.perform(&step, self.clock.now_s()).await?;
                    tell(format!("{}  {line}", &rfc3339(self.clock.now_ms())[11..19]));
                }
                None => {
                    stage.remove(turn % count);
                }
            }
        }
        Ok(())
    }

    /// Stops the server and removes the database.
    pub async fn stop(self) -> Result<(), Failed> {
        Ok(self.server.stop().await?)
    }

    async fn tell_the_past(&self) -> Result<(), Failed> {
        let now_s = self.clock.now_s();
        for part in Cast::of_the_past() {
            let started_s = now_s - part.days_ago * 86_400;
            let journey = self.make_journey(&part, Some(started_s)).await?;
            let mut at_s = started_s + part.hours_to_act * 3_600;
            for step in story::steps(&part, &journey, started_s) {
                self.perform(&step, at_s.min(now_s)).await?;
                at_s += step.hours_later * 3_600;
            }
            if let Some(mark) = part.mark {
                let body = serde_json::json!({"outcome": mark, "note": part.note});
                self.post(&format!("/api/v1/journeys/{journey}/mark"), &body).await?;
            }
        }
        Ok(())
    }

    async fn make_journey(&self, part: &cast::Part, started_s: Option<i64>) -> Result<String, Failed> {
        let client = self.post("/api/v1/clients", &part.client()).await?;
        let mut journey = serde_json::json!({
            "client_id": client["id"],
            "content_version_id": self.versions[part.offer],
        });
        if let Some(started_s) = started_s {
            journey["started_at"] = rfc3339(started_s * 1000).into();
        }
        let made = self.post("/api/v1/journeys", &journey).await?;
        made["id"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Failed::Other("the demo got no journey".to_owned()))
    }

    /// Signs the step's event as Stripe would and sends it as often as the step says.
    async fn perform(&self, step: &Step, at_s: i64) -> Result<(), Failed> {
        let body = step.event(at_s).to_string();
        let header = stripe::sign(body.as_bytes(), &self.webhook_secret, self.clock.now_s());
        for _ in 0..step.deliveries {
            let request = self.http.post(format!("{}/api/webhooks/stripe", self.base));
            let sent = request.header("Stripe-Signature", &header).body(body.clone()).send().await;
            let answer =
                sent.map_err(|e| Failed::Other(format!("the demo could not reach its own server: {e}")))?;
            if !answer.status().is_success() {
                return Err(Failed::Other(format!("the demo's event was answered {}", answer.status())));
            }
        }
        Ok(())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let failed = |e: reqwest::Error| Failed::Other(format!("the demo's own API failed at {path}: {e}"));
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
        answer.json().await.map_err(failed)
    }
}

/// The address asked for, else 8080, else any free port.
async fn bind(listen: Option<SocketAddr>) -> Result<TcpListener, Failed> {
    let wanted = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(_) => Ok(TcpListener::bind(SocketAddr::new(wanted.ip(), 0)).await?),
    }
}

fn config(home: &TempDir, address: SocketAddr, base: &str, webhook_secret: &str) -> Result<Config, Failed> {
    let raw = config::Raw {
        database_url: Some(sqlite_url(&home.path().join("demo.db"))),
        listen: Some(address.to_string()),
        public_url: Some(base.to_owned()),
        stripe_webhook_secret: Some(webhook_secret.to_owned()),
        ..config::Raw::default()
    };
    Ok(config::check(raw)?)
}
