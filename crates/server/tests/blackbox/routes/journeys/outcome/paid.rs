//! Money arrived and stays.

use super::before::{authorised, slow};
use super::{ALL, Case, NOTHING, and, case, with};
use crate::util::event::Pay;
use serde_json::{Value, json};

/// Captured: `minor` of the whole; Stripe shows the rest as refunded.
fn captured(p: &Pay, minor: i64) -> Vec<Value> {
    let rest = p.amount - minor;
    let charge = with(p.charge("succeeded"), &json!({"amount_captured": minor, "amount_refunded": rest}));
    let intent = with(p.intent("succeeded"), &json!({"amount_received": minor}));
    let told = vec![p.event("charge.captured", 60, charge), p.event("payment_intent.succeeded", 60, intent)];
    and(authorised(p), told)
}

pub(super) const CASES: &[Case] = &[
    case("a card", Pay::success, ("paid", "paid"), ALL),
    case(
        "the session alone",
        |p| vec![p.event("checkout.session.completed", 2, p.session("complete", "paid"))],
        ("paid", "paid"),
        ALL,
    ),
    case(
        "the intent alone",
        |p| vec![p.event("payment_intent.succeeded", 2, p.intent("succeeded"))],
        ("paid", "paid"),
        ALL,
    ),
    case(
        "the charge alone",
        |p| vec![p.event("charge.succeeded", 2, p.charge("succeeded"))],
        ("paid", "paid"),
        ALL,
    ),
    case(
        "a slow debit that arrived",
        |p| {
            and(
                slow(p),
                vec![
                    p.event("charge.succeeded", 400_000, p.charge("succeeded")),
                    p.event("payment_intent.succeeded", 400_000, p.intent("succeeded")),
                    p.event(
                        "checkout.session.async_payment_succeeded",
                        400_001,
                        p.session("complete", "paid"),
                    ),
                ],
            )
        },
        ("paid", "paid"),
        ALL,
    ),
    case(
        "declined first",
        |p| and(vec![p.event("payment_intent.payment_failed", -60, p.declined())], p.success()),
        ("paid", "paid"),
        ALL,
    ),
    case(
        "nothing to pay",
        |p| {
            vec![p.event(
                "checkout.session.completed",
                2,
                with(
                    p.session("complete", "no_payment_required"),
                    &json!({"amount_total": 0, "payment_intent": null}),
                ),
            )]
        },
        ("paid", "paid"),
        NOTHING,
    ),
    case("captured whole", |p| captured(p, 50_000), ("paid", "paid"), ALL),
    case("captured in part", |p| captured(p, 20_000), ("paid", "paid"), [20_000, 0, 0, 0, 20_000]),
    case(
        "captured in part, then refunded in part",
        |p| {
            and(
                captured(p, 20_000),
                vec![
                    p.event(
                        "refund.created",
                        99,
                        with(p.refund("1", 5_000, "succeeded"), &json!({"created": p.at_s + 99})),
                    ),
                    p.event(
                        "charge.refunded",
                        99,
                        with(
                            p.charge("succeeded"),
                            &json!({"amount_captured": 20_000, "amount_refunded": 35_000}),
                        ),
                    ),
                ],
            )
        },
        ("partially_refunded", "paid"),
        [20_000, 5_000, 0, 0, 15_000],
    ),
];
