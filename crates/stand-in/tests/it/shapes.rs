//! Every object has the shape of real ones: each field that the stand-in writes occurs, with the same JSON type, in a real
//! payload of that kind. The files stay where they are: `../shared/stripe-payloads`, or under `WHYPAID_SHARED`.

use crate::util::{Client, start};
use serde_json::Value;
use stand_in::{DisputeStep, Outcome, StandIn};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Kind → path of a field → JSON types.
type Shapes = BTreeMap<String, BTreeMap<String, BTreeSet<&'static str>>>;

/// Fields that no payload at hand has, and why they are there all the same.
const NOT_IN_PAYLOADS: &[(&str, &str)] = &[
    // Bank debits in dollars; of debits the payloads have SEPA's only. Its fields are held against the SDK.
    ("charge", "payment_method_details.us_bank_account"),
    // Newer than any payload; the SDK requires it.
    ("dispute", "evidence_details.submission_method"),
    // Strings whenever the caller gives one; the payloads are of callers who gave none.
    ("checkout.session", "client_reference_id"),
    ("checkout.session", "customer_email"),
];

/// What our reader looks at (`crates/stripe/src/read/wire.rs`), or a list cannot do without.
const NEEDED: &[(&str, &[&str])] = &[
    (
        "checkout.session",
        &[
            "id",
            "created",
            "status",
            "payment_status",
            "mode",
            "amount_total",
            "currency",
            "client_reference_id",
            "metadata",
            "payment_intent",
            "customer",
            "customer_details",
            "customer_email",
            "livemode",
            "url",
            "expires_at",
            "success_url",
        ],
    ),
    (
        "payment_intent",
        &[
            "id",
            "created",
            "status",
            "amount",
            "amount_received",
            "currency",
            "metadata",
            "latest_charge",
            "customer",
            "last_payment_error",
            "next_action",
            "payment_method_types",
            "livemode",
            "client_secret",
        ],
    ),
    (
        "charge",
        &[
            "id",
            "created",
            "status",
            "amount",
            "amount_captured",
            "amount_refunded",
            "captured",
            "paid",
            "refunded",
            "currency",
            "metadata",
            "payment_intent",
            "customer",
            "failure_code",
            "failure_message",
            "disputed",
            "payment_method_details",
            "billing_details",
            "livemode",
        ],
    ),
    (
        "refund",
        &["id", "created", "status", "amount", "currency", "charge", "payment_intent", "metadata", "reason"],
    ),
    (
        "dispute",
        &["id", "created", "status", "amount", "currency", "charge", "payment_intent", "reason", "livemode"],
    ),
    ("customer", &["id", "created", "email", "name", "metadata", "livemode"]),
    ("event", &["id", "created", "type", "api_version", "data", "livemode", "pending_webhooks", "request"]),
];

#[tokio::test]
async fn every_field_occurs_in_real_payloads() {
    let Some(real) = real_shapes() else { return };
    let ours = our_shapes().await;
    let mut strange = Vec::new();
    for (kind, fields) in &ours {
        let known = real.get(kind).unwrap_or_else(|| panic!("no payload of a {kind}"));
        for (path, types) in fields {
            let exempt = |(of, start): &(&str, &str)| of == kind && path.starts_with(start);
            if NOT_IN_PAYLOADS.iter().any(exempt) {
                continue;
            }
            let seen = known.get(path);
            strange.extend(
                types
                    .iter()
                    .filter(|t| seen.is_none_or(|seen| !seen.contains(*t)))
                    .map(|t| format!("{kind}: {path} is {t}, in payloads {seen:?}")),
            );
        }
    }
    assert!(strange.is_empty(), "{}", strange.join("\n"));
    let fields: usize = ours.values().map(BTreeMap::len).sum();
    assert!(fields > 300, "only {fields} fields were looked at");
}

#[tokio::test]
async fn what_readers_need_is_there() {
    let ours = our_shapes().await;
    for (kind, fields) in NEEDED {
        for field in *fields {
            assert!(ours[*kind].contains_key(*field), "{kind} has no {field}");
        }
    }
}

