//! Refunds, disputes and early fraud warnings: what can take money back.
//!
//! Must never say of a dispute more than the object does: its events are named after what happened around it.

use super::wire::Wire;
use super::{WORD_CHARS_MAX, Within};
use ledger::object::{Dispute, DisputeStatus, Refund, RefundStatus, Warning};

/// <https://docs.stripe.com/api/refunds/object>
pub(super) fn refund(wire: &Wire, told_by: Option<&str>, within: Within) -> Refund {
    let said = wire.status.get().map_or(RefundStatus::Succeeded, refund_word);
    Refund {
        status: if told_by == Some("refund.failed") { RefundStatus::Failed } else { said },
        amount: wire.amount.0,
        currency: wire.currency(),
        charge: wire.charge.id().or(within.charge),
        payment_intent: wire.payment_intent.id().or(within.payment_intent),
        created: wire.created.0,
    }
}

/// <https://docs.stripe.com/api/disputes/object>
pub(super) fn dispute(wire: &Wire, within: Within) -> Dispute {
    Dispute {
        status: wire.status.get().map_or(DisputeStatus::Other, dispute_word),
        amount: wire.amount.0,
        currency: wire.currency(),
        charge: wire.charge.id().or(within.charge),
        payment_intent: wire.payment_intent.id().or(within.payment_intent),
        reason: wire.reason.keep(WORD_CHARS_MAX),
        created: wire.created.0,
    }
}

/// <https://docs.stripe.com/api/radar/early_fraud_warnings/object>
pub(super) fn warning(wire: &Wire) -> Warning {
    Warning {
        charge: wire.charge.id(),
        payment_intent: wire.payment_intent.id(),
        fraud_type: wire.fraud_type.keep(WORD_CHARS_MAX),
    }
}

/// The oldest refunds have no status: they succeeded at once (see [`refund`]).
pub(super) fn refund_word(text: &str) -> RefundStatus {
    RefundStatus::parse(text).unwrap_or(RefundStatus::Other)
}

pub(super) fn dispute_word(text: &str) -> DisputeStatus {
    match text {
        // A former word: settled by refunding the charge, so the refund tells the money.
        "charge_refunded" => DisputeStatus::Prevented,
        _ => DisputeStatus::parse(text).unwrap_or(DisputeStatus::Other),
    }
}
