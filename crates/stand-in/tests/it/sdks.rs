//! Stripe's own SDKs, Python and Node, unmodified, at work with the stand-in. `cargo xtask setup` installs them.

use crate::util::Client;
use crate::webhooks::Inbox;
use serde_json::json;
use stand_in::{Endpoint, Options, Seed, StandIn};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

const SECRET: &str = "whsec_sdk";
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");

#[tokio::test(flavor = "multi_thread")]
async fn pythons_sdk_works_with_it() {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/venv/bin/python"));
    let python = std::env::var_os("WHYPAID_TEST_PYTHON").map_or_else(default, PathBuf::from);
    if !is_there(&python, "Stripe's Python SDK") {
        return;
    }
    let mut command = Command::new(python);
    command.arg(Path::new(FOLDER).join("sdk.py"));
    work(command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_sdk_works_with_it() {
    if !is_there(&Path::new(FOLDER).join("node_modules/stripe/package.json"), "Stripe's SDK for Node") {
        return;
    }
    let mut command = Command::new("node");
    command.arg(Path::new(FOLDER).join("sdk.mjs"));
    work(command).await;
}

/// Whether to go on; false, said aloud, when something is missing and this is not CI.
fn is_there(path: &Path, what: &str) -> bool {
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(path.exists() || !ci, "{what} is missing at {}: `cargo xtask setup` installs it", path.display());
    if !path.exists() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what} is missing at {}", path.display());
    }
    path.exists()
}

async fn work(mut command: Command) {
    let inbox = Inbox::default();
    let url = inbox.clone().listen().await;
    // The SDKs judge signatures by the machine's clock.
    let stand_in = StandIn::start(Options::new(Arc::new(machine_ms))).await.unwrap();
    stand_in.set_endpoint(Some(Endpoint::new(url, SECRET)));
    stand_in.with(|account| account.seed(Seed { payments: 120, every_s: 700, tell: false })).unwrap();
    stand_in.with(|account| account.seed(Seed { payments: 38, every_s: 1, tell: true })).unwrap();
    stand_in.with(|account| account.advance(100));
    stand_in.settled().await;
    let list = Client::of(&stand_in).get("/v1/customers").await.1;
    assert_eq!(list["data"], json!([]));
    let input = json!({
        "base": stand_in.base_url(), "secret": SECRET, "webhooks": inbox.raw(),
        // Abandoned sessions have no intent.
        "intents": 110 - 10 + 28,
    });
    let output = tokio::task::spawn_blocking(move || {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let _ = writeln!(std::io::stderr(), "{}", String::from_utf8_lossy(&output.stdout).trim());
    stand_in.stop().await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the SDKs know no other clock")]
fn machine_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
