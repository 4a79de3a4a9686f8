//! Checkout Sessions. <https://docs.stripe.com/api/checkout/sessions/object>
//!
//! Must never call a completed session paid while its payment is still on its way.

use super::wire::Wire;
use super::{TAG_CHARS_MAX, tags};
use ledger::object::{Session, SessionMode, SessionStatus};

pub(super) fn digest(wire: &Wire, told_by: Option<&str>) -> Session {
    let mode = mode(wire);
    Session {
        status: status(wire, mode, told_by),
        mode,
        amount_total: wire.amount_total.0,
        currency: wire.currency(),
        client_reference_id: wire.client_reference_id.keep(TAG_CHARS_MAX),
        payment_intent: wire.payment_intent.id(),
        invoice: wire.invoice.id(),
        method: wire.method(),
        created: wire.created.0,
        tags: tags::of(wire),
    }
}

/// The oldest sessions have no mode.
fn mode(wire: &Wire) -> SessionMode {
    wire.mode.get().and_then(SessionMode::parse).unwrap_or_else(|| {
        if wire.subscription.id().is_some() {
            SessionMode::Subscription
        } else if wire.setup_intent.id().is_some() {
            SessionMode::Setup
        } else {
            SessionMode::Payment
        }
    })
}

fn status(wire: &Wire, mode: SessionMode, told_by: Option<&str>) -> SessionStatus {
    match told_by.and_then(|event_type| event_type.strip_prefix("checkout.session.")) {
        Some("completed") => completed(wire, mode),
        Some("async_payment_succeeded") => SessionStatus::Paid,
        Some("async_payment_failed") => SessionStatus::AsyncFailed,
        Some("expired") => SessionStatus::Expired,
        _ => match wire.status.get() {
            Some("complete") => completed(wire, mode),
            Some("expired") => SessionStatus::Expired,
            // Older sessions have no status.
            None if wire.payment_status.get() == Some("paid") => SessionStatus::Paid,
            _ => SessionStatus::Open,
        },
    }
}

/// The oldest sessions have no payment status; there were no slow methods then either.
fn completed(wire: &Wire, mode: SessionMode) -> SessionStatus {
    match wire.payment_status.get() {
        Some("paid") => SessionStatus::Paid,
        Some("no_payment_required") => SessionStatus::NothingToPay,
        Some(_) => SessionStatus::CompleteUnpaid,
        None if mode == SessionMode::Setup => SessionStatus::NothingToPay,
        None => SessionStatus::Paid,
    }
}
