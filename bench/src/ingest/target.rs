//! The servers under test: each a process of its own with a fresh database, gone when its value is dropped.

use super::events::SECRET;
use super::http::call;
use super::{READY, cpu};
use crate::{Outcome, reference};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Longer than any drain that would still be worth reading about.
const DRAIN_TIMEOUT: Duration = Duration::from_mins(5);
const POLL_EVERY: Duration = Duration::from_millis(5);
/// Threads that make journeys through the API before the measurement.
const SETUP_THREADS: usize = 8;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A trivial axum server.
    Reference,
    /// `whypaid serve` on SQLite.
    Sqlite,
    /// `whypaid serve` on PostgreSQL.
    Postgres,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Reference, Self::Sqlite, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reference => "(a) axum",
            Self::Sqlite => "(b) SQLite",
            Self::Postgres => "(c) PostgreSQL",
        }
    }
}

/// A PostgreSQL that was lent for the run.
#[derive(Clone, Debug)]
pub(crate) struct Lent {
    /// Of an existing database, from which others can be made.
    pub(crate) url: String,
    pub(crate) postmaster_pid: u32,
}

/// A running server.
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    server: Child,
    database: Option<Database>,
    /// Holds the SQLite file; also the server's working directory.
    home: TempDir,
    runtime: tokio::runtime::Runtime,
}

struct Database {
    program: PathBuf,
    url: String,
    postmaster_pid: Option<u32>,
}

/// What is not applied yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) received: f64,
    pub(crate) oldest_ms: f64,
}

/// Rows in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) events: i64,
    pub(crate) payloads: i64,
    pub(crate) applied: i64,
    pub(crate) payments: i64,
}

impl Target {
    /// `folder` is where databases lie: on a disk, since a file system in memory would make durability free.
    pub(crate) fn start(kind: Kind, program: &Path, folder: &Path, lent: Option<&Lent>) -> Outcome<Self> {
        let home = tempfile::Builder::new().prefix("bench-ingest-").tempdir_in(folder)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let database = match (kind, lent) {
            (Kind::Reference, _) => None,
            (Kind::Sqlite, _) => Some((format!("sqlite://{}/whypaid.db", home.path().display()), None)),
            (Kind::Postgres, Some(lent)) => {
                Some((runtime.block_on(fresh_database(lent))?, Some(lent.postmaster_pid)))
            }
            (Kind::Postgres, None) => return Err("no PostgreSQL was lent".into()),
        };
        let database = database.map(|(url, postmaster_pid)| Database {
            program: program.to_owned(),
            url,
            postmaster_pid,
        });
        let mut command = match &database {
            None => reference::command(address)?,
            Some(database) => database.command(home.path(), address, &["serve"]),
        };
        let server = command.stdout(Stdio::null()).spawn()?;
        let target = Self { kind, address, server, database, home, runtime };
        target.wait_until_ready()?;
        Ok(target)
    }

    fn wait_until_ready(&self) -> Outcome<()> {
        let begin = Instant::now();
        loop {
            match call(self.address, "GET", READY, "", "") {
                Ok((200, _)) => return Ok(()),
                Ok(_) | Err(_) if begin.elapsed() < START_TIMEOUT => std::thread::sleep(POLL_EVERY),
                Ok((status, body)) => {
                    return Err(format!("{} answers {status}: {body}", self.kind.name()).into());
                }
                Err(error) => return Err(format!("{} does not answer: {error}", self.kind.name()).into()),
            }
        }
    }

    /// CPU seconds so far of the server, and of its database.
    pub(crate) fn cpu_seconds(&self) -> Outcome<(f64, f64)> {
        let postmaster = self.database.as_ref().and_then(|database| database.postmaster_pid);
        let database = postmaster.map(cpu::tree_seconds).transpose()?.unwrap_or_default();
        Ok((cpu::tree_seconds(self.server.id())?, database))
    }

    pub(crate) fn peak_rss_mb(&self) -> Outcome<f64> {
        cpu::peak_rss_mb(self.server.id())
    }

    /// A new editor's token.
    pub(crate) fn token(&self) -> Outcome<String> {
        let database = self.database.as_ref().ok_or("the reference has no tokens")?;
        let create = ["token", "create", "--role", "editor", "--name", "bench"];
        let token = output(&mut database.command(self.home.path(), self.address, &create))?;
        Ok(token.trim().to_owned())
    }

    /// Makes journeys, each of a client of its own, through the API. Returns their ids.
    pub(crate) fn make_journeys(&self, count: usize) -> Outcome<Vec<String>> {
        if self.database.is_none() || count == 0 {
            return Ok(Vec::new());
        }
        let token = &self.token()?;
        let content = create_at(self.address, "/api/v1/contents", token, &content())?;
        let version = content["version"]["id"].clone();
        let make = |number: usize| -> Outcome<String> {
            let client =
                json!({"name": format!("Client {number}"), "email": format!("c{number}@example.com")});
            let client = create_at(self.address, "/api/v1/clients", token, &client)?;
            let journey = json!({"client_id": client["id"], "content_version_id": version});
            let journey = create_at(self.address, "/api/v1/journeys", token, &journey)?;
            Ok(journey["id"].as_str().ok_or("a journey has no id")?.to_owned())
        };
        std::thread::scope(|scope| {
            let some =
                |thread: usize| (thread..count).step_by(SETUP_THREADS).map(make).collect::<Outcome<Vec<_>>>();
            let running: Vec<_> =
                (0..SETUP_THREADS).map(|thread| scope.spawn(move || some(thread))).collect();
            let mut ids = Vec::with_capacity(count);
            for thread in running {
                ids.extend(thread.join().map_err(|_| "a thread of the setup failed")??);
            }
            Ok(ids)
        })
    }

