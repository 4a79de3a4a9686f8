//! More events than the queue holds, while the database takes none.

use crate::util::check::check;
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::load::{Load, Sender};
use crate::util::process::{SOCKETS_MAX, Whypaid};
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use crate::util::{WAIT_MAX, say, skip};
use server::apply::worker::BATCH_EVENTS_MAX;
use server::ingest::{HANDED_OVER_EVENTS_MAX, QUEUE_EVENTS_MAX};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::process::Command;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

const JOURNEYS: usize = 6;
/// Events sent at once: what apply is handed, the queue, the batch that the writer holds, and some that find no room.
const FLOOD: usize = HANDED_OVER_EVENTS_MAX + QUEUE_EVENTS_MAX + BATCH_EVENTS_MAX + 50;
/// Refusals to see while the queue is full.
const REFUSALS: usize = 300;
/// With every connection and the whole queue in memory.
const RESIDENT_KB_MAX: u64 = 256 * 1024;
/// From the release of the lock to the first acknowledgement: a waiting `BEGIN` sees it at once.
const RECOVER_MAX: Duration = Duration::from_secs(6);
/// Events acknowledged afterwards.
const EVENTS: usize = 300;
/// Events taken in while nothing is applied: far more than the hand-over to apply holds.
const HELD_OFF_EVENTS: usize = 2 * HANDED_OVER_EVENTS_MAX;
/// They take a few seconds; a wait for apply after each batch would make that a minute.
const HELD_OFF_MAX: Duration = Duration::from_secs(20);
/// The lock of `store::Db::ledger`, for as long as the connection lasts.
const HOLD_LEDGER: &str = "SELECT pg_advisory_lock(33610393014331748)";
const QUEUE_FULL: &str = "queue_full";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_overload() {
    if !may_open_sockets() {
        skip("this process may not open the sockets that fill the queue; raise `ulimit -Hn`");
        return;
    }
    let database = Database::sqlite();
    let token = token(&database.url).await;
    let mut server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    let stripe = StripeSide::new(Rng::start("outage_overload"), journeys);
    let idle_kb = server.resident_kb();

    let mut lock = SqliteConnection::connect(&database.url).await.expect("connects");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.expect("takes the lock");
    let locked_at = Instant::now();
    let flood = flood(&server, &stripe);
    stripe.until_refused(1, Some(QUEUE_FULL), WAIT_MAX).await;
    // The burst itself is over. Those refused now are refused while the database is still locked: nobody waits for it.
    let burst = stripe.take_tally();
    let load = Load::start(&server, &stripe);
    stripe.until_refused(REFUSALS, Some(QUEUE_FULL), WAIT_MAX).await;
    let full = stripe.tally();
    let slowest_refusal = full.slowest_of(QUEUE_FULL);
    let full_kb = server.resident_kb();
    assert!(full_kb < RESIDENT_KB_MAX, "{full_kb} kB, {idle_kb} kB when idle");
    flood.join_all().await;
    let locked_for = locked_at.elapsed();
    sqlx::query("ROLLBACK").execute(&mut lock).await.expect("releases the lock");
    lock.close().await.expect("closes");

    let back_in = stripe.until_acknowledged(1, RECOVER_MAX).await;
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;
    server.assert_running();
    load.stop().await;
    let tally = stripe.take_tally();
    burst.assert_refused_well();
    tally.assert_refused_well();
    let found = check(server, &database, &token, &stripe).await;
    say(format!(
        "outage_overload: locked for {locked_for:?}, refused {:?} and {:?}, refused in {slowest_refusal:?} at most, \
         {idle_kb} kB idle and {full_kb} kB full, back in {back_in:?}, {} events acknowledged, {} stored",
        burst.refused, tally.refused, found.acknowledged, found.stored
    ));
}

/// Somebody holds the ledger, as `whypaid doctor --verify` does on a large database: nothing is applied meanwhile, and
/// events are taken in as fast as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_apply_held_off() {
    let Some(database) = Database::postgres().await else { return };
    let token = token(&database.url).await;
    let server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    let stripe = StripeSide::new(Rng::start("outage_apply_held_off"), journeys);
    let mut holder = PgConnection::connect(&database.url).await.expect("connects");
    sqlx::query(HOLD_LEDGER).execute(&mut holder).await.expect("takes the lock");

    let load = Load::start(&server, &stripe);
    let took = stripe.until_acknowledged(HELD_OFF_EVENTS, HELD_OFF_MAX).await;
    load.stop().await;
    let tally = stripe.take_tally();
    assert_eq!(tally.refusals(), 0, "{tally:?}");
    holder.close().await.expect("closes");
    let found = check(server, &database, &token, &stripe).await;
    say(format!(
        "outage_apply_held_off: {} events acknowledged in {took:?}, slowest {:?}, applied in {:?}",
        found.acknowledged, tally.slowest, found.settled_in
    ));
}

/// One connection for each event, all at once.
fn flood(server: &Whypaid, stripe: &StripeSide) -> JoinSet<()> {
    let mut flood = JoinSet::new();
    for _ in 0..FLOOD {
        let (sender, stripe) = (Sender::to(server), stripe.clone());
        flood.spawn(async move {
            let event = stripe.next();
            let started = Instant::now();
            let answer = sender.send(&event).await;
            stripe.note(&event, answer, started.elapsed());
        });
    }
    flood
}

/// Raises this process's limit to what the server gets.
fn may_open_sockets() -> bool {
    let (pid, limit) = (std::process::id().to_string(), format!("--nofile={SOCKETS_MAX}:"));
    Command::new("prlimit").args(["--pid", &pid, &limit]).status().is_ok_and(|done| done.success())
}
