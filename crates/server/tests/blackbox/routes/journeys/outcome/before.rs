//! No money has arrived.

use super::{Case, NOTHING, and, case, with};
use crate::util::event::Pay;
use serde_json::{Value, json};

pub(super) fn authorised(p: &Pay) -> Vec<Value> {
    let held = with(p.charge("succeeded"), &json!({"captured": false, "amount_captured": 0}));
    vec![
        p.event("charge.succeeded", 1, held),
        p.event("payment_intent.amount_capturable_updated", 1, p.intent("requires_capture")),
        p.event("checkout.session.completed", 2, p.session("complete", "unpaid")),
    ]
}

pub(super) fn slow(p: &Pay) -> Vec<Value> {
    vec![
        p.event("payment_intent.processing", 1, p.intent("processing")),
        p.event("charge.pending", 1, p.charge("pending")),
        p.event("checkout.session.completed", 2, p.session("complete", "unpaid")),
    ]
}

pub(super) const CASES: &[Case] = &[
    case(
        "nothing but an intent",
        |p| vec![p.event("payment_intent.created", 0, p.intent("requires_payment_method"))],
        ("none", "pending"),
        NOTHING,
    ),
    case(
        "the bank asks back",
        |p| vec![p.event("payment_intent.requires_action", 1, p.intent("requires_action"))],
        ("none", "pending"),
        NOTHING,
    ),
    case("a slow debit under way", slow, ("processing", "pending"), NOTHING),
    case(
        "an unpaid session alone",
        |p| vec![p.event("checkout.session.completed", 2, p.session("complete", "unpaid"))],
        ("processing", "pending"),
        NOTHING,
    ),
    case(
        "a card declined",
        |p| {
            vec![
                p.event("payment_intent.payment_failed", 1, p.declined()),
                p.event("charge.failed", 1, p.charge("failed")),
            ]
        },
        ("failed", "pending"),
        NOTHING,
    ),
    case(
        "a slow debit that failed",
        |p| {
            and(
                slow(p),
                vec![
                    p.event("payment_intent.payment_failed", 90, p.declined()),
                    p.event("checkout.session.async_payment_failed", 90, p.session("complete", "unpaid")),
                ],
            )
        },
        ("failed", "pending"),
        NOTHING,
    ),
    case(
        "a slow debit that failed, by the session alone",
        |p| vec![p.event("checkout.session.async_payment_failed", 90, p.session("complete", "unpaid"))],
        ("failed", "pending"),
        NOTHING,
    ),
    case("authorised", authorised, ("processing", "pending"), NOTHING),
    case(
        "a transfer funded in part",
        |p| vec![p.event("payment_intent.partially_funded", 5, p.intent("requires_action"))],
        ("processing", "pending"),
        NOTHING,
    ),
    case(
        "an authorisation that lapsed",
        |p| {
            and(
                authorised(p),
                vec![
                    p.event(
                        "charge.expired",
                        604_800,
                        with(p.charge("expired"), &json!({"status": "succeeded", "captured": false})),
                    ),
                    p.event("payment_intent.canceled", 604_800, p.intent("canceled")),
                ],
            )
        },
        ("canceled", "pending"),
        NOTHING,
    ),
    case(
        "an intent canceled",
        |p| {
            vec![
                p.event("payment_intent.created", 0, p.intent("requires_payment_method")),
                p.event("payment_intent.canceled", 9, p.intent("canceled")),
            ]
        },
        ("canceled", "pending"),
        NOTHING,
    ),
    case(
        "a session expired",
        |p| vec![p.event("checkout.session.expired", 86_400, p.session("expired", "unpaid"))],
        ("none", "ghosted"),
        NOTHING,
    ),
    case(
        "expired after a declined card",
        |p| {
            vec![
                p.event("payment_intent.payment_failed", 9, p.declined()),
                p.event(
                    "checkout.session.expired",
                    86_400,
                    with(p.session("expired", "unpaid"), &json!({"payment_intent": p.intent_id()})),
                ),
            ]
        },
        ("failed", "ghosted"),
        NOTHING,
    ),
    case(
        "set up for later",
        |p| {
            vec![p.event(
                "checkout.session.completed",
                2,
                with(
                    p.session("complete", "no_payment_required"),
                    &json!({"mode": "setup", "amount_total": null, "payment_intent": null}),
                ),
            )]
        },
        ("none", "pending"),
        NOTHING,
    ),
];
