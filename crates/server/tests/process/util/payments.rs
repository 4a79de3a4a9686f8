//! Payments of every kind as Stripe tells them: the events of one payment in the order in which things happened.

use super::http::PRICE_MINOR;
use super::seed::Rng;
use serde_json::{Value, json};

/// Makes a body about as long as Stripe's.
const FILLER_CHARS: usize = 1_800;

/// One payment of a journey.
pub(crate) struct Payment<'a> {
    pub(crate) number: usize,
    pub(crate) journey_id: &'a str,
    /// Unix seconds of its beginning.
    pub(crate) at_s: i64,
}

/// Kind, seconds after the beginning, object.
pub(crate) type Told = (&'static str, i64, Value);

impl Payment<'_> {
    /// What happens to it.
    pub(crate) fn story(&self, rng: &mut Rng) -> Vec<Told> {
        match rng.below(8) {
            0 => self.paid(),
            1 => self.declined_first(),
            2 => self.by_debit("succeeded"),
            3 => self.by_debit("requires_payment_method"),
            4 => vec![("checkout.session.expired", 0, self.session("expired", "unpaid"))],
            5 => self.refunded(1 + i64::try_from(rng.below(3)).unwrap()),
            6 => self.refund_fails(),
            _ => self.disputed(["won", "lost", "needs_response"][rng.below(3)]),
        }
    }

    fn paid(&self) -> Vec<Told> {
        vec![
            ("payment_intent.created", 0, self.intent("requires_payment_method")),
            ("charge.succeeded", 1, self.charge("succeeded", 0)),
            ("payment_intent.succeeded", 1, self.intent("succeeded")),
            ("checkout.session.completed", 2, self.session("complete", "paid")),
        ]
    }

    fn declined_first(&self) -> Vec<Told> {
        let mut told = vec![
            ("charge.failed", 0, self.charge("failed", 0)),
            ("payment_intent.payment_failed", 0, self.intent("requires_payment_method")),
        ];
        told.extend(self.paid().into_iter().map(|(kind, after_s, object)| (kind, after_s + 60, object)));
        told
    }

    fn by_debit(&self, end: &'static str) -> Vec<Told> {
        let (arrived, paid) = match end {
            "succeeded" => ("payment_intent.succeeded", "checkout.session.async_payment_succeeded"),
            _ => ("payment_intent.payment_failed", "checkout.session.async_payment_failed"),
        };
        let status = if end == "succeeded" { "paid" } else { "unpaid" };
        vec![
            ("checkout.session.completed", 0, self.session("complete", "unpaid")),
            ("payment_intent.processing", 0, self.intent("processing")),
            (arrived, 90_000, self.intent(end)),
            (paid, 90_000, self.session("complete", status)),
        ]
    }

    /// In so many equal parts; three are all of it.
    fn refunded(&self, parts: i64) -> Vec<Told> {
        let mut told = self.paid();
        let part = PRICE_MINOR / 3;
        for number in 1..=parts {
            let amount = if number == 3 { PRICE_MINOR - 2 * part } else { part };
            let sum = if number == 3 { PRICE_MINOR } else { number * part };
            told.push(("refund.created", number * 100, self.refund(number, amount, "succeeded")));
            told.push(("charge.refunded", number * 100, self.charge("succeeded", sum)));
        }
        told
    }

    fn refund_fails(&self) -> Vec<Told> {
        let mut told = self.paid();
        told.push(("refund.created", 100, self.refund(1, PRICE_MINOR, "pending")));
        told.push(("charge.refunded", 100, self.charge("succeeded", PRICE_MINOR)));
        told.push(("refund.failed", 90_000, self.refund(1, PRICE_MINOR, "failed")));
        told
    }

    fn disputed(&self, end: &'static str) -> Vec<Told> {
        let mut told = self.paid();
        told.push(("charge.dispute.created", 100, self.dispute("needs_response")));
        if end != "needs_response" {
            told.push(("charge.dispute.closed", 90_000, self.dispute(end)));
        }
        told
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_process{:06}", self.number)
    }

    fn object(&self, id: &str, kind: &str, own: Value) -> Value {
        let mut object = json!({
            "id": id, "object": kind, "currency": "usd", "created": self.at_s, "livemode": false,
            "metadata": {"journeyId": self.journey_id}, "description": "x".repeat(FILLER_CHARS)
        });
        let Value::Object(own) = own else { panic!("an object") };
        object.as_object_mut().unwrap().extend(own);
        object
    }

    fn session(&self, status: &str, payment_status: &str) -> Value {
        let intent = if status == "complete" { Value::from(self.id("pi")) } else { Value::Null };
        let own = json!({
            "mode": "payment", "status": status, "payment_status": payment_status, "amount_total": PRICE_MINOR,
            "payment_intent": intent, "client_reference_id": self.journey_id, "payment_method_types": ["card"]
        });
        self.object(&self.id("cs_test"), "checkout.session", own)
    }

    fn intent(&self, status: &str) -> Value {
        let received = if status == "succeeded" { PRICE_MINOR } else { 0 };
        let charge = if status == "succeeded" { Value::from(self.id("ch")) } else { Value::Null };
        let own = json!({
            "status": status, "amount": PRICE_MINOR, "amount_received": received, "latest_charge": charge,
            "payment_method_types": ["card"]
        });
        self.object(&self.id("pi"), "payment_intent", own)
    }

    fn charge(&self, status: &str, refunded_minor: i64) -> Value {
        let paid = status == "succeeded";
        let own = json!({
            "status": status, "amount": PRICE_MINOR, "paid": paid, "captured": paid,
            "amount_captured": if paid { PRICE_MINOR } else { 0 }, "amount_refunded": refunded_minor,
            "refunded": refunded_minor == PRICE_MINOR, "payment_intent": self.id("pi"),
            "payment_method_details": {"type": "card"}
        });
        self.object(&self.id(if paid { "ch" } else { "ch_declined" }), "charge", own)
    }

    fn refund(&self, number: i64, amount: i64, status: &str) -> Value {
        let own = json!({
            "amount": amount, "status": status, "charge": self.id("ch"), "payment_intent": self.id("pi")
        });
        self.object(&format!("{}n{number}", self.id("re")), "refund", own)
    }

    fn dispute(&self, status: &str) -> Value {
        let own = json!({
            "amount": PRICE_MINOR, "status": status, "charge": self.id("ch"), "payment_intent": self.id("pi"),
            "reason": "fraudulent"
        });
        self.object(&self.id("dp"), "dispute", own)
    }
}
