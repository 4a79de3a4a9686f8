//! Events and objects as Stripe sends them, reduced to the fields that say something. Amounts are minor units, times
//! Unix seconds.

use crate::util::app::NOW_S;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// In which the objects below are written.
pub(crate) const API_VERSION: &str = "2026-10-28.endive";

/// An event's JSON.
pub(crate) fn event(kind: &str, at_s: i64, object: Value) -> Value {
    static COUNTER: AtomicU32 = AtomicU32::new(1);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut event = json!({
        "id": format!("evt_1Sx{number:06}"), "object": "event", "api_version": API_VERSION, "created": at_s,
        "livemode": object["livemode"].as_bool().unwrap_or(false), "pending_webhooks": 1, "type": kind,
        "request": {"id": null, "idempotency_key": null}, "data": {}
    });
    event["data"]["object"] = object;
    event
}

/// One payment through one Checkout Session, and the objects that Stripe makes for it.
#[derive(Clone, Debug)]
pub(crate) struct Pay {
    /// Part of all its ids.
    pub(crate) name: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) method: String,
    pub(crate) livemode: bool,
    /// Of session, intent and charge.
    pub(crate) metadata: Map<String, Value>,
    pub(crate) reference: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) email: Option<String>,
    /// When its objects were made.
    pub(crate) at_s: i64,
}

impl Pay {
    /// $500.00 by card, matched to nothing.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            amount: 50_000,
            currency: "usd".to_owned(),
            method: "card".to_owned(),
            livemode: false,
            metadata: Map::new(),
            reference: None,
            customer: None,
            email: None,
            at_s: NOW_S,
        }
    }

    /// Likewise, with a journey's id in the metadata.
    pub(crate) fn of(name: &str, journey_id: &str) -> Self {
        Self::new(name).tag("journeyId", journey_id)
    }

    pub(crate) fn tag(mut self, key: &str, value: &str) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn intent_id(&self) -> String {
        format!("pi_{}", self.name)
    }

    pub(crate) fn session_id(&self) -> String {
        format!("cs_test_{}", self.name)
    }

    pub(crate) fn charge_id(&self) -> String {
        format!("ch_{}", self.name)
    }

    pub(crate) fn session(&self, status: &str, payment_status: &str) -> Value {
        let intent = if status == "complete" { Value::from(self.intent_id()) } else { Value::Null };
        json!({
            "id": self.session_id(), "object": "checkout.session", "mode": "payment", "status": status,
            "payment_status": payment_status, "amount_total": self.amount, "currency": self.currency,
            "payment_intent": intent, "metadata": self.metadata, "client_reference_id": self.reference,
            "customer": self.customer, "customer_details": {"email": self.email, "name": null},
            "created": self.at_s, "expires_at": self.at_s + 86_400, "livemode": self.livemode,
            "payment_method_types": [self.method]
        })
    }

    pub(crate) fn intent(&self, status: &str) -> Value {
        let received = if status == "succeeded" { self.amount } else { 0 };
        let capturable = if status == "requires_capture" { self.amount } else { 0 };
        let charged = ["succeeded", "requires_capture", "processing"].contains(&status);
        let charge = if charged { Value::from(self.charge_id()) } else { Value::Null };
        json!({
            "id": self.intent_id(), "object": "payment_intent", "status": status, "amount": self.amount,
            "amount_received": received, "amount_capturable": capturable, "currency": self.currency,
            "latest_charge": charge, "metadata": self.metadata, "customer": self.customer,
            "payment_method_types": [self.method], "created": self.at_s, "livemode": self.livemode,
            "last_payment_error": null
        })
    }

    /// An intent after a declined attempt.
    pub(crate) fn declined(&self) -> Value {
        let mut intent = self.intent("requires_payment_method");
        intent["last_payment_error"] = json!({"code": "card_declined", "message": "Your card was declined."});
        intent
    }

    pub(crate) fn charge(&self, status: &str) -> Value {
        let paid = status == "succeeded";
        json!({
            "id": self.charge_id(), "object": "charge", "status": status, "amount": self.amount,
            "amount_captured": if paid { self.amount } else { 0 }, "amount_refunded": 0, "captured": paid,
            "paid": paid, "refunded": false, "disputed": false, "currency": self.currency,
            "payment_intent": self.intent_id(), "metadata": self.metadata, "customer": self.customer,
            "billing_details": {"email": self.email, "name": null},
            "payment_method_details": {"type": self.method}, "created": self.at_s, "livemode": self.livemode
        })
    }

    /// The charge after refunds of `refunded_minor` in all.
    pub(crate) fn refunded(&self, refunded_minor: i64) -> Value {
        let mut charge = self.charge("succeeded");
        charge["amount_refunded"] = refunded_minor.into();
        charge["refunded"] = (refunded_minor == self.amount).into();
        charge
    }

    pub(crate) fn refund(&self, id: &str, amount: i64, status: &str) -> Value {
        json!({
            "id": format!("re_{}_{id}", self.name), "object": "refund", "amount": amount, "status": status,
            "charge": self.charge_id(), "payment_intent": self.intent_id(), "currency": self.currency,
            "created": self.at_s, "metadata": {}, "livemode": self.livemode
        })
    }

    pub(crate) fn dispute(&self, amount: i64, status: &str) -> Value {
        json!({
            "id": format!("dp_{}", self.name), "object": "dispute", "amount": amount, "status": status,
            "charge": self.charge_id(), "payment_intent": self.intent_id(), "currency": self.currency,
            "created": self.at_s, "reason": "fraudulent", "metadata": {}, "livemode": self.livemode
        })
    }

    pub(crate) fn warning(&self) -> Value {
        json!({
            "id": format!("issfr_{}", self.name), "object": "radar.early_fraud_warning", "actionable": true,
            "charge": self.charge_id(), "payment_intent": self.intent_id(), "fraud_type": "misc",
            "created": self.at_s, "livemode": self.livemode
        })
    }

    /// An event `after_s` seconds after the payment began.
    pub(crate) fn event(&self, kind: &str, after_s: i64, object: Value) -> Value {
        event(kind, self.at_s + after_s, object)
    }

    /// A card payment that succeeded, as Stripe tells it: intent, charge, session.
    pub(crate) fn success(&self) -> Vec<Value> {
        vec![
            self.event("payment_intent.created", 0, self.intent("requires_payment_method")),
            self.event("charge.succeeded", 1, self.charge("succeeded")),
            self.event("payment_intent.succeeded", 1, self.intent("succeeded")),
            self.event("checkout.session.completed", 2, self.session("complete", "paid")),
        ]
    }
}
