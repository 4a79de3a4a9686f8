//! Signatures against Stripe's official Python SDK, both ways: what it signs we judge as it does, and it accepts what
//! we sign. The differences are listed, each chosen (STRIPE.md sections 1 and 10).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use stripe::{Secrets, sign, verify};

/// The SDK accepts these and we refuse: times that have not come, two times in one header, and times that only
/// Python's `int` reads.
const STRICTER: [&str; 8] = [
    "301 s ahead",
    "3000 s ahead",
    "two t, equal",
    "two t, first is signed",
    "t with spaces",
    "t with underscores",
    "t with a plus",
    "t with a leading zero",
];

fn run(python: PathBuf, input: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk_vectors.py");
    let mut child =
        Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "sdk_vectors.py failed; its error is above");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Name, body, secret.
const OURS: [(&str, &str, &str); 4] = [
    ("plain", r#"{"id":"evt_1","object":"event"}"#, "whsec_a"),
    ("beyond ASCII", r#"{"id":"evt_1","object":"event","note":"żółw 🐢\n"}"#, "whsec_ключ"),
    ("laid out", "{\n  \"id\": \"evt_1\",\r\n  \"object\": \"event\"\n}\n", "whsec_a"),
    ("a key longer than a block", r#"{"object":"event"}"#, LONG_KEY),
];
const LONG_KEY: &str = "whsec_0123456789012345678901234567890123456789012345678901234567890123456789";

#[test]
fn we_and_stripes_sdk_judge_alike() {
    let Some(python) = common::interpreter("sdk_vectors") else { return };
    let now_s = 1_700_000_000;
    let ours: Vec<Value> = OURS
        .map(|(name, body, secret)| {
            json!({"name": name, "header": sign(body.as_bytes(), secret, now_s), "body": body, "secret": secret})
        })
        .to_vec();
    let told = run(python, &json!(ours));
    assert_eq!(told["now"], now_s);
    for (name, ..) in OURS {
        assert_eq!(told["accepted"][name], true, "the SDK refused what we signed: {name}");
    }
    let vectors = told["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 39);
    for vector in vectors {
        let text = |field: &str| vector[field].as_str().unwrap();
        let secrets = Secrets::parse(text("secret"));
        let verdict = verify(text("header"), text("body").as_bytes(), &secrets, now_s);
        let sdk_accepts = vector["accepts"] == true;
        let name = text("name");
        if STRICTER.contains(&name) {
            assert!(sdk_accepts && verdict.is_err(), "no longer a difference: {name}");
        } else {
            assert_eq!(verdict.is_ok(), sdk_accepts, "{name}: {verdict:?}");
        }
    }
    common::say(&format!("{} vectors agree with stripe-python {}", vectors.len(), told["version"]));
}
