//! PaymentIntents. <https://docs.stripe.com/api/payment_intents/object>
//!
//! Must never take a failure for more than the last attempt's: an intent lives on after it.

use super::wire::{PaymentError, Wire};
use super::{MESSAGE_CHARS_MAX, tags};
use ledger::object::{Intent, IntentStatus};

pub(super) fn digest(wire: &Wire, told_by: Option<&str>) -> Intent {
    let status = status(wire, told_by);
    let error = (status == IntentStatus::RequiresPaymentMethod).then(|| error(&wire.last_payment_error.0));
    let failed = told_by == Some("payment_intent.payment_failed") && status != IntentStatus::Canceled;
    Intent {
        status,
        amount: wire.amount.0,
        amount_received: amount_received(wire, told_by),
        currency: wire.currency(),
        latest_charge: wire.latest_charge.id(),
        invoice: wire.invoice.id(),
        last_payment_error: error.flatten().or_else(|| failed.then(|| "payment failed".to_owned())),
        partially_funded: partially_funded(wire, told_by),
        method: wire.method(),
        created: wire.created.0,
        tags: tags::of(wire),
    }
}

fn status(wire: &Wire, told_by: Option<&str>) -> IntentStatus {
    let said = wire.status.get().map_or(IntentStatus::Other, word);
    match told_by.and_then(|event_type| event_type.strip_prefix("payment_intent.")) {
        Some("succeeded") => IntentStatus::Succeeded,
        Some("canceled" | "cancelled") => IntentStatus::Canceled,
        // Canceled because of the failure.
        Some("payment_failed") if said == IntentStatus::Canceled => said,
        Some("payment_failed") => IntentStatus::RequiresPaymentMethod,
        Some("processing") => IntentStatus::Processing,
        Some("requires_action") => IntentStatus::RequiresAction,
        Some("amount_capturable_updated") => IntentStatus::RequiresCapture,
        _ => said,
    }
}

/// A status, old or new: the names changed on 2019-02-11.
pub(super) fn word(text: &str) -> IntentStatus {
    match text {
        "requires_source" => IntentStatus::RequiresPaymentMethod,
        "requires_source_action" | "requires_authorization" | "requires_customer_action" => {
            IntentStatus::RequiresAction
        }
        "cancelled" => IntentStatus::Canceled,
        _ => IntentStatus::parse(text).unwrap_or(IntentStatus::Other),
    }
}

fn amount_received(wire: &Wire, told_by: Option<&str>) -> Option<i64> {
    let said = wire.amount_received.0;
    let all = told_by == Some("payment_intent.succeeded") && said.unwrap_or(0) == 0;
    if all { wire.amount.0.or(said) } else { said }
}

fn partially_funded(wire: &Wire, told_by: Option<&str>) -> bool {
    let remaining = wire.next_action.0.display_bank_transfer_instructions.0.amount_remaining.0;
    told_by == Some("payment_intent.partially_funded")
        || matches!((remaining, wire.amount.0), (Some(remaining), Some(amount)) if remaining < amount)
}

fn error(error: &PaymentError) -> Option<String> {
    [&error.message, &error.decline_code, &error.code].iter().find_map(|text| text.keep(MESSAGE_CHARS_MAX))
}
