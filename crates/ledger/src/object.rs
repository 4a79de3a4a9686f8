//! The few fields we need of each Stripe object, under Stripe's own names.
//!
//! Each struct is a *digest*: what one event said about one object. Fields are absent when that API version did not
//! send them. Statuses are closed enums with an `Other` for words newer than this code (STRIPE.md section 3).

use crate::money::Currency;
use crate::status::words;
use serde::{Deserialize, Serialize};

/// A Stripe id, as Stripe spelled it: `pi_…`, `ch_…`, `cs_…`.
pub type ObjectId = String;

words! {
    /// PaymentIntent status; the names from before 2019-02-11 are read as today's.
    IntentStatus {
        /// Waits for a payment method; after a failed attempt too.
        RequiresPaymentMethod = "requires_payment_method",
        /// Waits to be confirmed.
        RequiresConfirmation = "requires_confirmation",
        /// Waits for the client: 3-D Secure, voucher, bank transfer.
        RequiresAction = "requires_action",
        /// Submitted to a slow method.
        Processing = "processing",
        /// Authorised, not captured.
        RequiresCapture = "requires_capture",
        /// Terminal: canceled.
        Canceled = "canceled",
        /// Terminal: the money was captured.
        Succeeded = "succeeded",
        /// A word this code does not know.
        Other = "other",
    }
}

words! {
    /// Charge status. `Expired` is ours: `charge.expired` tells it, Stripe's status does not.
    ChargeStatus {
        /// A slow method, not settled yet.
        Pending = "pending",
        /// Terminal: refused.
        Failed = "failed",
        /// Authorised, and captured if `captured` says so.
        Succeeded = "succeeded",
        /// Terminal: the authorisation lapsed.
        Expired = "expired",
        /// A word this code does not know.
        Other = "other",
    }
}

words! {
    /// Checkout Session status, with what its payment told. The async results are ours: the event's type tells them.
    SessionStatus {
        /// The client can still pay.
        Open = "open",
        /// Completed, the money not there yet.
        CompleteUnpaid = "complete_unpaid",
        /// Terminal: nobody paid in time.
        Expired = "expired",
        /// Terminal: the slow payment failed.
        AsyncFailed = "async_failed",
        /// Terminal: completed with nothing to pay.
        NothingToPay = "no_payment_required",
        /// Terminal: completed and paid.
        Paid = "paid",
    }
}

words! {
    /// Refund status.
    RefundStatus {
        /// On its way.
        Pending = "pending",
        /// Waits for the client.
        RequiresAction = "requires_action",
        /// Arrived, as far as Stripe knows; may still fail.
        Succeeded = "succeeded",
        /// Canceled: the money stays.
        Canceled = "canceled",
        /// Bounced: the money stays.
        Failed = "failed",
        /// A word this code does not know.
        Other = "other",
    }
}

words! {
    /// Dispute status.
    DisputeStatus {
        /// Inquiry, no money moved.
        WarningNeedsResponse = "warning_needs_response",
        /// Inquiry, no money moved.
        WarningUnderReview = "warning_under_review",
        /// Chargeback, evidence due.
        NeedsResponse = "needs_response",
        /// Chargeback, evidence sent.
        UnderReview = "under_review",
        /// A word this code does not know.
        Other = "other",
        /// Terminal: the inquiry ended.
        WarningClosed = "warning_closed",
        /// Terminal: settled before it became a dispute; the refund state tells the money.
        Prevented = "prevented",
        /// Terminal unless appealed: the money is gone.
        Lost = "lost",
        /// A lost dispute is being appealed, evidence due.
        AppealNeedsResponse = "appeal_needs_response",
        /// A lost dispute is being appealed, evidence sent.
        AppealUnderReview = "appeal_under_review",
        /// Terminal: the money stays.
        Won = "won",
    }
}

words! {
    /// What a Checkout Session is for.
    SessionMode {
        /// One payment.
        Payment = "payment",
        /// Saves a payment method; no money.
        Setup = "setup",
        /// A subscription's first invoice.
        Subscription = "subscription",
    }
}

/// Who an object says it belongs to: our own keys in its metadata, and the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Tags {
    /// Metadata `journeyId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey_id: Option<String>,
    /// Metadata `clientId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Metadata `contentVersionId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_version_id: Option<String>,
    /// Metadata `hypothesisId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypothesis_id: Option<String>,
    /// Stripe customer id, `cus_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// E-mail address, for suggestions only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Checkout Session. <https://docs.stripe.com/api/checkout/sessions/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Session {
    pub status: SessionStatus,
    pub mode: SessionMode,
    pub amount_total: Option<i64>,
    pub currency: Option<Currency>,
    pub client_reference_id: Option<String>,
    pub payment_intent: Option<ObjectId>,
    pub invoice: Option<ObjectId>,
    pub method: Option<String>,
    /// Unix seconds at which the session was opened.
    pub created: Option<i64>,
    #[serde(default)]
    pub tags: Tags,
}

/// PaymentIntent. <https://docs.stripe.com/api/payment_intents/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Intent {
    pub status: IntentStatus,
    pub amount: Option<i64>,
    pub amount_received: Option<i64>,
    pub currency: Option<Currency>,
    pub latest_charge: Option<ObjectId>,
    pub invoice: Option<ObjectId>,
    /// The last attempt failed: its message or code, in Stripe's words.
    pub last_payment_error: Option<String>,
    /// A bank transfer has brought a part of the money.
    pub partially_funded: bool,
    pub method: Option<String>,
    /// Unix seconds.
    pub created: Option<i64>,
    #[serde(default)]
    pub tags: Tags,
}

