//! What the account keeps of each object; [`shape`](crate::shape) writes it as Stripe does.
//!
//! Amounts are Stripe minor units (`_minor`), times Unix seconds (`_s`).

use crate::table::Row;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shared because Checkout copies it from the session's parameters to the intent and on to the charge.
pub(crate) type Metadata = Arc<BTreeMap<String, String>>;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "Stripe's words")]
        pub enum $name { $($(#[$of])* $variant),+ }
        impl $name {
            /// Stripe's word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// `status` of a Checkout Session.
    SessionStatus { Open = "open", Complete = "complete", Expired = "expired" }
}
words! {
    /// `payment_status` of a Checkout Session.
    PaymentStatus { Unpaid = "unpaid", Paid = "paid", NothingToPay = "no_payment_required" }
}
words! {
    /// `status` of a PaymentIntent.
    IntentStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresCapture = "requires_capture",
        Processing = "processing",
        Succeeded = "succeeded",
        Canceled = "canceled",
    }
}
words! {
    /// `status` of a Charge.
    ChargeStatus { Pending = "pending", Succeeded = "succeeded", Failed = "failed" }
}
words! {
    /// `status` of a Refund.
    RefundStatus { Pending = "pending", Succeeded = "succeeded", Failed = "failed", Canceled = "canceled" }
}
words! {
    /// `status` of a Dispute.
    DisputeStatus {
        WarningNeedsResponse = "warning_needs_response",
        WarningClosed = "warning_closed",
        NeedsResponse = "needs_response",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
    }
}
words! {
    /// How somebody pays.
    Method { Card = "card", SepaDebit = "sepa_debit", UsBankAccount = "us_bank_account" }
}

impl Method {
    /// The bank debit that Stripe has for a currency.
    pub(crate) fn debit_in(currency: &str) -> Self {
        if currency == "usd" { Self::UsBankAccount } else { Self::SepaDebit }
    }
}

/// A Checkout Session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) status: SessionStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) order: Arc<Order>,
    /// Set when somebody first tries to pay.
    pub(crate) payment_intent: Option<String>,
    /// Given, or made because `customer_creation` asked for it.
    pub(crate) customer: Option<String>,
    /// Who filled the page in.
    pub(crate) payer_email: Option<String>,
}

/// What a session was made for; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    /// What the page says is bought.
    pub(crate) title: String,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) creates_customer: bool,
    pub(crate) locale: Option<String>,
    pub(crate) metadata: Metadata,
    /// `payment_intent_data[metadata]`
    pub(crate) intent_metadata: Metadata,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    /// `payment_intent_data[capture_method]=manual`
    pub(crate) captures_later: bool,
    pub(crate) expires_at_s: i64,
}

/// A PaymentIntent.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) order: Arc<Order>,
    pub(crate) session: String,
    pub(crate) status: IntentStatus,
    pub(crate) amount_received_minor: i64,
    pub(crate) latest_charge: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) payment_method: Option<String>,
    pub(crate) failure: Option<Failure>,
    pub(crate) canceled_at_s: Option<i64>,
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    CardDeclined,
    DebitReturned,
}

/// A Charge.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) order: Arc<Order>,
    pub(crate) status: ChargeStatus,
    pub(crate) payment_intent: String,
    pub(crate) method: Method,
    pub(crate) payment_method: String,
    pub(crate) customer: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) amount_captured_minor: i64,
    pub(crate) amount_refunded_minor: i64,
    pub(crate) captured: bool,
    pub(crate) disputed: bool,
    pub(crate) failure: Option<Failure>,
    /// Filled in a moment after success (`automatic_async` capture, the default since 2024-04-10).
    pub(crate) balance_transaction: Option<String>,
}

/// A Refund.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) status: RefundStatus,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) method: Method,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) balance_transaction: String,
    pub(crate) failure_balance_transaction: Option<String>,
}

/// A Dispute.
#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) status: DisputeStatus,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) method: Method,
    /// Money taken, and perhaps given back: (balance transaction, amount, time).
    pub(crate) movements: Vec<(String, i64, i64)>,
}

/// A Customer.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) metadata: Metadata,
}

macro_rules! rows {
    ($($name:ident($row:ident) { $($field:literal: $text:expr),+ $(,)? })+) => {
        $(impl Row for $name {
            fn id(&self) -> &str {
                &self.id
            }
            fn created_s(&self) -> i64 {
                self.created_s
            }
            fn text(&self, field: &str) -> Option<&str> {
                let $row = self;
                match field {
                    $($field => $text,)+
                    _ => None,
                }
            }
        })+
    };
}
rows! {
    Session(row) {
        "customer": row.customer.as_deref(),
        "payment_intent": row.payment_intent.as_deref(),
        "status": Some(row.status.as_str()),
    }
    Intent(row) { "customer": row.customer.as_deref() }
    Charge(row) {
        "customer": row.customer.as_deref(),
        "payment_intent": Some(&row.payment_intent),
    }
    Refund(row) {
        "charge": Some(&row.charge),
        "payment_intent": Some(&row.payment_intent),
    }
    Dispute(row) {
        "charge": Some(&row.charge),
        "payment_intent": Some(&row.payment_intent),
    }
    Customer(row) { "email": row.email.as_deref() }
}
