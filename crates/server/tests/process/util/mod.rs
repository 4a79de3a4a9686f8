//! What every test uses: the program as a process, databases to break, a load of events, and the check at the end.

pub(crate) mod check;
pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod http;
pub(crate) mod load;
pub(crate) mod payments;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod seed;
pub(crate) mod stripe_side;
pub(crate) mod tmpfs;
pub(crate) mod watchdog;

use std::fmt::Display;
use std::io::Write as _;
use std::time::Duration;
use tokio::time::Instant;

/// Longest wait for what takes well under a second on an idle machine.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(30);
/// How often a condition is looked at.
const POLL_EVERY: Duration = Duration::from_millis(5);

/// Says something even when the test passes, where the runner shows it.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Looks until `done` answers, and says how long that took; panics with what it said last when that takes too long.
pub(crate) async fn until<T>(
    what: &str,
    wait_max: Duration,
    mut done: impl AsyncFnMut() -> Result<T, String>,
) -> (T, Duration) {
    let started = Instant::now();
    loop {
        match done().await {
            Ok(value) => return (value, started.elapsed()),
            Err(why) => assert!(started.elapsed() < wait_max, "still waiting until {what}: {why}"),
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

/// Says plainly that a test did not run. In CI that is a failure.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "CI must run this test: {why}");
    say(format!("SKIPPED: {why}"));
}
