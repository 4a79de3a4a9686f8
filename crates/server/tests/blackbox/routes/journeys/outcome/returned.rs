//! Money arrived, and some of it went back or may go back.

use super::{ALL, Case, and, case, with};
use crate::util::event::Pay;
use serde_json::{Value, json};

const LOST: [i64; 5] = [50_000, 0, 50_000, 0, 0];
const RISK: [i64; 5] = [50_000, 0, 0, 50_000, 50_000];

/// A dispute of the whole amount that went through these (seconds, type, status).
fn disputed(p: &Pay, amount: i64, steps: &[(i64, &str, &str)]) -> Vec<Value> {
    let told = steps
        .iter()
        .map(|(s, verb, status)| p.event(&format!("charge.dispute.{verb}"), *s, p.dispute(amount, status)));
    and(p.success(), told.collect())
}

fn refunds(p: &Pay, list: &[(i64, &str, i64, &str)]) -> Vec<Value> {
    let told = list
        .iter()
        .map(|(s, id, amount, status)| p.event("refund.updated", *s, p.refund(id, *amount, status)));
    and(p.success(), told.collect())
}

pub(super) const REFUNDS: &[Case] = &[
    case(
        "refunded in part",
        |p| {
            and(
                refunds(p, &[(99, "1", 20_000, "succeeded")]),
                vec![p.event("charge.refunded", 99, p.refunded(20_000))],
            )
        },
        ("partially_refunded", "paid"),
        [50_000, 20_000, 0, 0, 30_000],
    ),
    case(
        "refunded in part, by the charge alone",
        |p| and(p.success(), vec![p.event("charge.refunded", 99, p.refunded(20_000))]),
        ("partially_refunded", "paid"),
        [50_000, 20_000, 0, 0, 30_000],
    ),
    case(
        "a refund on its way",
        |p| refunds(p, &[(99, "1", 20_000, "pending")]),
        ("partially_refunded", "paid"),
        [50_000, 20_000, 0, 0, 30_000],
    ),
    case(
        "refunded whole",
        |p| {
            and(
                refunds(p, &[(99, "1", 50_000, "succeeded")]),
                vec![p.event("charge.refunded", 99, p.refunded(50_000))],
            )
        },
        ("refunded", "refunded"),
        [50_000, 50_000, 0, 0, 0],
    ),
    case(
        "refunded in two parts",
        |p| refunds(p, &[(99, "1", 20_000, "succeeded"), (199, "2", 30_000, "succeeded")]),
        ("refunded", "refunded"),
        [50_000, 50_000, 0, 0, 0],
    ),
    case(
        "a refund that failed later",
        |p| {
            and(
                refunds(p, &[(99, "1", 50_000, "succeeded")]),
                vec![
                    p.event("charge.refunded", 99, p.refunded(50_000)),
                    p.event("refund.failed", 500, p.refund("1", 50_000, "failed")),
                ],
            )
        },
        ("paid", "paid"),
        ALL,
    ),
    case(
        "one of two refunds failed",
        |p| {
            refunds(
                p,
                &[
                    (99, "1", 20_000, "succeeded"),
                    (199, "2", 30_000, "pending"),
                    (299, "2", 30_000, "failed"),
                ],
            )
        },
        ("partially_refunded", "paid"),
        [50_000, 20_000, 0, 0, 30_000],
    ),
    case(
        "a refund canceled",
        |p| refunds(p, &[(99, "1", 50_000, "requires_action"), (199, "1", 50_000, "canceled")]),
        ("paid", "paid"),
        ALL,
    ),
];

pub(super) const DISPUTES: &[Case] = &[
    case(
        "an inquiry",
        |p| disputed(p, 50_000, &[(99, "created", "warning_needs_response")]),
        ("paid", "paid"),
        ALL,
    ),
    case(
        "an inquiry closed",
        |p| {
            disputed(
                p,
                50_000,
                &[(99, "created", "warning_needs_response"), (199, "closed", "warning_closed")],
            )
        },
        ("paid", "paid"),
        ALL,
    ),
    case(
        "a dispute",
        |p| {
            disputed(
                p,
                50_000,
                &[(99, "created", "needs_response"), (99, "funds_withdrawn", "needs_response")],
            )
        },
        ("disputed", "paid"),
        RISK,
    ),
    case(
        "a dispute under review",
        |p| disputed(p, 50_000, &[(99, "created", "needs_response"), (150, "updated", "under_review")]),
        ("disputed", "paid"),
        RISK,
    ),
    case(
        "a dispute won",
        |p| {
            disputed(
                p,
                50_000,
                &[
                    (99, "created", "needs_response"),
                    (199, "closed", "won"),
                    (199, "funds_reinstated", "won"),
                ],
            )
        },
        ("paid", "paid"),
        ALL,
    ),
    case(
        "a dispute lost",
        |p| disputed(p, 50_000, &[(99, "created", "needs_response"), (199, "closed", "lost")]),
        ("lost", "refunded"),
        LOST,
    ),
    case(
        "a dispute lost in part",
        |p| disputed(p, 20_000, &[(99, "created", "needs_response"), (199, "closed", "lost")]),
        ("partially_refunded", "paid"),
        [50_000, 0, 20_000, 0, 30_000],
    ),
    case(
        "won on appeal",
        |p| {
            disputed(
                p,
                50_000,
                &[
                    (99, "created", "needs_response"),
                    (199, "closed", "lost"),
                    (299, "updated", "appeal_under_review"),
                    (399, "updated", "won"),
                ],
            )
        },
        ("paid", "paid"),
        ALL,
    ),
    case(
        "an appeal under way",
        |p| {
            disputed(
                p,
                50_000,
                &[
                    (99, "created", "needs_response"),
                    (199, "closed", "lost"),
                    (299, "updated", "appeal_under_review"),
                ],
            )
        },
        ("disputed", "paid"),
        RISK,
    ),
    case(
        "a dispute won after a part refund",
        |p| {
            and(
                disputed(p, 30_000, &[(150, "created", "needs_response"), (199, "closed", "won")]),
                vec![p.event("refund.created", 99, p.refund("1", 20_000, "succeeded"))],
            )
        },
        ("partially_refunded", "paid"),
        [50_000, 20_000, 0, 0, 30_000],
    ),
    case(
        "a dispute without its intent",
        |p| {
            and(
                p.success(),
                vec![p.event(
                    "charge.dispute.created",
                    99,
                    with(p.dispute(50_000, "needs_response"), &json!({"payment_intent": null})),
                )],
            )
        },
        ("disputed", "paid"),
        RISK,
    ),
    case(
        "a warning of fraud",
        |p| and(p.success(), vec![p.event("radar.early_fraud_warning.created", 99, p.warning())]),
        ("paid", "paid"),
        ALL,
    ),
];
