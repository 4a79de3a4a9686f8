//! The real program, killed, starved and cut off from its database: `whypaid` as a process, real signals, real
//! PostgreSQL, real disks. What it acknowledged must be there afterwards, applied once, and it must come back by itself.
//!
//! `WHYPAID_CRASH_ROUNDS=500 cargo nextest run -p server crash_` runs for longer; `WHYPAID_CRASH_SEED` repeats a run's
//! choices (the printed seed), though not the machine's timing.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod crash;
mod export;
mod import;
mod inbox;
mod outage_disk;
mod outage_overload;
mod outage_postgres;
mod reconcile;
mod stop;
mod user;
mod util;