/// Each kind of object in each of its states.
async fn our_shapes() -> Shapes {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let mut shapes = Shapes::new();
    for body in
        ["", "&line_items[0][price_data][currency]=usd", "&customer_creation=always&customer_email=a%40b.c"]
    {
        play_everything(&stand_in, &client, body).await;
    }
    for event in events_of(&client).await {
        collect(&event, &mut shapes);
    }
    for path in
        ["checkout/sessions", "payment_intents", "charges", "refunds", "disputes", "customers", "balance"]
    {
        collect(
            &client.get(&format!("/v1/{path}?limit=100").replace("balance?limit=100", "balance")).await.1,
            &mut shapes,
        );
    }
    collect(&client.get("/v1/account").await.1, &mut shapes);
    shapes
}

async fn events_of(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = "/v1/events?limit=100".to_owned();
    loop {
        let (_, list) = client.get(&path).await;
        all.extend(list["data"].as_array().unwrap().clone());
        if list["has_more"] == false {
            return all;
        }
        path = format!("/v1/events?limit=100&starting_after={}", all.last().unwrap()["id"].as_str().unwrap());
    }
}

async fn play_everything(stand_in: &StandIn, client: &Client, body: &str) {
    for outcome in [Outcome::Declined, Outcome::DebitPaid, Outcome::DebitFailed, Outcome::Abandoned] {
        let session = client.session_with(body).await;
        stand_in.with(|account| account.complete(&session, outcome)).unwrap();
    }
    stand_in.with(|account| account.advance(100));
    for step in [DisputeStep::Inquiry, DisputeStep::UnderReview, DisputeStep::Won, DisputeStep::Lost] {
        let session = client.session_with(body).await;
        stand_in.with(|account| {
            account.complete(&session, Outcome::Paid).unwrap();
            account.refund_failing_later(&session, Some(100)).unwrap();
            account.dispute(&session, step).unwrap();
            account.advance(100);
        });
    }
    client.session_with(&format!("{body}&payment_intent_data[capture_method]=manual")).await;
    let session = client.session_with(body).await;
    stand_in.with(|account| {
        account.complete(&session, Outcome::DebitPaid).unwrap();
        account.advance(100);
        account.refund(&session, None).unwrap();
        account.advance(90_000);
    });
}

/// Adds what `value` and the objects inside it look like.
fn collect(value: &Value, shapes: &mut Shapes) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, shapes)),
        Value::Object(fields) => {
            // A list is one too.
            if let Some(kind) = fields.get("object").and_then(Value::as_str) {
                let mut seen = shapes.remove(kind).unwrap_or_default();
                fields.iter().for_each(|(name, field)| note(name, field, &mut seen));
                shapes.insert(kind.to_owned(), seen);
            } else if fields.contains_key("pending_webhooks") && fields.contains_key("data") {
                let mut seen = shapes.remove("event").unwrap_or_default();
                fields.iter().for_each(|(name, field)| note(name, field, &mut seen));
                shapes.insert("event".to_owned(), seen);
            }
            fields.values().for_each(|field| collect(field, shapes));
        }
        _ => {}
    }
}

fn note(path: &str, value: &Value, seen: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    seen.entry(path.to_owned()).or_default().insert(type_of(value));
    // Keys of people's own, objects that are collected as what they are, and what changed of one.
    if path.ends_with("metadata") || path == "data.previous_attributes" {
        return;
    }
    match value {
        Value::Object(fields) if !fields.contains_key("object") => {
            fields.iter().for_each(|(name, field)| note(&format!("{path}.{name}"), field, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| note(&format!("{path}[]"), item, seen)),
        _ => {}
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// `None`, said aloud, when the folder is missing.
fn real_shapes() -> Option<Shapes> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("WHYPAID_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("stripe-payloads");
    if !folder.is_dir() {
        let _ =
            writeln!(std::io::stderr(), "SKIPPED shapes of real payloads: no folder {}", folder.display());
        return None;
    }
    let mut shapes = Shapes::new();
    read(&folder, &mut shapes);
    assert!(!shapes.is_empty(), "nothing under {}", folder.display());
    Some(shapes)
}

fn read(folder: &Path, shapes: &mut Shapes) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Not Stripe's output, but edited by us.
        if path.is_dir() && !path.ends_with("_derived-by-us") {
            read(&path, shapes);
        } else if path.extension().is_some_and(|e| e == "json") {
            collect(&serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(), shapes);
        }
    }
}
