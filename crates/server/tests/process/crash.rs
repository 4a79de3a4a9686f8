//! SIGKILL at random moments under load, again and again, on one database.

use crate::util::check::{STOP_MAX, assert_same_as_undisturbed, check};
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::load::Load;
use crate::util::process::Whypaid;
use crate::util::say;
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use server::clock::Clock;
use std::time::Duration;
use tokio::time::Instant;

/// Journeys that the payments belong to.
const JOURNEYS: usize = 24;
/// Rounds unless [`ROUNDS_VARIABLE`] says otherwise.
const ROUNDS_SQLITE: usize = 25;
/// Likewise; every start connects afresh.
const ROUNDS_POSTGRES: usize = 15;
const ROUNDS_VARIABLE: &str = "WHYPAID_CRASH_ROUNDS";
/// The kill comes at a random moment until then.
const LOAD_MS_MAX: usize = 500;
/// One in so many rounds kills the program while it starts.
const KILL_AT_START_ONE_IN: usize = 5;
/// Until when.
const START_MS_MAX: usize = 120;
/// One in so many rounds ends with SIGTERM.
const TERMINATE_ONE_IN: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_sqlite() {
    crash("crash_sqlite", &Database::sqlite(), ROUNDS_SQLITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_postgres() {
    if let Some(database) = Database::postgres().await {
        crash("crash_postgres", &database, ROUNDS_POSTGRES).await;
    }
}

async fn crash(name: &str, database: &Database, rounds: usize) {
    let rounds = std::env::var(ROUNDS_VARIABLE).map_or(rounds, |text| text.parse().expect(ROUNDS_VARIABLE));
    let started = Instant::now();
    let token = token(&database.url).await;
    let server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    server.terminate(STOP_MAX).await;
    let fresh = database.copy().await;
    let stripe = StripeSide::new(Rng::start(name), journeys);
    for number in 0..rounds {
        // Once for certain, whatever the seed.
        let terminate = number == rounds / 2 || stripe.choose(TERMINATE_ONE_IN) == 0;
        round(database, &stripe, terminate).await;
    }
    let server = Whypaid::start(&database.url).await;
    let found = check(server, database, &token, &stripe).await;
    assert_same_as_undisturbed(&found, database, &fresh, &token, &stripe).await;
    say(format!(
        "{name}: {rounds} rounds, {} events acknowledged, {} stored, settled in {:?}, {:?} in all",
        found.acknowledged,
        found.stored,
        found.settled_in,
        started.elapsed()
    ));
}

async fn round(database: &Database, stripe: &StripeSide, terminate: bool) {
    if stripe.choose(KILL_AT_START_ONE_IN) == 0 {
        let server = Whypaid::launch(&database.url);
        random_moment(stripe, START_MS_MAX).await;
        server.kill();
    }
    let server = Whypaid::start(&database.url).await;
    stripe.take_unanswered();
    let began_ms = Clock::system().now_ms();
    let load = Load::start(&server, stripe);
    random_moment(stripe, LOAD_MS_MAX).await;
    if terminate {
        server.terminate(STOP_MAX).await;
        load.stop().await;
        assert_nothing_unanswered(database, stripe, began_ms).await;
    } else {
        let log = server.kill();
        load.stop().await;
        let bad = crate::util::process::complaints(&log);
        assert!(bad.is_empty(), "nothing was wrong with the database: {bad:#?}");
    }
    let tally = stripe.take_tally();
    assert_eq!(tally.refusals(), 0, "nothing was wrong with the database: {tally:?}");
}

/// The moment of a fault is what the test chooses, so here time itself is waited for.
async fn random_moment(stripe: &StripeSide, ms_max: usize) {
    let ms = stripe.choose(ms_max);
    tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap())).await;
}

/// A graceful stop answers what it took: no event was stored in this round whose sender did not hear so.
async fn assert_nothing_unanswered(database: &Database, stripe: &StripeSide, began_ms: i64) {
    let unanswered = stripe.take_unanswered();
    let stored = database.events().await;
    let stored_now = stored.iter().filter(|event| event.received_at_ms >= began_ms).map(|event| &event.id);
    let taken: Vec<_> = stored_now.filter(|id| unanswered.contains(*id)).collect();
    assert!(taken.is_empty(), "stored, but the connection broke before the answer: {taken:?}");
}
