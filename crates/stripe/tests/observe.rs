//! What is read of an event's objects besides their status: ids, links, embedded objects, tags, methods, and what was
//! before (SPEC H3, H5; STRIPE.md sections 3 to 5).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{event, field, observe, root};
use ledger::{Object, Observation};
use serde_json::{Value, json};

fn ids(all: &[Observation]) -> Vec<&str> {
    all.iter().map(|o| o.id.as_str()).collect()
}

fn find<'a>(all: &'a [Observation], id: &str) -> &'a Object {
    &all.iter().find(|o| o.id == id).unwrap().version.object
}

#[test]
fn an_observation_knows_where_it_comes_from() {
    let said = root("charge.updated", &json!({"id": "ch_1", "object": "charge", "created": 1_600_000_000}));
    assert_eq!((said.id.as_str(), said.livemode), ("ch_1", true));
    assert_eq!(said.version.told.at_s, 1_700_000_000, "the event's time, not the object's");
    assert_eq!(said.version.told.event_id, "evt_1");
    assert_eq!(said.version.told.seen_ms, 1_700_000_000_500);
    assert_eq!(field(&said.version.object, "created"), 1_600_000_000);
}

#[test]
fn an_intent_with_all_it_can_embed() {
    let charge = |id: &str| {
        json!({"id": id, "object": "charge", "paid": true, "status": "succeeded", "amount_refunded": 3,
            "refunds": {"object": "list", "data": [{"id": format!("re_{id}"), "object": "refund", "amount": 3}]}})
    };
    let all = observe(&event(
        "payment_intent.succeeded",
        &json!({"id": "pi_1", "object": "payment_intent", "amount": 9, "currency": "USD",
            "charges": {"object": "list", "data": [charge("ch_1"), charge("ch_2")]},
            "latest_charge": charge("ch_2"),
            "customer": {"id": "cus_1", "object": "customer", "email": "x@example.com"},
            "invoice": {"id": "in_1", "object": "invoice", "paid": true, "subscription": "sub_1"}}),
    ));
    assert_eq!(
        ids(&all),
        ["pi_1", "ch_1", "ch_2", "in_1", "re_ch_1", "re_ch_2"],
        "each once, the root first"
    );
    let intent = find(&all, "pi_1");
    assert_eq!(field(intent, "latest_charge"), "ch_2");
    assert_eq!(field(intent, "invoice"), "in_1");
    assert_eq!(field(intent, "currency"), "usd");
    assert_eq!(field(intent, "tags")["customer"], "cus_1");
    assert_eq!(field(find(&all, "ch_1"), "payment_intent"), "pi_1", "known from where it was found");
    assert_eq!(field(find(&all, "re_ch_1"), "charge"), "ch_1");
    assert_eq!(field(find(&all, "re_ch_1"), "payment_intent"), "pi_1");
    assert!(all.iter().all(|o| o.version.told == all[0].version.told));
}

#[test]
fn references_are_ids_objects_or_null() {
    for (reference, want, embedded) in [
        (json!("pi_1"), json!("pi_1"), 1),
        (json!({"id": "pi_1", "object": "payment_intent", "status": "succeeded"}), json!("pi_1"), 2),
        (json!({"id": "pi_1"}), json!("pi_1"), 2),
        (json!({"id": "seti_1", "object": "setup_intent"}), json!("seti_1"), 1),
        (json!({"object": "payment_intent"}), Value::Null, 1),
        (Value::Null, Value::Null, 1),
        (json!(5), Value::Null, 1),
        (json!(["pi_1"]), Value::Null, 1),
        (json!(""), Value::Null, 1),
        (json!("pi 1"), Value::Null, 1),
    ] {
        for (event_type, kind) in [
            ("charge.succeeded", "charge"),
            ("checkout.session.completed", "checkout.session"),
            ("refund.created", "refund"),
            ("charge.dispute.created", "dispute"),
            ("radar.early_fraud_warning.created", "radar.early_fraud_warning"),
            ("invoice.paid", "invoice"),
        ] {
            let object = json!({"id": "x_1", "object": kind, "payment_intent": reference});
            let all = observe(&event(event_type, &object));
            assert_eq!(field(&all[0].version.object, "payment_intent"), want, "{object}");
            assert_eq!(all.len(), embedded, "{object}");
        }
    }
}

