//! Invoices, InvoicePayments and subscriptions: how a subscription's session leads to its money.
//!
//! Must never count money: an invoice's charge does.

use super::wire::Wire;
use super::{WORD_CHARS_MAX, tags};
use ledger::object::{Invoice, Subscription};

/// <https://docs.stripe.com/api/invoices/object>
pub(super) fn invoice(wire: &Wire, told_by: Option<&str>) -> Invoice {
    let paid = match told_by {
        Some("invoice.paid") => true,
        Some("invoice.payment_failed") => false,
        _ => wire.paid.0.unwrap_or_else(|| wire.status.get() == Some("paid")),
    };
    let paid_by = wire.invoice_links().first().copied().unwrap_or_default();
    let subscription = wire.subscription.id();
    Invoice {
        paid,
        // Old invoices have no `amount_paid`.
        amount_paid: wire.amount_paid.0.or(if paid { wire.amount_due.0 } else { None }),
        currency: wire.currency(),
        payment_intent: wire.payment_intent.id().or_else(|| paid_by.payment_intent.id()),
        charge: wire.charge.id().or_else(|| paid_by.charge.id()),
        subscription: subscription.or_else(|| wire.parent.0.subscription_details.0.subscription.id()),
        link_only: false,
        tags: tags::of(wire),
    }
}

/// What an InvoicePayment says of its invoice: mostly, which payment it is for.
/// <https://docs.stripe.com/api/invoice-payment/object>
pub(super) fn invoice_payment(wire: &Wire) -> Invoice {
    Invoice {
        paid: wire.status.get() == Some("paid"),
        amount_paid: wire.amount_paid.0,
        currency: wire.currency(),
        // Previews have the two at the top.
        payment_intent: wire.payment.0.payment_intent.id().or_else(|| wire.payment_intent.id()),
        charge: wire.payment.0.charge.id().or_else(|| wire.charge.id()),
        subscription: None,
        link_only: true,
        tags: tags::of(wire),
    }
}

/// <https://docs.stripe.com/api/subscriptions/object>
pub(super) fn subscription(wire: &Wire) -> Subscription {
    Subscription {
        status: wire.status.keep(WORD_CHARS_MAX),
        latest_invoice: wire.latest_invoice.id(),
        tags: tags::of(wire),
    }
}
