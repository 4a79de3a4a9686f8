//! SQLite: what is acknowledged lies in files beside the database until it is moved into it. Somebody else writes there
//! meanwhile; the program is killed, or told to stop.

use crate::util::check::{STOP_MAX, check};
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::load::Load;
use crate::util::process::{Whypaid, run};
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use crate::util::{WAIT_MAX, say};
use server::ingest::HANDED_OVER_EVENTS_MAX;
use sqlx::{Connection as _, SqliteConnection};
use std::path::PathBuf;
use store::inbox::Inbox;

const JOURNEYS: usize = 6;
/// As many as apply has room for while nothing can be written.
const EVENTS: usize = HANDED_OVER_EVENTS_MAX / 2;

/// A server whose database somebody else writes to: a backup, an import, `whypaid doctor`.
struct Locked {
    database: Database,
    token: String,
    server: Whypaid,
    stripe: StripeSide,
    lock: SqliteConnection,
}

impl Locked {
    async fn start(test: &str) -> Self {
        let database = Database::sqlite();
        let token = token(&database.url).await;
        let server = Whypaid::start(&database.url).await;
        let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
        let stripe = StripeSide::new(Rng::start(test), journeys);
        let mut lock = SqliteConnection::connect(&database.url).await.expect("connects");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.expect("takes the lock");
        let load = Load::start(&server, &stripe);
        let took = stripe.until_acknowledged(EVENTS, WAIT_MAX).await;
        load.stop().await;
        let tally = stripe.take_tally();
        assert_eq!(tally.refusals(), 0, "{tally:?}");
        say(format!("{test}: {EVENTS} events acknowledged in {took:?} while the database was locked"));
        Self { database, token, server, stripe, lock }
    }
}

fn files(database: &Database) -> Vec<PathBuf> {
    let path = database.url.strip_prefix("sqlite://").unwrap();
    ["-inbox-1", "-inbox-2"].map(|ending| PathBuf::from(format!("{path}{ending}"))).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_else_writes_holds_no_acknowledgement_up() {
    let Locked { database, token, server, stripe, lock } = Locked::start("inbox_locked").await;
    assert_eq!(database.events().await.len(), 0, "somebody else holds the lock");
    lock.close().await.expect("releases the lock");
    check(server, &database, &token, &stripe).await;
    assert!(!files(&database).iter().any(|file| file.exists()), "all was moved, so nothing is left beside");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_and_not_moved_outlives_a_kill() {
    let Locked { database, token, server, stripe, lock } = Locked::start("inbox_killed").await;
    server.kill();
    lock.close().await.expect("releases the lock");
    assert_eq!(database.events().await.len(), 0);
    let acknowledged = stripe.acknowledged().len();
    let (_, told, _) = run(&database.url, &["doctor"]);
    let line = format!("events acknowledged and not in the database yet: {acknowledged};");
    assert!(told.contains(&line), "{told}");
    let server = Whypaid::start(&database.url).await;
    // Ready means that they are in the database.
    Seller::new(&server, &token).get("/readyz").await;
    assert_eq!(database.events().await.len(), acknowledged);
    check(server, &database, &token, &stripe).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_leaves_what_cannot_be_moved_to_the_next_start() {
    let Locked { database, token, server, stripe, lock } = Locked::start("inbox_stopped").await;
    server.terminate(STOP_MAX).await;
    assert!(files(&database).iter().all(|file| file.exists()));
    lock.close().await.expect("releases the lock");
    let server = Whypaid::start(&database.url).await;
    check(server, &database, &token, &stripe).await;
    assert!(!files(&database).iter().any(|file| file.exists()));
}

/// A record of another version was left out with a line in the log, and its room used again: acknowledged, and lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_this_version_cannot_read_is_not_written_over() {
    let database = Database::sqlite();
    let token = token(&database.url).await;
    let path = PathBuf::from(database.url.strip_prefix("sqlite://").unwrap());
    let (mut inbox, _) = Inbox::open(&path).unwrap().unwrap();
    inbox.append([&b"of another version"[..]], 0).unwrap();
    drop(inbox);
    let before = Inbox::peek(&path).unwrap();
    let server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    let stripe = StripeSide::new(Rng::start("inbox_other_version"), journeys);
    let load = Load::start(&server, &stripe);
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;
    load.stop().await;
    let told = server.log_lines();
    assert!(told.iter().any(|line| line.to_string().contains("this version cannot read")), "{told:#?}");
    check(server, &database, &token, &stripe).await;
    assert_eq!(Inbox::peek(&path).unwrap(), before);
}