/// Charge. <https://docs.stripe.com/api/charges/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Charge {
    pub status: ChargeStatus,
    pub captured: bool,
    pub amount: Option<i64>,
    /// Absent before about 2020.
    pub amount_captured: Option<i64>,
    pub amount_refunded: Option<i64>,
    /// All of it went back.
    pub refunded: bool,
    pub currency: Option<Currency>,
    pub payment_intent: Option<ObjectId>,
    pub invoice: Option<ObjectId>,
    pub failure: Option<String>,
    pub method: Option<String>,
    /// Unix seconds.
    pub created: Option<i64>,
    #[serde(default)]
    pub tags: Tags,
}

/// Refund. <https://docs.stripe.com/api/refunds/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Refund {
    pub status: RefundStatus,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub charge: Option<ObjectId>,
    pub payment_intent: Option<ObjectId>,
    /// Unix seconds.
    pub created: Option<i64>,
}

/// Dispute. <https://docs.stripe.com/api/disputes/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Dispute {
    pub status: DisputeStatus,
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub charge: Option<ObjectId>,
    pub payment_intent: Option<ObjectId>,
    pub reason: Option<String>,
    /// Unix seconds.
    pub created: Option<i64>,
}

/// Early fraud warning. <https://docs.stripe.com/api/radar/early_fraud_warnings/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Warning {
    pub charge: Option<ObjectId>,
    pub payment_intent: Option<ObjectId>,
    pub fraud_type: Option<String>,
}

/// Invoice, or what an InvoicePayment says of it: the link between a subscription's session and its payment.
/// <https://docs.stripe.com/api/invoices/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Invoice {
    pub paid: bool,
    pub amount_paid: Option<i64>,
    pub currency: Option<Currency>,
    pub payment_intent: Option<ObjectId>,
    pub charge: Option<ObjectId>,
    pub subscription: Option<ObjectId>,
    /// An InvoicePayment said it: it only ties the invoice to its payment and never hides what the invoice said itself.
    #[serde(default)]
    pub link_only: bool,
    #[serde(default)]
    pub tags: Tags,
}

/// Subscription: kept until B4 makes use of it. <https://docs.stripe.com/api/subscriptions/object>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields carry Stripe's own names")]
pub struct Subscription {
    pub status: Option<String>,
    pub latest_invoice: Option<ObjectId>,
    #[serde(default)]
    pub tags: Tags,
}

/// What one event said about one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is documented at its struct")]
pub enum Object {
    Session(Session),
    Intent(Intent),
    Charge(Charge),
    Refund(Refund),
    Dispute(Dispute),
    Warning(Warning),
    Invoice(Invoice),
    Subscription(Subscription),
}

impl Object {
    /// The closest object this one hangs on, as far as it says so itself. A payment's objects form a tree whose root
    /// is its PaymentIntent, or a lone charge in old integrations.
    pub fn parent(&self) -> Option<&ObjectId> {
        match self {
            Self::Session(o) => o.payment_intent.as_ref().or(o.invoice.as_ref()),
            Self::Charge(o) => o.payment_intent.as_ref(),
            Self::Refund(o) => o.payment_intent.as_ref().or(o.charge.as_ref()),
            Self::Dispute(o) => o.payment_intent.as_ref().or(o.charge.as_ref()),
            Self::Warning(o) => o.payment_intent.as_ref().or(o.charge.as_ref()),
            Self::Invoice(o) => o.payment_intent.as_ref().or(o.charge.as_ref()),
            Self::Intent(_) | Self::Subscription(_) => None,
        }
    }

    /// Objects that hang on this one though they may not say so themselves: (child, parent).
    pub fn claims<'a>(&'a self, id: &'a ObjectId) -> Vec<(&'a ObjectId, &'a ObjectId)> {
        match self {
            Self::Intent(o) => o.latest_charge.iter().chain(&o.invoice).map(|child| (child, id)).collect(),
            Self::Charge(o) => {
                let root = o.payment_intent.as_ref().unwrap_or(id);
                o.invoice.iter().map(|child| (child, root)).collect()
            }
            // A refund or dispute that knows both ties the charge to its intent.
            Self::Refund(Refund { charge: Some(c), payment_intent: Some(p), .. })
            | Self::Dispute(Dispute { charge: Some(c), payment_intent: Some(p), .. })
            | Self::Warning(Warning { charge: Some(c), payment_intent: Some(p), .. }) => vec![(c, p)],
            _ => Vec::new(),
        }
    }

    /// Our keys and the customer, where this kind of object carries them.
    pub fn tags(&self) -> Option<&Tags> {
        match self {
            Self::Session(o) => Some(&o.tags),
            Self::Intent(o) => Some(&o.tags),
            Self::Charge(o) => Some(&o.tags),
            Self::Invoice(o) => Some(&o.tags),
            Self::Subscription(o) => Some(&o.tags),
            Self::Refund(_) | Self::Dispute(_) | Self::Warning(_) => None,
        }
    }
}
