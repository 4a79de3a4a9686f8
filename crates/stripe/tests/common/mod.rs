//! What the tests of this crate share.
#![expect(dead_code, reason = "each test file uses a part")]

use ledger::{Object, Observation};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// The root of the checkout.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Says something even when the test passes, which `eprintln!` does not.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The interpreter that has Stripe's SDK and localstripe; `None`, said aloud, when there is none and this is not CI.
pub(crate) fn interpreter(test: &str) -> Option<PathBuf> {
    let default = || workspace().join(".tools/venv/bin/python");
    let python = std::env::var_os("WHYPAID_TEST_PYTHON").map_or_else(default, PathBuf::from);
    if python.exists() {
        return Some(python);
    }
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "no interpreter at {}: `cargo xtask test` makes one", python.display());
    say(&format!("SKIPPED {test}: no Python with the tests' packages at {}", python.display()));
    None
}

/// A snapshot event about `object`.
pub(crate) fn event(event_type: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2026-10-28.endive", "created": 1_700_000_000,
        "data": {"object": object}, "livemode": true, "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null}, "type": event_type
    })
}

/// Everything the event says.
pub(crate) fn observe(event: &Value) -> Vec<Observation> {
    stripe::observe(event.to_string().as_bytes(), 1_700_000_000_500).unwrap()
}

/// What an event of this type says about its root.
pub(crate) fn root(event_type: &str, object: &Value) -> Observation {
    let mut all = observe(&event(event_type, object));
    assert!(!all.is_empty(), "nothing read of {event_type} {object}");
    all.swap_remove(0)
}

/// A digest's field as the ledger would store it.
pub(crate) fn field(object: &Object, name: &str) -> Value {
    serde_json::to_value(object).unwrap()[name].clone()
}