#[test]
fn expanded_parents_speak_for_themselves() {
    let intent = json!({"id": "pi_1", "object": "payment_intent", "status": "requires_capture",
        "latest_charge": {"id": "ch_1", "object": "charge", "status": "succeeded", "captured": false}});
    let dispute = json!({"id": "dp_1", "object": "dispute", "status": "lost",
        "charge": {"id": "ch_1", "object": "charge", "status": "succeeded", "captured": true, "payment_intent": intent}});
    let all = observe(&event("charge.dispute.closed", &dispute));
    assert_eq!(ids(&all), ["dp_1", "ch_1", "pi_1"]);
    assert_eq!(field(find(&all, "ch_1"), "captured"), true, "the nearer copy counts");
    assert_eq!(
        field(find(&all, "pi_1"), "status"),
        "requires_capture",
        "not the root: its own status counts"
    );

    let session = json!({"id": "cs_1", "object": "checkout.session", "payment_intent": intent,
        "invoice": {"id": "in_1", "object": "invoice", "status": "paid"}});
    let all = observe(&event("checkout.session.completed", &session));
    assert_eq!(ids(&all), ["cs_1", "pi_1", "in_1", "ch_1"]);
    assert_eq!(field(find(&all, "in_1"), "paid"), true);
}

#[test]
fn lists_may_be_bare_as_they_were_in_2012() {
    let charge = json!({"id": "ch_1", "object": "charge", "refunds": [{"id": "re_1", "object": "refund"}, {"amount": 5}]});
    assert_eq!(ids(&observe(&event("charge.refunded", &charge))), ["ch_1", "re_1"]);
}

#[test]
fn an_old_dispute_is_named_by_its_charge() {
    let dispute = json!({"object": "dispute", "charge": "ch_1", "status": "needs_response", "amount": 5});
    let said = root("charge.dispute.created", &dispute);
    assert_eq!((said.id.as_str(), field(&said.version.object, "charge")), ("ch_1/dispute", json!("ch_1")));
    let charge = json!({"id": "ch_1", "object": "charge", "dispute": {"object": "dispute", "status": "won"}});
    assert_eq!(ids(&observe(&event("charge.updated", &charge))), ["ch_1"], "not named, so not read");
}

#[test]
fn tags_in_both_spellings() {
    let keys = ["journeyId", "journey_id", "clientId", "client_id", "contentVersionId", "content_version_id"];
    let both: Value = keys.iter().map(|key| ((*key).to_owned(), json!(*key))).collect();
    let table = [
        (json!({"journeyId": "j", "hypothesisId": "h"}), json!({"journey_id": "j", "hypothesis_id": "h"})),
        (json!({"journey_id": "j", "client_id": "c"}), json!({"journey_id": "j", "client_id": "c"})),
        (
            both,
            json!({"journey_id": "journeyId", "client_id": "clientId", "content_version_id": "contentVersionId"}),
        ),
        (json!({"journeyId": "", "journey_id": "j", "other": "x"}), json!({"journey_id": "j"})),
        (json!({"journeyId": null, "clientId": 5, "hypothesisId": ["h"]}), json!({})),
        (json!({"journeyId": "a\u{0}b\n"}), json!({"journey_id": "ab"})),
        (json!({"journeyId": "ж".repeat(600)}), json!({"journey_id": "ж".repeat(500)})),
        (json!({}), json!({})),
        (Value::Null, json!({})),
        (json!("journeyId"), json!({})),
    ];
    for (metadata, want) in table {
        for (event_type, kind) in [
            ("charge.updated", "charge"),
            ("payment_intent.created", "payment_intent"),
            ("checkout.session.completed", "checkout.session"),
            ("invoice.paid", "invoice"),
            ("customer.subscription.created", "subscription"),
        ] {
            let object = json!({"id": "x_1", "object": kind, "metadata": metadata});
            assert_eq!(field(&root(event_type, &object).version.object, "tags"), want, "{object}");
        }
    }
}

#[test]
fn email_addresses_from_wherever_a_version_puts_them() {
    let table = [
        (
            "checkout.session.completed",
            json!({"customer_details": {"email": "a@x.y"}, "customer_email": "b@x.y"}),
            "a@x.y",
        ),
        ("checkout.session.completed", json!({"customer_details": null, "customer_email": "b@x.y"}), "b@x.y"),
        ("charge.updated", json!({"billing_details": {"email": "a@x.y"}, "receipt_email": "b@x.y"}), "a@x.y"),
        ("charge.updated", json!({"billing_details": {"email": null}, "receipt_email": "b@x.y"}), "b@x.y"),
        ("payment_intent.created", json!({"receipt_email": "b@x.y"}), "b@x.y"),
        ("invoice.paid", json!({"customer_email": "b@x.y"}), "b@x.y"),
    ];
    for (event_type, mut object, want) in table {
        object["id"] = json!("x_1");
        assert_eq!(field(&root(event_type, &object).version.object, "tags")["email"], want, "{object}");
    }
}

