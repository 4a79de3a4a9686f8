//! What Stripe's events say about the true state, in the shape of each API generation.

use crate::model::{Charge, Payment};
use crate::sim::World;
use crate::steps::{Api, Kind};
use ledger::object::{
    self, DisputeStatus, IntentStatus, Invoice, Object, RefundStatus, SessionMode, SessionStatus, Tags,
    Warning,
};
use ledger::{Capture, Observation, Told, Version};
use std::collections::BTreeMap;

type Previous = BTreeMap<String, String>;

fn tags() -> Tags {
    Tags { journey_id: Some("jrn_1".to_owned()), ..Tags::default() }
}

fn charge_object(api: Api, payment: &Payment, charge: &Charge) -> Object {
    let amount_refunded = charge.amount_refunded();
    Object::Charge(object::Charge {
        status: charge.status,
        captured: charge.captured.is_some(),
        amount: Some(charge.amount),
        amount_captured: (api > Api::Charges2019).then_some(charge.captured.unwrap_or(0)),
        amount_refunded: Some(amount_refunded),
        refunded: amount_refunded == charge.amount,
        currency: Some(payment.currency),
        payment_intent: payment.intent_id.clone(),
        invoice: payment.invoice.clone().filter(|_| api < Api::Refunds2025),
        failure: charge.failure.clone(),
        method: Some(payment.method.to_owned()),
        created: Some(charge.created_s),
        tags: tags(),
    })
}

fn intent_object(api: Api, payment: &Payment) -> Object {
    let latest = payment.charges.last().map(|c| c.id.clone());
    let failed = payment.status == IntentStatus::RequiresPaymentMethod;
    Object::Intent(object::Intent {
        status: payment.status,
        amount: Some(payment.amount),
        amount_received: Some(payment.received),
        currency: Some(payment.currency),
        latest_charge: latest.filter(|_| api >= Api::Latest2022),
        invoice: payment.invoice.clone().filter(|_| api < Api::Refunds2025),
        last_payment_error: payment.error.clone().filter(|_| failed),
        partially_funded: payment.part_funded,
        method: Some(payment.method.to_owned()),
        created: Some(payment.created_s),
        tags: tags(),
    })
}

impl World {
    fn say(&mut self, told: &Told, id: &str, object: Object, previous: Previous, capture: Option<Capture>) {
        let version = Version { told: told.clone(), object, previous };
        self.told.push(Observation { id: id.to_owned(), version, livemode: true, capture, since_s: None });
    }

    /// `payment_intent.*`
    pub(crate) fn tell_intent(&mut self, p: usize) -> Told {
        let told = self.event();
        let payment = self.payments[p].clone();
        let Some(id) = &payment.intent_id else { return told };
        self.say(&told, id, intent_object(self.stripe.api, &payment), Previous::new(), None);
        if self.stripe.api < Api::Latest2022 {
            for c in 0..payment.charges.len() {
                self.say_charge(&told, p, c, Previous::new(), None);
            }
        }
        told
    }

    /// `charge.*`; `was`: `amount_refunded` before, where the event is about that.
    pub(crate) fn tell_charge(&mut self, p: usize, c: usize, was: Option<i64>) -> Told {
        let told = self.event();
        let previous = was.map(|minor| ("amount_refunded".to_owned(), minor.to_string()));
        self.say_charge(&told, p, c, previous.into_iter().collect(), None);
        told
    }

    /// `charge.captured`
    pub(crate) fn tell_capture(&mut self, p: usize, c: usize) -> Told {
        let told = self.event();
        let charge = &self.payments[p].charges[c];
        let released_minor = charge.released;
        let captured_minor = charge.amount - released_minor;
        let previous = Previous::from([("captured".to_owned(), "false".to_owned())]);
        self.say_charge(&told, p, c, previous, Some(Capture { captured_minor, released_minor }));
        told
    }

    fn say_charge(&mut self, told: &Told, p: usize, c: usize, previous: Previous, capture: Option<Capture>) {
        let payment = self.payments[p].clone();
        let charge = &payment.charges[c];
        self.say(told, &charge.id, charge_object(self.stripe.api, &payment, charge), previous, capture);
        if self.stripe.api < Api::Latest2022 {
            for r in 0..charge.refunds.len() {
                self.say_refund(told, p, c, r, Previous::new());
            }
        }
    }

