//! How a payment goes: the events Stripe would send for each plot, in the order a stage director would like, which is
//! not always Stripe's.

use super::cast::Part;
use super::shapes::Shapes;
use serde_json::{Value, json};

/// What happens to a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plot {
    PaysByCard,
    DeclinedThenPays,
    PaysByDebit,
    DebitFails,
    LetsItExpire,
    PaysThenPartRefund,
    PaysThenRefunded,
    DisputesAndWins,
    DisputesAndLoses,
    Silent,
}

/// One event on its way.
pub(super) struct Step {
    kind: &'static str,
    event_id: String,
    object: Value,
    /// For the person watching.
    pub(super) aside: &'static str,
    /// Stripe delivers at least once.
    pub(super) deliveries: usize,
    /// Until the next step, in the past; tonight everything is faster.
    pub(super) hours_later: i64,
}

impl Step {
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    /// The event as it happens at `at_s`.
    pub(super) fn event(&self, at_s: i64) -> Value {
        json!({
            "id": self.event_id,
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": at_s,
            "type": self.kind,
            "livemode": false,
            "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": null},
            "data": {"object": self.object},
        })
    }
}

/// The events of a part's plot.
pub(super) fn steps(part: &Part, journey_id: &str, started_s: i64) -> Vec<Step> {
    let s = Shapes::new(part, journey_id, started_s);
    let mut scene = Scene { number: part.number, steps: Vec::new() };
    match part.plot {
        Plot::Silent => {}
        Plot::PaysByCard => pay_by_card(&mut scene, &s),
        Plot::DeclinedThenPays => {
            scene.add("charge.failed", s.charge("failed", 0), "the card is declined", 1);
            scene.add("payment_intent.payment_failed", s.intent("requires_payment_method", true), "", 2);
            pay_by_card(&mut scene, &s);
        }
        Plot::PaysByDebit => {
            debit_starts(&mut scene, &s);
            scene.add(
                "payment_intent.succeeded",
                s.debit().intent("succeeded", false),
                "days later, it arrives",
                0,
            );
            scene.add(
                "checkout.session.async_payment_succeeded",
                s.debit().session("complete", "paid"),
                "",
                0,
            );
        }
        Plot::DebitFails => {
            debit_starts(&mut scene, &s);
            let failed = s.debit().session("complete", "unpaid");
            scene.add("checkout.session.async_payment_failed", failed, "the bank says no", 0);
            scene.add(
                "payment_intent.payment_failed",
                s.debit().intent("requires_payment_method", true),
                "",
                0,
            );
        }
        Plot::LetsItExpire => {
            scene.add("checkout.session.expired", s.session("expired", "unpaid"), "nobody paid in time", 0);
        }
        Plot::PaysThenPartRefund => {
            pay_by_card(&mut scene, &s);
            scene.add("refund.created", s.refund(s.amount_minor / 5, "succeeded"), "a fifth goes back", 0);
        }
        Plot::PaysThenRefunded => {
            pay_by_card(&mut scene, &s);
            scene.add("refund.created", s.refund(s.amount_minor, "pending"), "all of it goes back", 2);
            scene.add("charge.refunded", s.charge("succeeded", s.amount_minor), "", 0);
        }
        Plot::DisputesAndWins => {
            pay_by_card(&mut scene, &s);
            scene.add("charge.dispute.created", s.dispute("needs_response"), "the client’s bank objects", 96);
            scene.add("charge.dispute.closed", s.dispute("won"), "and loses", 0);
        }
        Plot::DisputesAndLoses => {
            pay_by_card(&mut scene, &s);
            scene.add("charge.dispute.created", s.dispute("needs_response"), "the client’s bank objects", 96);
            scene.add("charge.dispute.closed", s.dispute("lost"), "and wins", 0);
        }
    }
    scene.steps
}

/// As Stripe often does it: the charge before the intent's creation, the session twice.
fn pay_by_card(scene: &mut Scene, s: &Shapes) {
    scene.add("charge.succeeded", s.charge("succeeded", 0), "paid by card", 0);
    scene.add(
        "payment_intent.created",
        s.intent("requires_payment_method", false),
        "late: changes nothing",
        0,
    );
    scene.add("checkout.session.completed", s.session("complete", "paid"), "delivered twice", 0);
    scene.twice();
    scene.add("payment_intent.succeeded", s.intent("succeeded", false), "", 48);
}

fn debit_starts(scene: &mut Scene, s: &Shapes) {
    let session = s.debit().session("complete", "unpaid");
    scene.add("checkout.session.completed", session, "bank debit: on its way, not paid", 0);
    scene.add("payment_intent.processing", s.debit().intent("processing", false), "", 72);
}

struct Scene {
    number: usize,
    steps: Vec<Step>,
}

impl Scene {
    fn add(&mut self, kind: &'static str, object: Value, aside: &'static str, hours_later: i64) {
        let event_id = format!("evt_demo{:04}n{:02}", self.number, self.steps.len());
        self.steps.push(Step { kind, event_id, object, aside, deliveries: 1, hours_later });
    }

    fn twice(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            last.deliveries = 2;
        }
    }
}
