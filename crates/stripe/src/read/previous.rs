//! `previous_attributes`: what the root object was before, spelled as its digest spells it.
//!
//! The ledger compares these with a digest's JSON to tell which of two versions of one second is the older. So the
//! names and the text must be exactly the digest's, and what has no such spelling is left out.

use super::{Kind, charge, intent, reversal};
use crate::lenient::{Raw, is_id};
use std::collections::BTreeMap;

/// Field → JSON text.
pub(super) fn of(kind: Kind, previous: Raw) -> BTreeMap<String, String> {
    let Some(json) = previous.object() else { return BTreeMap::new() };
    let was: BTreeMap<String, Raw> = serde_json::from_str(json).unwrap_or_default();
    let spelled = |field: &&str| Some(((*field).to_owned(), spell(kind, field, *was.get(*field)?)?));
    fields(kind).iter().filter_map(spelled).collect()
}

/// The digest's fields that Stripe spells the same, or that [`spell`] knows.
fn fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Session => &["status", "amount_total", "payment_intent", "invoice"],
        Kind::Intent => &["status", "amount", "amount_received", "latest_charge", "invoice"],
        Kind::Charge => &[
            "status",
            "captured",
            "amount",
            "amount_captured",
            "amount_refunded",
            "refunded",
            "payment_intent",
            "invoice",
        ],
        Kind::Refund => &["status", "amount", "charge", "payment_intent"],
        Kind::Dispute => &["status", "amount", "charge", "payment_intent", "reason"],
        Kind::Warning => &["charge", "payment_intent", "fraud_type"],
        Kind::Invoice => &["paid", "amount_paid", "payment_intent", "charge", "subscription"],
        Kind::Subscription => &["status", "latest_invoice"],
        // Its fields are not the invoice's.
        Kind::InvoicePayment => &[],
    }
}

fn spell(kind: Kind, field: &str, was: Raw) -> Option<String> {
    let Some(json) = was.json() else { return (field != "status").then(|| "null".to_owned()) };
    match was.text() {
        Some(text) if field == "status" => quoted(&status(kind, &text)?),
        Some(text) => quoted(&text),
        None => (was.int().is_some() || matches!(json, "true" | "false")).then(|| json.to_owned()),
    }
}

/// Ids and short words, which need no escapes.
fn quoted(text: &str) -> Option<String> {
    (is_id(text) && !text.contains(['"', '\\'])).then(|| format!("\"{text}\""))
}

fn status(kind: Kind, text: &str) -> Option<String> {
    let word = match kind {
        Kind::Intent => intent::word(text).as_str(),
        Kind::Charge => charge::word(text).as_str(),
        Kind::Refund => reversal::refund_word(text).as_str(),
        Kind::Dispute => reversal::dispute_word(text).as_str(),
        Kind::Session if matches!(text, "open" | "expired") => text,
        Kind::Subscription => text,
        // A complete session may be any of several of ours.
        _ => return None,
    };
    Some(word.to_owned())
}
