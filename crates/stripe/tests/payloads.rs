//! Every real payload reads (SPEC H3). The files stay where they are: `../shared/stripe-payloads`, or under
//! `WHYPAID_SHARED`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stripe::{Envelope, handled};

/// JSON files with their text: bare objects (`obj.*`), or else events. `None`, said aloud, when the folder is missing.
fn payloads(objects: bool) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let shared = std::env::var_os("WHYPAID_SHARED")
        .map_or_else(|| common::workspace().join("../shared"), PathBuf::from);
    let folder = shared.join("stripe-payloads");
    if !folder.is_dir() {
        common::say(&format!("SKIPPED real payloads: no folder {}", folder.display()));
        return None;
    }
    let mut found = Vec::new();
    collect(&folder, objects, &mut found);
    found.sort();
    assert!(!found.is_empty(), "nothing under {}", folder.display());
    Some(found)
}

fn collect(folder: &Path, objects: bool, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, objects, found);
        } else if name.starts_with("obj.") == objects && path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// The id its first observation must have.
fn root_id(object: &Value) -> Option<String> {
    let text = |name: &str| object[name].as_str().map(str::to_owned);
    match object["object"].as_str()? {
        "invoice_payment" => text("invoice"),
        "dispute" => text("id").or_else(|| Some(format!("{}/dispute", text("charge")?))),
        _ => text("id"),
    }
}

fn report(title: &str, counts: &BTreeMap<String, (usize, usize)>) {
    let (files, seen) = counts.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    common::say(&format!("{title}: {files} files, {seen} observations"));
    for (name, (files, seen)) in counts {
        eprintln!("  {name}: {files} files, {seen} observations");
    }
}

#[test]
fn every_event_reads() {
    let Some(files) = payloads(false) else { return };
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    for (path, body) in &files {
        let path = path.display();
        let event: Value = serde_json::from_slice(body).unwrap();
        let envelope = Envelope::read(body).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(event["id"], *envelope.id, "{path}");
        assert_eq!(event["created"], envelope.created_s, "{path}");
        assert_eq!(event["livemode"], envelope.livemode, "{path}");
        assert_eq!(event["api_version"].as_str(), envelope.api_version.as_deref(), "{path}");
        let all = stripe::observe(body, 0).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(
            stripe::receive(body, 0).as_ref(),
            Ok(&(envelope.clone(), all.clone())),
            "{path}: both at once"
        );
        let name = if handled(&envelope.event_type) { &*envelope.event_type } else { "(not handled)" };
        let count = counts.entry(name.to_owned()).or_default();
        *count = (count.0 + 1, count.1 + all.len());
        match root_id(&event["data"]["object"]) {
            Some(id) if handled(&envelope.event_type) => assert_eq!(all[0].id, id, "{path}"),
            _ if envelope.event_type == "payment_intent.cancelled" => assert!(!all.is_empty()),
            _ => assert!(all.is_empty(), "{path}"),
        }
        judge(&envelope.event_type, &all, &path.to_string());
        let refunds = event["data"]["object"]["refunds"]["data"].as_array().map_or(&[][..], Vec::as_slice);
        let mut named = refunds.iter().filter(|r| !all.is_empty() && r["id"].is_string());
        assert!(named.all(|r| all.iter().any(|o| r["id"] == *o.id)), "a refund was lost: {path}");
    }
    report("events", &counts);
}

/// Whatever the object says, the type is what happened.
fn judge(event_type: &str, all: &[ledger::Observation], path: &str) {
    let Some(root) = all.first() else { return };
    let digest = serde_json::to_value(&root.version.object).unwrap();
    let want = match event_type {
        _ if event_type.split('.').next()
            != digest["object"].as_str().map(|o| if o == "intent" { "payment_intent" } else { o }) =>
        {
            return;
        }
        "payment_intent.succeeded" | "charge.succeeded" | "charge.captured" => "succeeded",
        "payment_intent.canceled" | "payment_intent.cancelled" => "canceled",
        "payment_intent.processing" => "processing",
        "charge.failed" => "failed",
        "charge.expired" => "expired",
        _ => return,
    };
    assert_eq!(digest["status"], want, "{path}");
    if event_type == "payment_intent.succeeded" {
        assert!(digest["amount_received"].as_i64() > Some(0), "{path}");
    }
    if event_type == "charge.captured" {
        assert!(
            root.capture.is_some()
                && digest["captured"] == true
                && digest["amount_captured"].as_i64() > Some(0),
            "{path}"
        );
    }
}

/// An event in which such an object speaks for itself, as far as there is one.
fn fitting(object: &str) -> String {
    match object {
        "payment_intent" => "payment_intent.created".to_owned(),
        "checkout.session" => "checkout.session.completed".to_owned(),
        "dispute" => "charge.dispute.updated".to_owned(),
        "invoice" => "invoice.paid".to_owned(),
        "invoice_payment" => "invoice_payment.paid".to_owned(),
        "radar.early_fraud_warning" => "radar.early_fraud_warning.created".to_owned(),
        "subscription" => "customer.subscription.updated".to_owned(),
        other => format!("{other}.updated"),
    }
}

#[test]
fn every_object_reads_inside_an_event() {
    let Some(files) = payloads(true) else { return };
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    for (path, body) in &files {
        let path = path.display();
        let object: Value = serde_json::from_slice(body).unwrap();
        let kind = object["object"].as_str().unwrap_or("");
        let event = common::event(&fitting(kind), &object);
        let all = common::observe(&event);
        let count = counts.entry(kind.to_owned()).or_default();
        *count = (count.0 + 1, count.1 + all.len());
        if handled(&fitting(kind)) {
            assert_eq!(all.first().map(|o| o.id.clone()), root_id(&object), "{path}");
        } else {
            assert!(all.is_empty(), "{path}");
        }
        faithful(&object, &all, &path.to_string());
    }
    report("objects", &counts);
}

/// Amounts, links and known statuses are the object's own.
fn faithful(object: &Value, all: &[ledger::Observation], path: &str) {
    let Some(root) = all.first() else { return };
    let digest = serde_json::to_value(&root.version.object).unwrap();
    for name in
        ["amount", "amount_refunded", "amount_received", "amount_total", "captured", "refunded", "created"]
    {
        if digest.get(name).is_some() && (object[name].is_i64() || object[name].is_boolean()) {
            assert_eq!(digest[name], object[name], "{name} of {path}");
        }
    }
    for name in ["payment_intent", "charge", "latest_charge", "invoice", "subscription", "latest_invoice"] {
        if digest.get(name).is_some() && (object[name].is_string() || object[name].is_object()) {
            let id = object[name].get("id").unwrap_or(&object[name]);
            let want = if id == "" { &Value::Null } else { id };
            assert_eq!(digest[name], *want, "{name} of {path}");
        }
    }
    let status = object["status"].as_str().unwrap_or("");
    if ["charge", "payment_intent", "refund", "dispute"].contains(&object["object"].as_str().unwrap_or(""))
        && ["succeeded", "failed", "canceled", "won", "lost", "needs_response", "requires_capture"]
            .contains(&status)
    {
        assert_eq!(digest["status"], status, "status of {path}");
    }
}
