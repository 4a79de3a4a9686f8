//! The disk is full; whypaid says so, refuses, and goes on when there is space again.

use crate::util::check::check;
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::load::{ANSWER_MAX, Load};
use crate::util::process::{OUTAGE_BEGAN, Whypaid, complaints};
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use crate::util::tmpfs::SmallDisk;
use crate::util::{WAIT_MAX, say};
use std::time::Duration;
use tokio::time::Instant;

const JOURNEYS: usize = 6;
/// Room for some thousand events with their WAL: once the ballast is gone, the first outage ends before the second begins.
const DISK: &str = "32m";
/// What an operator makes of it.
const DISK_LARGER: &str = "128m";
/// Events acknowledged before each time the disk fills up, and after.
const EVENTS: usize = 100;
/// Refusals to see each time.
const REFUSALS: usize = 64;
/// From free space to the first acknowledgement.
const RECOVER_MAX: Duration = Duration::from_secs(5);
/// Warnings and errors in all: two outages of ingest and of apply each, and what flaps while the last page fills up.
const COMPLAINTS_MAX: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_disk_full() {
    let Some(disk) = SmallDisk::mount(DISK) else { return };
    let database = Database::sqlite_in(disk.path());
    let token = token(&database.url).await;
    let mut server = Whypaid::start(&database.url).await;
    let seller = Seller::new(&server, &token);
    let journeys = seller.make_journeys(JOURNEYS).await;
    let stripe = StripeSide::new(Rng::start("outage_disk_full"), journeys);
    let load = Load::start(&server, &stripe);
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;

    // Something else fills the disk.
    let ballast_bytes = disk.fill();
    stripe.until_refused(REFUSALS, None, WAIT_MAX).await;
    assert_still_answers(&seller).await;
    disk.free();
    let back_first = stripe.until_acknowledged(1, RECOVER_MAX).await;
    server.log_of_outages().await;
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;

    // The events themselves do.
    stripe.until_refused(REFUSALS, None, WAIT_MAX).await;
    assert_still_answers(&seller).await;
    disk.resize(DISK_LARGER);
    let back_second = stripe.until_acknowledged(1, RECOVER_MAX).await;
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;

    server.assert_running();
    load.stop().await;
    let tally = stripe.take_tally();
    tally.assert_refused_well();
    let log = server.log_of_outages().await;
    let found = check(server, &database, &token, &stripe).await;
    assert_clear_log(&log);
    say(format!(
        "outage_disk_full: {} events acknowledged, {} stored, refused {:?}, {ballast_bytes} bytes ballast_bytes, back in \
         {back_first:?} and {back_second:?}, settled in {:?}, {} complaints",
        found.acknowledged,
        found.stored,
        tally.refused,
        found.settled_in,
        complaints(&log).len()
    ));
}

/// Reading needs no space.
async fn assert_still_answers(seller: &Seller) {
    for path in ["/healthz", "/readyz", "/api/v1/journeys"] {
        let asked = Instant::now();
        let (status, _, body) = seller.get_raw(path).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        assert!(asked.elapsed() < ANSWER_MAX, "GET {path} took {:?}", asked.elapsed());
    }
}

/// The lines say what an operator must do something about, whichever of the inbox and the database is full first.
fn assert_clear_log(log: &[serde_json::Value]) {
    let bad = complaints(log);
    let stored: Vec<_> = bad.iter().filter(|line| line.contains(OUTAGE_BEGAN)).collect();
    assert!(stored.len() >= 2, "a line for each time: {bad:#?}");
    let causes = bad.iter().filter(|line| line.contains("disk is full")).count();
    assert!(causes >= 2, "the cause, each time: {bad:#?}");
    assert!(!bad.iter().any(|line| line.contains("could not be applied")), "no event is at fault: {bad:#?}");
    assert!(bad.len() <= COMPLAINTS_MAX, "{} lines: {bad:#?}", bad.len());
}
