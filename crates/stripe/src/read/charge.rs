//! Charges. <https://docs.stripe.com/api/charges/object>
//!
//! Must never call money captured that was only authorised, or that failed.

use super::wire::Wire;
use super::{MESSAGE_CHARS_MAX, Within, tags};
use ledger::Capture;
use ledger::object::{Charge, ChargeStatus};

pub(super) fn digest(wire: &Wire, told_by: Option<&str>, within: Within) -> (Charge, Option<Capture>) {
    let status = status(wire, told_by);
    let capture = if told_by == Some("charge.captured") { capture(wire) } else { None };
    let charge = Charge {
        status,
        captured: captured(wire, status, told_by),
        amount: wire.amount.0,
        amount_captured: capture.map(|c| c.captured_minor).or(wire.amount_captured.0),
        amount_refunded: wire.amount_refunded.0,
        refunded: wire.refunded.is_true(),
        currency: wire.currency(),
        payment_intent: wire.payment_intent.id().or(within.payment_intent),
        invoice: wire.invoice.id(),
        failure: wire
            .failure_message
            .keep(MESSAGE_CHARS_MAX)
            .or_else(|| wire.failure_code.keep(MESSAGE_CHARS_MAX)),
        method: wire.method(),
        created: wire.created.0,
        tags: tags::of(wire),
    };
    (charge, capture)
}

fn status(wire: &Wire, told_by: Option<&str>) -> ChargeStatus {
    match told_by.and_then(|event_type| event_type.strip_prefix("charge.")) {
        Some("succeeded" | "captured") => ChargeStatus::Succeeded,
        Some("failed") => ChargeStatus::Failed,
        Some("pending") => ChargeStatus::Pending,
        Some("expired") => ChargeStatus::Expired,
        _ => match (wire.status.get(), wire.paid.0) {
            (Some(text), _) => word(text),
            // The oldest charges have no status.
            (None, Some(true)) => ChargeStatus::Succeeded,
            (None, Some(false)) => ChargeStatus::Failed,
            (None, None) => ChargeStatus::Other,
        },
    }
}

/// A status, old or new: `paid` became `succeeded` in 2015-02-18. <https://docs.stripe.com/changelog/2015-02-18>
pub(super) fn word(text: &str) -> ChargeStatus {
    match text {
        "paid" => ChargeStatus::Succeeded,
        _ => ChargeStatus::parse(text).unwrap_or(ChargeStatus::Other),
    }
}

/// Old failed charges carry `captured: true`, which meant that capture was asked for.
fn captured(wire: &Wire, status: ChargeStatus, told_by: Option<&str>) -> bool {
    match status {
        ChargeStatus::Failed | ChargeStatus::Expired => false,
        _ if told_by == Some("charge.captured") => true,
        _ => wire.captured.0.or(wire.paid.0).unwrap_or(false),
    }
}

/// Older versions have no `amount_captured`; what was not captured then shows as refunded.
fn capture(wire: &Wire) -> Option<Capture> {
    let released_minor = wire.amount_refunded.0.unwrap_or(0);
    let said = wire.amount_captured.0.filter(|minor| *minor > 0);
    let captured_minor = said.or_else(|| Some(wire.amount.0?.saturating_sub(released_minor).max(0)))?;
    Some(Capture { captured_minor, released_minor })
}
