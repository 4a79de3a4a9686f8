//! What every test uses: a running server, requests, records to start from, events as Stripe sends them.

pub(crate) mod answer;
pub(crate) mod app;
pub(crate) mod database;
pub(crate) mod event;
pub(crate) mod fake_stripe;
pub(crate) mod insights;
pub(crate) mod make;
pub(crate) mod stand_in;
pub(crate) mod webhook;

pub(crate) use app::{Setup, TestApp, on_both, on_both_with};

use std::io::Write as _;
use std::path::PathBuf;

/// Says something even when the test passes, where the runner shows it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The workspace's root.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