    /// What the server says is not applied yet.
    pub(crate) fn waiting(&self) -> Outcome<Waiting> {
        if self.database.is_none() {
            return Ok(Waiting { received: 0.0, oldest_ms: 0.0 });
        }
        let (_, text) = call(self.address, "GET", "/metrics", "", "")?;
        let gauge = |name: &str| {
            let labelled = format!("{name}{{status=\"received\"}} ");
            let value = text.lines().find_map(|line| line.strip_prefix(&labelled)?.parse::<f64>().ok());
            value.ok_or_else(|| format!("/metrics has no {labelled}"))
        };
        Ok(Waiting {
            received: gauge("whypaid_events_waiting")?,
            oldest_ms: gauge("whypaid_events_waiting_oldest_ms")?,
        })
    }

    /// Waits until everything received is applied. Returns what waited at first.
    pub(crate) fn drain(&self) -> Outcome<Waiting> {
        let begin = Instant::now();
        let first = self.waiting()?;
        let mut left = first.received;
        while left > 0.0 {
            if begin.elapsed() > DRAIN_TIMEOUT {
                return Err(format!("{}: {left} events still wait to be applied", self.kind.name()).into());
            }
            std::thread::sleep(POLL_EVERY);
            left = self.waiting()?.received;
        }
        Ok(first)
    }

    /// Counts what lies in the database, past the server.
    pub(crate) fn counts(&self) -> Outcome<Option<Counts>> {
        let Some(database) = &self.database else { return Ok(None) };
        self.runtime.block_on(count(&database.url)).map(Some)
    }

    /// Runs `whypaid doctor --verify`. Returns its last line; fails when the doctor does.
    pub(crate) fn verify(&self) -> Outcome<Option<String>> {
        let Some(database) = &self.database else { return Ok(None) };
        let text = output(&mut database.command(self.home.path(), self.address, &["doctor", "--verify"]))?;
        Ok(text.lines().last().map(str::to_owned))
    }
}

impl Drop for Target {
    /// The database goes too, so there is nothing to finish.
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Database {
    /// Nothing of the caller's environment or files configures it.
    fn command(&self, home: &Path, address: SocketAddr, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(home).env_clear().stdin(Stdio::null());
        command.env("WHYPAID_DATABASE_URL", &self.url).env("WHYPAID_LISTEN", address.to_string());
        command.env("STRIPE_WEBHOOK_SECRET", SECRET).env("WHYPAID_LOG", "warn");
        command
    }
}

async fn fresh_database(lent: &Lent) -> Outcome<String> {
    let (server, _) = lent.url.rsplit_once('/').ok_or("the URL of PostgreSQL names no database")?;
    let mut conn = PgConnection::connect(&lent.url).await?;
    let _ = sqlx::query("DROP DATABASE IF EXISTS whypaid_bench WITH (FORCE)").execute(&mut conn).await?;
    sqlx::query("CREATE DATABASE whypaid_bench").execute(&mut conn).await?;
    conn.close().await?;
    Ok(format!("{server}/whypaid_bench"))
}

async fn count(url: &str) -> Outcome<Counts> {
    const COUNT: &str = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM event WHERE length(body) > 0), \
                         (SELECT count(*) FROM event WHERE handled AND id NOT IN (SELECT event_id FROM event_waiting)), \
                         (SELECT count(*) FROM payment)";
    let query = if url.starts_with("sqlite:") {
        let mut conn = SqliteConnection::connect(url).await?;
        sqlx::query_as(COUNT).fetch_one(&mut conn).await?
    } else {
        let mut conn = PgConnection::connect(url).await?;
        sqlx::query_as(COUNT).fetch_one(&mut conn).await?
    };
    let (events, payloads, applied, payments) = query;
    Ok(Counts { events, payloads, applied, payments })
}

fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let program = command.get_program().display();
    Err(format!("{program} {:?} failed:\n{text}{told}", command.get_args().collect::<Vec<_>>()).into())
}

fn create_at(address: SocketAddr, path: &str, token: &str, body: &Value) -> Outcome<Value> {
    match call(address, "POST", path, token, &body.to_string())? {
        (201, answer) => Ok(serde_json::from_str(&answer)?),
        (status, answer) => Err(format!("POST {path} answers {status}: {answer}").into()),
    }
}

fn content() -> Value {
    let page = "# Redesign of the shop\n\nWhat you get, when, and why it pays for itself.";
    json!({
        "name": "Proposal",
        "pages": {"activation": page, "agreement": page, "confirmation": page, "processing": page},
        "price": {"amount_minor": 50_000, "currency": "usd"},
        "hypothesis": {"statement": "A plain plan with three dates makes clients pay within a week.", "category": "clarity"},
    })
}
