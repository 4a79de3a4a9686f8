//! One struct for every kind of object that is read: a field has the same name and shape wherever Stripe uses it.
//!
//! It holds only what a digest needs, and everything in it may be absent. It must never say what a field means.

use crate::lenient::{Flag, Inline, Int, List, Reference, Text};
use ledger::Currency;
use serde::Deserialize;
use std::borrow::Cow;

/// Any Stripe object.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wire<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    pub(super) object: Text<'a>,
    pub(super) status: Text<'a>,
    pub(super) created: Int,
    pub(super) canceled_at: Int,
    currency: Text<'a>,
    pub(super) customer: Reference<'a>,
    pub(super) metadata: Inline<Metadata<'a>>,

    pub(super) amount: Int,
    pub(super) amount_captured: Int,
    pub(super) amount_due: Int,
    pub(super) amount_paid: Int,
    pub(super) amount_received: Int,
    pub(super) amount_refunded: Int,
    pub(super) amount_total: Int,
    pub(super) captured: Flag,
    pub(super) paid: Flag,
    pub(super) refunded: Flag,

    pub(super) charge: Reference<'a>,
    pub(super) charges: List<'a>,
    pub(super) dispute: Reference<'a>,
    pub(super) invoice: Reference<'a>,
    pub(super) latest_charge: Reference<'a>,
    pub(super) latest_invoice: Reference<'a>,
    pub(super) payment_intent: Reference<'a>,
    pub(super) refunds: List<'a>,
    pub(super) setup_intent: Reference<'a>,
    pub(super) subscription: Reference<'a>,

    // How it was paid.
    card: Reference<'a>,
    payment_method: Inline<Typed<'a>>,
    payment_method_details: Inline<Typed<'a>>,
    payment_method_types: List<'a>,
    source: Inline<Typed<'a>>,

    // What went wrong, or is awaited.
    pub(super) failure_code: Text<'a>,
    pub(super) failure_message: Text<'a>,
    pub(super) fraud_type: Text<'a>,
    pub(super) last_payment_error: Inline<PaymentError<'a>>,
    pub(super) next_action: Inline<NextAction>,
    pub(super) reason: Text<'a>,

    // Checkout Session.
    pub(super) client_reference_id: Text<'a>,
    pub(super) mode: Text<'a>,
    pub(super) expires_at: Int,
    pub(super) payment_status: Text<'a>,

    // E-mail addresses.
    pub(super) billing_details: Inline<Contact<'a>>,
    pub(super) customer_details: Inline<Contact<'a>>,
    pub(super) customer_email: Text<'a>,
    pub(super) receipt_email: Text<'a>,

    // Invoice and InvoicePayment.
    pub(super) parent: Inline<Parent<'a>>,
    pub(super) payment: Inline<Link<'a>>,
    payments: List<'a>,
    pub(super) subscription_details: Inline<SubscriptionDetails<'a>>,
}

/// Our keys, in both spellings: people set metadata by hand, too.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
#[expect(
    non_snake_case,
    reason = "the names are the keys; an alias would refuse metadata that has both spellings"
)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) journeyId: Text<'a>,
    pub(super) journey_id: Text<'a>,
    pub(super) clientId: Text<'a>,
    pub(super) client_id: Text<'a>,
    pub(super) contentVersionId: Text<'a>,
    pub(super) content_version_id: Text<'a>,
    pub(super) hypothesisId: Text<'a>,
    pub(super) hypothesis_id: Text<'a>,
}

/// `payment_method_details`, an expanded payment method, or a legacy source.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PaymentError<'a> {
    #[serde(borrow)]
    pub(super) message: Text<'a>,
    pub(super) decline_code: Text<'a>,
    pub(super) code: Text<'a>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NextAction {
    pub(super) display_bank_transfer_instructions: Inline<BankTransfer>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BankTransfer {
    pub(super) amount_remaining: Int,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Contact<'a> {
    #[serde(borrow)]
    pub(super) email: Text<'a>,
}

/// What an invoice came from, since 2025-03-31.basil.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parent<'a> {
    #[serde(borrow)]
    pub(super) subscription_details: Inline<SubscriptionDetails<'a>>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SubscriptionDetails<'a> {
    #[serde(borrow)]
    pub(super) metadata: Inline<Metadata<'a>>,
    pub(super) subscription: Reference<'a>,
}

/// `payment` of an InvoicePayment.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    #[serde(borrow)]
    pub(super) payment_intent: Reference<'a>,
    pub(super) charge: Reference<'a>,
}

/// An element of an invoice's `payments`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct InvoicePayment<'a> {
    #[serde(borrow)]
    payment: Inline<Link<'a>>,
    status: Text<'a>,
    is_default: Flag,
}

impl<'a> Wire<'a> {
    /// Three letters, or absent.
    pub(super) fn currency(&self) -> Option<Currency> {
        self.currency.get().and_then(Currency::parse)
    }

    /// How it was paid, in Stripe's words for payment method types.
    pub(super) fn method(&self) -> Option<String> {
        let source = &self.source.0;
        let legacy = || match source.object.get()? {
            "source" => source.kind.0.clone(),
            "bank_account" => Some("ach_debit".into()),
            "bitcoin_receiver" => Some("bitcoin".into()),
            "alipay_account" => Some("alipay".into()),
            object => Some(Cow::Owned(object.to_owned())),
        };
        let oldest = || self.card.expanded().json().map(|_| "card".into());
        let details = self.payment_method_details.0.kind.0.clone();
        let word = details
            .or_else(|| self.payment_method.0.kind.0.clone())
            .or_else(legacy)
            .or_else(oldest)
            .or_else(|| self.payment_method_types.only_text());
        Text(word).keep(super::WORD_CHARS_MAX)
    }

    /// What paid an invoice: that which succeeded first, then its default.
    pub(super) fn invoice_links(&self) -> Vec<Link<'a>> {
        let mut payments: Vec<InvoicePayment> = self.payments.0.iter().map(|raw| raw.fields()).collect();
        payments.sort_by_key(|p| (p.status.get() != Some("paid"), !p.is_default.is_true()));
        payments.into_iter().map(|p| p.payment.0).collect()
    }
}
