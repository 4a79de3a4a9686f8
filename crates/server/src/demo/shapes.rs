//! Stripe objects of one payment, with the fields whypaid reads, as the API version of late 2026 writes them.

use super::cast::Part;
use serde_json::{Value, json};

/// The objects of one part's payment.
#[derive(Clone)]
pub(super) struct Shapes {
    number: usize,
    pub(super) amount_minor: i64,
    currency: &'static str,
    method: &'static str,
    journey_id: String,
    created_s: i64,
}

impl Shapes {
    pub(super) fn new(part: &Part, journey_id: &str, created_s: i64) -> Self {
        Self {
            number: part.number,
            amount_minor: part.amount_minor(),
            currency: part.currency(),
            method: "card",
            journey_id: journey_id.to_owned(),
            created_s,
        }
    }

    /// The same payment by bank debit.
    pub(super) fn debit(&self) -> Self {
        Self { method: "sepa_debit", ..self.clone() }
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_demo{:04}", self.number)
    }

    fn metadata(&self) -> Value {
        json!({"journeyId": self.journey_id})
    }

    pub(super) fn session(&self, status: &str, payment_status: &str) -> Value {
        json!({
            "id": self.id("cs_test"), "object": "checkout.session", "mode": "payment", "status": status,
            "payment_status": payment_status, "amount_total": self.amount_minor, "currency": self.currency,
            "client_reference_id": self.journey_id, "metadata": self.metadata(), "livemode": false,
            "customer": self.id("cus"), "created": self.created_s,
            "payment_intent": if status == "expired" { Value::Null } else { self.id("pi").into() },
            "payment_method_types": [self.method],
        })
    }

    pub(super) fn intent(&self, status: &str, failed: bool) -> Value {
        let error =
            json!({"type": "card_error", "code": "card_declined", "message": "Your card was declined."});
        json!({
            "id": self.id("pi"), "object": "payment_intent", "status": status, "amount": self.amount_minor,
            "amount_received": if status == "succeeded" { self.amount_minor } else { 0 },
            "currency": self.currency, "customer": self.id("cus"), "metadata": self.metadata(), "livemode": false,
            "latest_charge": if status == "succeeded" { self.id("ch").into() } else { Value::Null },
            "last_payment_error": if failed { error } else { Value::Null },
            "payment_method_types": [self.method], "created": self.created_s,
        })
    }

    pub(super) fn charge(&self, status: &str, refunded_minor: i64) -> Value {
        let failed = status == "failed";
        json!({
            "id": self.id(if failed { "ch_declined" } else { "ch" }), "object": "charge", "status": status,
            "paid": !failed, "captured": !failed, "amount": self.amount_minor,
            "amount_captured": if failed { 0 } else { self.amount_minor }, "amount_refunded": refunded_minor,
            "refunded": refunded_minor == self.amount_minor, "currency": self.currency,
            "payment_intent": self.id("pi"), "customer": self.id("cus"), "metadata": self.metadata(),
            "failure_message": if failed { "Your card was declined.".into() } else { Value::Null },
            "payment_method_details": {"type": self.method}, "livemode": false,
        })
    }

    pub(super) fn refund(&self, amount_minor: i64, status: &str) -> Value {
        json!({
            "id": self.id("re"), "object": "refund", "amount": amount_minor, "status": status,
            "currency": self.currency, "charge": self.id("ch"), "payment_intent": self.id("pi"),
        })
    }

    pub(super) fn dispute(&self, status: &str) -> Value {
        json!({
            "id": self.id("dp"), "object": "dispute", "amount": self.amount_minor, "status": status,
            "currency": self.currency, "charge": self.id("ch"), "payment_intent": self.id("pi"),
            "reason": "fraudulent", "livemode": false,
        })
    }
}