    fn say_refund(&mut self, told: &Told, p: usize, c: usize, r: usize, previous: Previous) {
        let payment = &self.payments[p];
        let (charge, refund) = (&payment.charges[c], &payment.charges[c].refunds[r]);
        let id = refund.id.clone();
        let object = Object::Refund(object::Refund {
            status: refund.status,
            amount: Some(refund.amount),
            currency: Some(payment.currency),
            charge: Some(charge.id.clone()),
            payment_intent: payment.intent_id.clone().filter(|_| !self.stripe.by_charge_only),
            created: Some(refund.created_s),
        });
        self.say(told, &id, object, previous, None);
    }

    /// `refund.*` or `charge.refund.updated`, where this account has them.
    pub(crate) fn tell_refund(&mut self, p: usize, c: usize, r: usize, was: Option<RefundStatus>) {
        if self.tells_refunds() {
            let told = self.event();
            let previous = was.map(|status| ("status".to_owned(), format!("\"{status}\"")));
            self.say_refund(&told, p, c, r, previous.into_iter().collect());
        }
    }

    /// Refund objects are told of, embedded or by events of their own.
    pub(crate) fn tells_refunds(&self) -> bool {
        self.stripe.api != Api::Latest2022 || self.stripe.refund_events
    }

    /// `charge.dispute.*`
    pub(crate) fn tell_dispute(&mut self, p: usize, c: usize, d: usize, was: Option<DisputeStatus>) {
        let told = self.event();
        let payment = &self.payments[p];
        let dispute = &payment.charges[c].disputes[d];
        let id = dispute.id.clone();
        let object = Object::Dispute(object::Dispute {
            status: dispute.status,
            amount: Some(dispute.amount),
            currency: Some(payment.currency),
            charge: Some(payment.charges[c].id.clone()),
            payment_intent: payment.intent_id.clone().filter(|_| !self.stripe.by_charge_only),
            reason: Some("fraudulent".to_owned()),
            created: Some(dispute.created_s),
        });
        let previous = was.map(|status| ("status".to_owned(), format!("\"{status}\"")));
        self.say(&told, &id, object, previous.into_iter().collect(), None);
    }

    /// `radar.early_fraud_warning.created`
    pub(crate) fn tell_warning(&mut self, p: usize, c: usize) {
        let told = self.event();
        let payment = &self.payments[p];
        let object = Object::Warning(Warning {
            charge: Some(payment.charges[c].id.clone()),
            payment_intent: payment.intent_id.clone(),
            fraud_type: None,
        });
        let id = self.id("issfr");
        self.say(&told, &id, object, Previous::new(), None);
    }

    /// `invoice.*`, and `invoice_payment.paid` where only that tells what paid it.
    pub(crate) fn tell_invoice(&mut self, p: usize, paid: bool) {
        let payment = self.payments[p].clone();
        let Some(id) = &payment.invoice else { return };
        let linked = self.stripe.api < Api::Refunds2025;
        let invoice = |linked: bool| {
            Object::Invoice(Invoice {
                paid,
                amount_paid: Some(payment.received),
                currency: Some(payment.currency),
                payment_intent: payment.intent_id.clone().filter(|_| linked),
                charge: payment.charges.last().map(|c| c.id.clone()).filter(|_| linked),
                subscription: Some("sub_1".to_owned()),
                link_only: false,
                tags: tags(),
            })
        };
        let told = self.event();
        self.say(&told, id, invoice(linked), Previous::new(), None);
        if paid && !linked {
            let told = self.event();
            self.say(&told, id, invoice(true), Previous::new(), None);
        }
    }

    /// `checkout.session.*`
    pub(crate) fn tell_session(&mut self, s: usize) -> Told {
        let told = self.event();
        let session = &self.sessions[s];
        let payment = session.payment.map(|p| &self.payments[p]);
        let subscription = session.kind == Kind::Subscription;
        let complete = !matches!(session.status, SessionStatus::Open | SessionStatus::Expired);
        let amount = if session.kind == Kind::NothingToPay { 0 } else { crate::sim::PRICE_MINOR };
        let object = Object::Session(object::Session {
            status: session.status,
            mode: if subscription { SessionMode::Subscription } else { SessionMode::Payment },
            amount_total: Some(amount),
            currency: Some(session.currency),
            client_reference_id: Some("jrn_1".to_owned()),
            payment_intent: payment.and_then(|p| p.intent_id.clone()).filter(|_| !subscription),
            invoice: payment.and_then(|p| p.invoice.clone()).filter(|_| complete),
            method: payment.map(|p| p.method.to_owned()),
            created: Some(session.opened_s),
            tags: tags(),
        });
        let id = session.id.clone();
        self.say(&told, &id, object, Previous::new(), None);
        told
    }
}