#[test]
fn methods_in_stripes_words() {
    let table = [
        (
            "charge.updated",
            json!({"payment_method_details": {"type": "us_bank_account"}, "source": {"object": "card"}}),
            json!("us_bank_account"),
        ),
        ("charge.updated", json!({"source": {"object": "card"}}), json!("card")),
        ("charge.updated", json!({"source": {"object": "bank_account"}}), json!("ach_debit")),
        (
            "charge.updated",
            json!({"source": {"object": "source", "type": "sepa_debit"}}),
            json!("sepa_debit"),
        ),
        ("charge.updated", json!({"card": {"last4": "4242"}}), json!("card")),
        ("charge.updated", json!({"source": null, "card": null}), Value::Null),
        ("payment_intent.created", json!({"payment_method_types": ["card"]}), json!("card")),
        ("payment_intent.created", json!({"payment_method_types": ["card", "link"]}), Value::Null),
        ("payment_intent.created", json!({"payment_method_types": []}), Value::Null),
        ("payment_intent.created", json!({"payment_method_types": [7]}), Value::Null),
        (
            "payment_intent.created",
            json!({"payment_method": {"type": "link"}, "payment_method_types": ["card", "link"]}),
            json!("link"),
        ),
        (
            "payment_intent.created",
            json!({"payment_method": "pm_1", "payment_method_types": ["card"]}),
            json!("card"),
        ),
        ("checkout.session.completed", json!({"payment_method_types": ["sepa_debit"]}), json!("sepa_debit")),
    ];
    for (event_type, mut object, want) in table {
        object["id"] = json!("x_1");
        assert_eq!(field(&root(event_type, &object).version.object, "method"), want, "{object}");
    }
}

#[test]
fn what_was_before_is_spelled_as_the_digest_spells_it() {
    let table = [
        (
            "charge.captured",
            json!({"amount_captured": 0, "balance_transaction": null, "captured": false}),
            json!({"amount_captured": "0", "captured": "false"}),
        ),
        (
            "charge.refunded",
            json!({"amount_refunded": 0, "refunded": false, "refunds": {"data": []}, "paid": true}),
            json!({"amount_refunded": "0", "refunded": "false"}),
        ),
        (
            "charge.updated",
            json!({"status": "paid", "payment_intent": null, "invoice": "in_1"}),
            json!({"status": "\"succeeded\"", "payment_intent": "null", "invoice": "\"in_1\""}),
        ),
        (
            "payment_intent.succeeded",
            json!({"status": "requires_source", "amount_received": 5, "latest_charge": {"id": "ch_1"}}),
            json!({"status": "\"requires_payment_method\"", "amount_received": "5"}),
        ),
        ("checkout.session.expired", json!({"status": "open", "url": "x"}), json!({"status": "\"open\""})),
        (
            "checkout.session.expired",
            json!({"status": "complete", "amount_total": 7}),
            json!({"amount_total": "7"}),
        ),
        (
            "charge.dispute.closed",
            json!({"status": "under_review", "evidence": {}}),
            json!({"status": "\"under_review\""}),
        ),
        ("refund.failed", json!({"status": "pending", "amount": 1.5}), json!({"status": "\"pending\""})),
        ("customer.subscription.updated", json!({"status": "trialing"}), json!({"status": "\"trialing\""})),
        ("charge.updated", json!({"status": null}), json!({})),
        ("charge.updated", json!({"description": "Old"}), json!({})),
        ("charge.updated", json!("nonsense"), json!({})),
    ];
    for (event_type, previous, want) in table {
        let mut event = event(event_type, &json!({"id": "x_1"}));
        event["data"]["previous_attributes"] = previous;
        let said = observe(&event).swap_remove(0).version;
        assert_eq!(json!(said.previous), want, "{event}");
        let digest = serde_json::to_value(&said.object).unwrap();
        assert!(
            said.previous.keys().all(|name| digest.get(name).is_some()),
            "no such field: {:?}",
            said.previous
        );
    }
}

