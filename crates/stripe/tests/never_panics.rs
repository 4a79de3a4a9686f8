//! Whatever arrives is read or refused: nothing panics, and nothing inside `data` can make an event unreadable.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use ledger::Observation;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use stripe::{Envelope, ReadError, Secrets, observe, receive, sign, verify};

/// An event with something in every field that is read.
fn rich() -> Value {
    let charge = json!({"id": "ch_1", "object": "charge", "status": "succeeded", "paid": true, "captured": true,
        "amount": 1000, "amount_captured": 900, "amount_refunded": 100, "refunded": false, "currency": "eur",
        "customer": {"id": "cus_1"}, "failure_code": null, "failure_message": "żółw \"x\" \\ \u{1}",
        "billing_details": {"email": "a@example.com"}, "payment_method_details": {"type": "card", "card": {}},
        "source": {"object": "card"}, "refunds": {"data": [{"id": "re_1", "object": "refund", "status": "pending"}]}});
    let mut event = common::event(
        "payment_intent.payment_failed",
        &json!({"id": "pi_1", "object": "payment_intent", "status": "requires_payment_method", "amount": 1000,
            "amount_received": 0, "currency": "eur", "latest_charge": charge, "charges": {"data": [charge]},
            "invoice": {"id": "in_1", "object": "invoice", "payments": {"data": [{"payment": {"payment_intent": "pi_1"}}]},
                "parent": {"subscription_details": {"subscription": "sub_1", "metadata": {"journeyId": "j"}}}},
            "last_payment_error": {"message": "No.", "decline_code": "d", "code": "c"}, "metadata": {"journeyId": "j"},
            "next_action": {"display_bank_transfer_instructions": {"amount_remaining": 5}},
            "payment_method_types": ["card"], "receipt_email": null, "created": 1}),
    );
    event["data"]["previous_attributes"] = json!({"status": "processing", "amount": 5, "invoice": null});
    event
}

const TYPES: [&str; 8] = [
    "payment_intent.succeeded",
    "charge.captured",
    "charge.refunded",
    "checkout.session.completed",
    "charge.dispute.closed",
    "refund.failed",
    "invoice.paid",
    "customer.subscription.updated",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{2}_[A-Za-z0-9]{1,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("id|object|data|status|amount|[a-z]{1,3}", inner, 0..3)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Replaces, deep inside, the value at a place chosen by `at`.
fn replace(value: &mut Value, at: &mut impl Iterator<Item = Index>, with: Value) {
    let children: Vec<&mut Value> = match value {
        Value::Object(map) => map.values_mut().collect(),
        Value::Array(list) => list.iter_mut().collect(),
        _ => Vec::new(),
    };
    match at.next() {
        Some(index) if !children.is_empty() => {
            let chosen = index.index(children.len());
            replace(children.into_iter().nth(chosen).unwrap(), at, with);
        }
        _ => *value = with,
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

fn one_by_one(body: &[u8]) -> Result<(Envelope<'_>, Vec<Observation>), ReadError> {
    let (envelope, said) = (Envelope::read(body), observe(body, 0));
    Ok((envelope?, said?))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bytes(body in prop::collection::vec(any::<u8>(), 0..300), header: String) {
        prop_assert_eq!(receive(&body, 0), one_by_one(&body));
        prop_assert!(verify(&header, &body, &Secrets::parse("whsec_1"), 0).is_err());
    }

    #[test]
    fn real_events_with_bytes_changed(edits in prop::collection::vec((any::<Index>(), any::<u8>(), 0..3_u8), 1..6)) {
        let mut body = rich().to_string().into_bytes();
        for (index, byte, what) in edits {
            let at = index.index(body.len());
            match what {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => { body.remove(at); }
            }
        }
        prop_assert_eq!(receive(&body, 0), one_by_one(&body));
    }

    #[test]
    fn real_events_cut_short(at: Index) {
        let body = rich().to_string().into_bytes();
        let cut = &body[..at.index(body.len())];
        prop_assert_eq!(Envelope::read(cut).unwrap_err().code(), "malformed");
        prop_assert_eq!(observe(cut, 0).unwrap_err().code(), "malformed");
    }

    /// The principle of leniency: no value under `data` is an error, whatever its type.
    #[test]
    fn anything_may_stand_anywhere_under_data(
        event_type in prop::sample::select(&TYPES[..]),
        edits in prop::collection::vec((prop::collection::vec(any::<Index>(), 1..7), any_json()), 1..4),
    ) {
        let mut event = rich();
        event["type"] = json!(event_type);
        for (path, with) in edits {
            replace(&mut event["data"]["object"], &mut path.into_iter(), with);
        }
        let body = event.to_string();
        prop_assert!(observe(body.as_bytes(), 0).is_ok(), "{}", body);
    }

    /// A digest is stored as JSON: it must come back as it was.
    #[test]
    fn observations_survive_storage(path in prop::collection::vec(any::<Index>(), 1..7), with in any_json()) {
        let mut event = rich();
        replace(&mut event["data"]["object"], &mut path.into_iter(), with);
        for said in observe(event.to_string().as_bytes(), 5).unwrap() {
            let text = serde_json::to_string(&said.version).unwrap();
            prop_assert_eq!(serde_json::from_str::<ledger::Version>(&text).unwrap(), said.version);
            prop_assert!(!text.contains("\\u0000"), "PostgreSQL would refuse {}", text);
        }
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        body in prop::collection::vec(any::<u8>(), 1..200),
        secret in "whsec_[A-Za-z0-9]{1,40}",
        at_s in 0..4_000_000_000_i64,
        late_s in -300..=300_i64,
        flip: Index,
    ) {
        let secrets = Secrets::parse(&secret);
        let header = sign(&body, &secret, at_s);
        prop_assert!(verify(&header, &body, &secrets, at_s + late_s).is_ok());
        let mut changed = body.clone();
        changed[flip.index(body.len())] ^= 1;
        prop_assert!(verify(&header, &changed, &secrets, at_s).is_err());
    }
}
