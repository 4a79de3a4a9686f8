//! What an event's type and its root object say together: the type names what happened, and wins (SPEC H3, H7).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{field, root};
use serde_json::{Value, json};

/// Reads `object`, with an id and the kind given, as the root of `event_type`, and compares fields of the digest.
fn check(kind: &str, table: &[(&str, Value, Value)]) {
    for (event_type, object, want) in table {
        let mut object = object.clone();
        object["id"] = json!("x_1");
        object["object"] = json!(kind);
        let observation = root(event_type, &object);
        for (name, value) in want.as_object().unwrap() {
            let got = field(&observation.version.object, name);
            assert_eq!(got, *value, "{name} of {event_type} {object}");
        }
    }
}

#[test]
fn intents() {
    let template = json!({"status": "requires_payment_method", "amount": 1000, "amount_received": 0});
    check(
        "payment_intent",
        &[
            ("payment_intent.created", template.clone(), json!({"status": "requires_payment_method"})),
            (
                "payment_intent.created",
                json!({"status": "succeeded", "amount_received": 5, "amount": 9}),
                json!({"status": "succeeded", "amount_received": 5}),
            ),
            (
                "payment_intent.created",
                json!({"status": "a_status_of_the_future"}),
                json!({"status": "other"}),
            ),
            (
                "payment_intent.created",
                json!({}),
                json!({"status": "other", "amount": null, "partially_funded": false}),
            ),
            // The template of a success that never was.
            (
                "payment_intent.succeeded",
                template.clone(),
                json!({"status": "succeeded", "amount_received": 1000}),
            ),
            ("payment_intent.succeeded", json!({"amount": 1000}), json!({"amount_received": 1000})),
            // Captured in part.
            (
                "payment_intent.succeeded",
                json!({"status": "succeeded", "amount": 1000, "amount_received": 400}),
                json!({"status": "succeeded", "amount_received": 400, "amount": 1000}),
            ),
            // An attempt failed before the one that succeeded.
            (
                "payment_intent.succeeded",
                json!({"status": "succeeded", "last_payment_error": {"code": "x"}}),
                json!({"last_payment_error": null}),
            ),
            (
                "payment_intent.canceled",
                template.clone(),
                json!({"status": "canceled", "last_payment_error": null}),
            ),
            ("payment_intent.cancelled", json!({"status": "requires_source"}), json!({"status": "canceled"})),
            ("payment_intent.processing", template.clone(), json!({"status": "processing"})),
            ("payment_intent.requires_action", template.clone(), json!({"status": "requires_action"})),
            (
                "payment_intent.amount_capturable_updated",
                template.clone(),
                json!({"status": "requires_capture"}),
            ),
        ],
    );
}

#[test]
fn failed_attempts_of_intents() {
    let template = json!({"status": "requires_payment_method", "amount": 1000, "amount_received": 0});
    let failed = |error: Value| json!({"status": "requires_payment_method", "last_payment_error": error});
    check(
        "payment_intent",
        &[
            (
                "payment_intent.payment_failed",
                template.clone(),
                json!({"status": "requires_payment_method", "last_payment_error": "payment failed"}),
            ),
            (
                "payment_intent.payment_failed",
                failed(
                    json!({"message": "Declined.", "decline_code": "generic_decline", "code": "card_declined"}),
                ),
                json!({"last_payment_error": "Declined."}),
            ),
            (
                "payment_intent.payment_failed",
                failed(json!({"decline_code": "generic_decline", "code": "c"})),
                json!({"last_payment_error": "generic_decline"}),
            ),
            (
                "payment_intent.payment_failed",
                failed(json!({"message": null, "code": "card_declined"})),
                json!({"last_payment_error": "card_declined"}),
            ),
            (
                "payment_intent.payment_failed",
                failed(json!("declined")),
                json!({"last_payment_error": "payment failed"}),
            ),
            (
                "payment_intent.payment_failed",
                json!({"status": "canceled", "last_payment_error": {"code": "x"}}),
                json!({"status": "canceled", "last_payment_error": null}),
            ),
            // A failure from before counts only while a new method is awaited.
            (
                "payment_intent.requires_action",
                json!({"status": "requires_action", "last_payment_error": {"code": "x"}}),
                json!({"last_payment_error": null}),
            ),
            ("payment_intent.created", failed(json!({"code": "x"})), json!({"last_payment_error": "x"})),
        ],
    );
}

#[test]
fn names_from_before_2019_are_todays() {
    for (old, new) in [
        ("requires_source", "requires_payment_method"),
        ("requires_source_action", "requires_action"),
        ("requires_authorization", "requires_action"),
        ("cancelled", "canceled"),
        ("requires_confirmation", "requires_confirmation"),
        ("requires_capture", "requires_capture"),
    ] {
        check(
            "payment_intent",
            &[("payment_intent.created", json!({"status": old}), json!({"status": new}))],
        );
    }
}

