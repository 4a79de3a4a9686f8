//! What SPEC H7 says of one event alone, written independently of the program: from its type and the fields of its
//! object. Refunds, disputes and warnings come after the charge they are about.

use crate::util::answer::Journey;
use crate::util::event::event;
use serde_json::{Value, json};

/// (`payment_status`, outcome)
pub(super) type Expected = (String, String);

fn both(status: &str, outcome: &str) -> Expected {
    (status.to_owned(), outcome.to_owned())
}

/// What became of the journey.
pub(super) fn seen(journey: &Journey) -> Expected {
    both(&journey.payment_status, &journey.outcome)
}

fn kind_of(sent: &Value) -> (&str, &str) {
    sent["type"].as_str().unwrap().rsplit_once('.').unwrap()
}

fn id_of(reference: &Value) -> Option<&str> {
    reference.as_str().or_else(|| reference["id"].as_str())
}

/// Ties the event to the journey: by metadata where it has some of its own, else by the charge before it.
pub(super) fn prepare(sent: &mut Value, journey_id: &str) -> Option<Value> {
    let noun = kind_of(sent).0.to_owned();
    let (created, live) = (sent["created"].as_i64().unwrap(), sent["livemode"].clone());
    let object = &mut sent["data"]["object"];
    match noun.as_str() {
        "checkout.session" | "payment_intent" | "charge" => {
            if !object["metadata"].is_object() {
                object["metadata"] = json!({});
            }
            object["metadata"]["journeyId"] = journey_id.into();
            None
        }
        "refund" | "charge.refund" | "charge.dispute" | "radar.early_fraud_warning" => {
            let amount = object["amount"].as_i64().unwrap_or(1000);
            let charge = id_of(&object["charge"]);
            let mut paid = json!({
                "id": charge.or_else(|| id_of(&object["payment_intent"]))?, "object": "charge", "amount": amount,
                "status": "succeeded", "paid": true, "captured": true, "amount_captured": amount, "amount_refunded": 0,
                "amount_received": amount, "currency": object["currency"], "created": created - 60, "livemode": live,
                "metadata": {"journeyId": journey_id}
            });
            if charge.is_some() {
                return Some(event("charge.succeeded", created - 60, paid));
            }
            paid["object"] = "payment_intent".into();
            Some(event("payment_intent.succeeded", created - 60, paid))
        }
        _ => None,
    }
}

/// What the journey must be after the event.
pub(super) fn of(sent: &Value) -> Expected {
    let (noun, verb) = kind_of(sent);
    let object = &sent["data"]["object"];
    match noun {
        "checkout.session" => session(verb, object),
        "payment_intent" => intent(verb, object),
        "charge" => charge(verb, object),
        "refund" | "charge.refund" => refund(verb, object),
        "charge.dispute" => dispute(object),
        "radar.early_fraud_warning" => both("paid", "paid"),
        // Alone they are no money.
        _ => both("none", "pending"),
    }
}

fn session(verb: &str, object: &Value) -> Expected {
    match (verb, object["payment_status"].as_str(), object["mode"].as_str()) {
        ("expired", _, _) => both("none", "ghosted"),
        ("async_payment_succeeded", _, _) => both("paid", "paid"),
        ("async_payment_failed", _, _) => both("failed", "pending"),
        (_, _, Some("setup")) => both("none", "pending"),
        (_, Some("unpaid"), _) => both("processing", "pending"),
        // Before 2020 there was no payment status: a session completed when it was paid.
        _ => both("paid", "paid"),
    }
}

/// The type wins over the object's status, as Stripe's own templates contradict themselves; `created` says nothing, so
/// there the status speaks. Charges inside (before 2022-11-15) speak for themselves.
fn intent(verb: &str, object: &Value) -> Expected {
    let charges = object["charges"]["data"].as_array().map_or(&[][..], Vec::as_slice);
    let captured = charges.iter().any(|c| c["status"] == "succeeded" && c["captured"] == true);
    let failed = charges.iter().any(|c| c["status"] == "failed") || object["last_payment_error"].is_object();
    match verb {
        "succeeded" => both("paid", "paid"),
        _ if captured => both("paid", "paid"),
        "canceled" => both("canceled", "pending"),
        "payment_failed" => both("failed", "pending"),
        "processing" | "partially_funded" | "amount_capturable_updated" => both("processing", "pending"),
        _ if failed => both("failed", "pending"),
        "created" if object["status"] == "requires_capture" => both("processing", "pending"),
        _ => both("none", "pending"),
    }
}

fn charge(verb: &str, object: &Value) -> Expected {
    let refunded = object["amount_refunded"].as_i64().unwrap_or(0);
    let captured = object["captured"] == true;
    match verb {
        "expired" => both("canceled", "pending"),
        "failed" => both("failed", "pending"),
        "pending" => both("processing", "pending"),
        // What it shows as refunded then is the rest that was not captured.
        "captured" => both("paid", "paid"),
        _ if object["status"] == "failed" => both("failed", "pending"),
        // Given back before it was captured: the authorisation was voided.
        _ if !captured && object["refunded"] == true => both("canceled", "pending"),
        _ if !captured => both("processing", "pending"),
        _ if object["refunded"] == true => both("refunded", "refunded"),
        _ if refunded > 0 => both("partially_refunded", "paid"),
        _ => both("paid", "paid"),
    }
}

fn refund(verb: &str, object: &Value) -> Expected {
    match object["status"].as_str() {
        Some("failed" | "canceled" | "requires_action") => both("paid", "paid"),
        _ if verb == "failed" => both("paid", "paid"),
        _ => both("refunded", "refunded"),
    }
}

fn dispute(object: &Value) -> Expected {
    match object["status"].as_str() {
        Some("needs_response" | "under_review" | "appeal_needs_response" | "appeal_under_review") => {
            both("disputed", "paid")
        }
        Some("lost") => both("lost", "refunded"),
        _ => both("paid", "paid"),
    }
}