#[test]
fn the_ledger_takes_the_hint() {
    let charge =
        json!({"id": "ch_1", "object": "charge", "status": "succeeded", "captured": true, "amount": 9});
    let before = charge.clone();
    let mut after = event("charge.updated", &charge);
    after["id"] = json!("evt_0");
    after["data"]["object"]["invoice"] = json!("in_1");
    after["data"]["previous_attributes"] = json!({"invoice": null});
    let (before, after) = (root("charge.updated", &before), observe(&after).swap_remove(0));
    for (first, second) in [(&before, &after), (&after, &before)] {
        let joined = ledger::Snapshot::new(first.clone()).merge(ledger::Snapshot::new(second.clone()));
        assert_eq!(field(&joined.current().object, "invoice"), "in_1", "though evt_0 sorts before evt_1");
    }
}

#[test]
fn kinds_come_from_the_object_then_from_the_type() {
    let charge = json!({"id": "ch_1", "object": "charge", "status": "failed", "amount": 5});
    // Seen in the wild: a charge inside an intent's event. The type says nothing of charges, so its own fields count.
    let said = root("payment_intent.succeeded", &charge).version.object;
    assert!(matches!(&said, Object::Charge(_)) && field(&said, "status") == "failed");
    let bare = json!({"id": "x_1"});
    for (event_type, kind) in [
        ("charge.refund.updated", "refund"),
        ("charge.dispute.closed", "dispute"),
        ("charge.refunded", "charge"),
        ("customer.subscription.deleted", "subscription"),
        ("radar.early_fraud_warning.created", "warning"),
        ("checkout.session.async_payment_failed", "session"),
    ] {
        assert_eq!(field(&root(event_type, &bare).version.object, "object"), kind, "{event_type}");
    }
}

#[test]
fn other_types_and_objects_say_nothing() {
    let charge = json!({"id": "ch_1", "object": "charge"});
    for event_type in ["customer.created", "charge.new_verb", "payout.paid", "invoice.created", "x"] {
        assert!(observe(&event(event_type, &charge)).is_empty(), "{event_type}");
    }
    for object in
        [json!({"id": "x_1", "object": "payout"}), json!({}), json!({"id": 5}), json!({"id": "a b"})]
    {
        assert!(observe(&event("charge.updated", &object)).is_empty(), "{object}");
    }
    let thin = json!({"id": "evt_1", "object": "v2.core.event", "type": "v1.charge.succeeded", "created":
        "2026-01-01T00:00:00Z", "related_object": {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"}});
    assert!(observe(&thin).is_empty());
}

#[test]
fn wrong_types_are_absent_and_strange_numbers_too() {
    let charge = r#"{"id":"ch_1","object":"charge","status":["x"],"amount":"10.00","amount_refunded":1e999,
        "amount_captured":12.5,"captured":"true","paid":1,"refunded":{},"currency":840,"payment_intent":true,
        "customer":[],"metadata":[{}],"refunds":"none","source":12,"payment_method_details":[1],"created":"now",
        "billing_details":{"email":{}},"failure_message":"\ud800"}"#;
    let body =
        format!(r#"{{"id":"evt_1","type":"charge.updated","created":1,"data":{{"object":{charge}}}}}"#);
    let all = stripe::observe(body.as_bytes(), 0).unwrap();
    let Object::Charge(charge) = &all[0].version.object else { panic!("not a charge") };
    let absent = [charge.amount, charge.amount_captured, charge.amount_refunded, charge.created];
    assert_eq!(absent, [None; 4]);
    assert!(
        !charge.captured && !charge.refunded && charge.currency.is_none() && charge.payment_intent.is_none()
    );
    assert!(
        charge.failure.is_none() && charge.method.is_none() && charge.tags == ledger::object::Tags::default()
    );
}

#[test]
fn embedding_is_read_to_a_bounded_depth_and_number() {
    let mut charge = json!({"id": "ch_0", "object": "charge"});
    for i in 1..40 {
        charge = json!({"id": format!("ch_{i}"), "object": "charge", "latest_charge": charge});
    }
    assert_eq!(observe(&event("charge.updated", &charge)).len(), 5, "the root and four levels");
    let with_refunds = |n: usize| {
        let refunds: Vec<Value> = (0..n).map(|i| json!({"id": format!("re_{i}")})).collect();
        observe(&event("charge.updated", &json!({"id": "ch_1", "refunds": {"data": refunds}}))).len()
    };
    assert_eq!([with_refunds(400), with_refunds(1500)], [401, 1000]);
}