#[test]
fn part_funded_transfers() {
    let transfer = |remaining: Value| {
        json!({"status": "requires_action", "amount": 1000, "next_action": {"type": "display_bank_transfer_instructions",
            "display_bank_transfer_instructions": {"amount_remaining": remaining}}})
    };
    check(
        "payment_intent",
        &[
            (
                "payment_intent.partially_funded",
                json!({"status": "requires_action"}),
                json!({"status": "requires_action", "partially_funded": true}),
            ),
            ("payment_intent.requires_action", transfer(json!(400)), json!({"partially_funded": true})),
            ("payment_intent.requires_action", transfer(json!(1000)), json!({"partially_funded": false})),
            ("payment_intent.requires_action", transfer(json!("400")), json!({"partially_funded": false})),
            ("payment_intent.requires_action", transfer(Value::Null), json!({"partially_funded": false})),
        ],
    );
}

#[test]
fn charges() {
    let contrary = json!({"status": "failed", "paid": false, "captured": false, "amount": 2500, "amount_captured": 0,
        "amount_refunded": 0});
    check(
        "charge",
        &[
            ("charge.succeeded", contrary.clone(), json!({"status": "succeeded", "captured": false})),
            ("charge.succeeded", json!({"status": "succeeded", "captured": true}), json!({"captured": true})),
            (
                "charge.failed",
                json!({"status": "succeeded", "captured": true, "failure_message": "No.", "failure_code": "c"}),
                json!({"status": "failed", "captured": false, "failure": "No."}),
            ),
            ("charge.failed", json!({"failure_code": "card_declined"}), json!({"failure": "card_declined"})),
            (
                "charge.pending",
                json!({"status": "succeeded", "captured": true}),
                json!({"status": "pending"}),
            ),
            (
                "charge.expired",
                json!({"status": "succeeded", "captured": true, "refunded": true}),
                json!({"status": "expired", "captured": false}),
            ),
            (
                "charge.captured",
                contrary.clone(),
                json!({"status": "succeeded", "captured": true, "amount_captured": 2500}),
            ),
            ("charge.updated", contrary.clone(), json!({"status": "failed", "captured": false})),
            ("charge.updated", json!({"status": "new_word"}), json!({"status": "other"})),
            (
                "charge.refunded",
                json!({"status": "succeeded", "captured": true, "amount": 9, "amount_refunded": 4,
                "refunded": false}),
                json!({"status": "succeeded", "amount_refunded": 4, "refunded": false}),
            ),
            // Before 2015: no status, or another word for it; no `captured`.
            ("charge.updated", json!({"paid": true}), json!({"status": "succeeded", "captured": true})),
            (
                "charge.updated",
                json!({"paid": false, "captured": true}),
                json!({"status": "failed", "captured": false}),
            ),
            (
                "charge.updated",
                json!({"status": "paid", "paid": true}),
                json!({"status": "succeeded", "captured": true}),
            ),
            ("charge.updated", json!({"paid": true, "captured": false}), json!({"captured": false})),
            // Nothing said, nothing made up.
            (
                "charge.updated",
                json!({}),
                json!({"status": "other", "captured": false, "amount_captured": null}),
            ),
        ],
    );
}

#[test]
fn captures_keep_what_was_captured_and_what_was_let_go() {
    let table = [
        (json!({"amount": 1000, "amount_captured": 400, "amount_refunded": 600}), Some((400, 600))),
        (json!({"amount": 1000, "amount_captured": 1000, "amount_refunded": 0}), Some((1000, 0))),
        (json!({"amount": 1000, "amount_refunded": 600}), Some((400, 600))),
        (json!({"amount": 1000, "amount_captured": 0}), Some((1000, 0))),
        (json!({"amount": 1000, "amount_refunded": 2000}), Some((0, 2000))),
        (json!({"amount_captured": 7}), Some((7, 0))),
        (json!({"amount": "10.00"}), None),
        (json!({}), None),
    ];
    for (mut object, want) in table {
        object["id"] = json!("ch_1");
        object["object"] = json!("charge");
        let capture = root("charge.captured", &object).capture;
        assert_eq!(capture.map(|c| (c.captured_minor, c.released_minor)), want, "{object}");
        assert!(root("charge.updated", &object).capture.is_none());
        assert!(root("charge.succeeded", &object).capture.is_none());
    }
}

#[test]
fn sessions() {
    check(
        "checkout.session",
        &[
            ("checkout.session.completed", json!({"payment_status": "paid"}), json!({"status": "paid"})),
            (
                "checkout.session.completed",
                json!({"payment_status": "unpaid"}),
                json!({"status": "complete_unpaid"}),
            ),
            (
                "checkout.session.completed",
                json!({"payment_status": "new"}),
                json!({"status": "complete_unpaid"}),
            ),
            (
                "checkout.session.completed",
                json!({"payment_status": "no_payment_required", "mode": "setup"}),
                json!({"status": "no_payment_required", "mode": "setup"}),
            ),
            (
                "checkout.session.completed",
                json!({"mode": null}),
                json!({"status": "paid", "mode": "payment"}),
            ),
            ("checkout.session.completed", json!({"mode": "subscription"}), json!({"status": "paid"})),
            (
                "checkout.session.completed",
                json!({"mode": "setup"}),
                json!({"status": "no_payment_required"}),
            ),
            ("checkout.session.completed", json!({"setup_intent": "seti_1"}), json!({"mode": "setup"})),
            ("checkout.session.completed", json!({"subscription": "sub_1"}), json!({"mode": "subscription"})),
            (
                "checkout.session.completed",
                json!({"mode": "new", "setup_intent": null}),
                json!({"mode": "payment"}),
            ),
            (
                "checkout.session.async_payment_succeeded",
                json!({"payment_status": "unpaid"}),
                json!({"status": "paid"}),
            ),
            (
                "checkout.session.async_payment_failed",
                json!({"payment_status": "unpaid", "status": "complete"}),
                json!({"status": "async_failed"}),
            ),
            (
                "checkout.session.expired",
                json!({"payment_status": "unpaid", "status": "open"}),
                json!({"status": "expired"}),
            ),
        ],
    );
}

#[test]
fn sessions_in_events_that_do_not_name_what_happened_to_them() {
    let alone = "charge.updated";
    check(
        "checkout.session",
        &[
            (
                alone,
                json!({"status": "complete", "payment_status": "unpaid"}),
                json!({"status": "complete_unpaid"}),
            ),
            (alone, json!({"status": "complete", "payment_status": "paid"}), json!({"status": "paid"})),
            (alone, json!({"status": "expired", "payment_status": "unpaid"}), json!({"status": "expired"})),
            (alone, json!({"status": "open", "payment_status": "unpaid"}), json!({"status": "open"})),
            (alone, json!({"status": "new_word"}), json!({"status": "open"})),
            (alone, json!({"payment_status": "paid"}), json!({"status": "paid"})),
            (alone, json!({}), json!({"status": "open"})),
        ],
    );
}

#[test]
fn refunds_disputes_and_billing() {
    check(
        "refund",
        &[
            ("refund.failed", json!({"status": "succeeded"}), json!({"status": "failed"})),
            ("refund.updated", json!({"status": "canceled"}), json!({"status": "canceled"})),
            ("charge.refund.updated", json!({"status": "failed"}), json!({"status": "failed"})),
            ("refund.created", json!({"status": "new_word"}), json!({"status": "other"})),
            ("refund.created", json!({"status": null}), json!({"status": "succeeded"})),
            ("refund.created", json!({}), json!({"status": "succeeded"})),
        ],
    );
    check(
        "dispute",
        &[
            ("charge.dispute.closed", json!({"status": "won"}), json!({"status": "won"})),
            (
                "charge.dispute.closed",
                json!({"status": "needs_response"}),
                json!({"status": "needs_response"}),
            ),
            ("charge.dispute.funds_withdrawn", json!({}), json!({"status": "other"})),
            ("charge.dispute.closed", json!({"status": "charge_refunded"}), json!({"status": "prevented"})),
            (
                "charge.dispute.updated",
                json!({"status": "appeal_needs_response"}),
                json!({"status": "appeal_needs_response"}),
            ),
            ("charge.dispute.updated", json!({"status": "new_word"}), json!({"status": "other"})),
        ],
    );
    check(
        "invoice",
        &[
            (
                "invoice.paid",
                json!({"paid": false, "amount_due": 5}),
                json!({"paid": true, "amount_paid": 5}),
            ),
            ("invoice.paid", json!({"amount_due": 5, "amount_paid": 4}), json!({"amount_paid": 4})),
            (
                "invoice.payment_failed",
                json!({"paid": true, "amount_due": 5}),
                json!({"paid": false, "amount_paid": null}),
            ),
        ],
    );
    check(
        "subscription",
        &[(
            "customer.subscription.updated",
            json!({"status": "past_due", "latest_invoice": "in_1"}),
            json!({"status": "past_due", "latest_invoice": "in_1"}),
        )],
    );
}
