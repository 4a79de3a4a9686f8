//! Attempts to pay: intents and their charges. <https://docs.stripe.com/payments/paymentintents/lifecycle>
//!
//! The order of events is the one that Stripe makes them in; deliveries may arrive in another.

use super::Account;
use super::due::Work;
use crate::model::{
    Charge, ChargeStatus, Failure, Intent, IntentStatus, Method, PaymentStatus, Session, SessionStatus,
};
use crate::refused::Refused;
use std::sync::Arc;

/// A slow debit is settled after this long.
pub(crate) const DEBIT_TAKES_S: i64 = 60;
/// Between a charge's success and its balance transaction (`automatic_async`).
const BOOKING_TAKES_S: i64 = 2;
/// A card's authorisation that nobody captures.
const AUTHORISATION_LASTS_S: i64 = 7 * 24 * 3600;

impl Account {
    pub(super) fn pay_by_card(&mut self, session: &str) {
        let Some(intent) = self.begin(session) else { return };
        let later = intent.order.captures_later;
        let amount_minor = intent.order.amount_minor;
        let charge = Charge {
            captured: !later,
            amount_captured_minor: if later { 0 } else { amount_minor },
            ..self.new_charge(&intent, session, Method::Card, ChargeStatus::Succeeded)
        };
        let charge = self.insert_and_tell("charge.succeeded", charge);
        if later {
            self.attempted(&intent.id, &charge, "payment_intent.amount_capturable_updated", |i| {
                i.status = IntentStatus::RequiresCapture;
            });
            self.close(session, PaymentStatus::Unpaid);
            self.later(AUTHORISATION_LASTS_S, Work::LapseAuthorisation(intent.id.clone()));
        } else {
            self.attempted(&intent.id, &charge, "payment_intent.succeeded", |i| {
                i.status = IntentStatus::Succeeded;
                i.amount_received_minor = amount_minor;
            });
            self.close(session, PaymentStatus::Paid);
            self.later(BOOKING_TAKES_S, Work::Book(charge.id.clone()));
        }
    }

    pub(super) fn decline(&mut self, session: &str) {
        let Some(intent) = self.begin(session) else { return };
        let charge = Charge {
            failure: Some(Failure::CardDeclined),
            ..self.new_charge(&intent, session, Method::Card, ChargeStatus::Failed)
        };
        let charge = self.insert_and_tell("charge.failed", charge);
        self.attempted(&intent.id, &charge, "payment_intent.payment_failed", |i| {
            i.payment_method = None;
            i.failure = Some(Failure::CardDeclined);
        });
    }

    pub(super) fn pay_by_debit(&mut self, session: &str, succeeds: bool) {
        let Some(intent) = self.begin(session) else { return };
        let method = Method::debit_in(&intent.order.currency);
        let charge = Charge {
            captured: true,
            amount_captured_minor: intent.order.amount_minor,
            ..self.new_charge(&intent, session, method, ChargeStatus::Pending)
        };
        let charge = self.insert_and_tell("charge.pending", charge);
        self.attempted(&intent.id, &charge, "payment_intent.processing", |i| {
            i.status = IntentStatus::Processing;
        });
        self.close(session, PaymentStatus::Unpaid);
        self.later(DEBIT_TAKES_S, Work::SettleDebit { intent: intent.id.clone(), succeeds });
    }

    pub(super) fn settle_debit(&mut self, intent: &str, succeeds: bool) {
        let Some(found) = self.tables.intents.get(intent).map(Arc::clone) else { return };
        let (Some(charge), session) = (found.latest_charge.clone(), found.session.clone()) else { return };
        if succeeds {
            let succeeded = |c: &mut Charge| c.status = ChargeStatus::Succeeded;
            self.change_and_tell(&charge, "charge.succeeded", succeeded);
            self.change_and_tell(intent, "payment_intent.succeeded", |i: &mut Intent| {
                i.status = IntentStatus::Succeeded;
                i.amount_received_minor = i.order.amount_minor;
            });
            self.change_and_tell(&session, "checkout.session.async_payment_succeeded", |s: &mut Session| {
                s.payment_status = PaymentStatus::Paid;
            });
            self.later(BOOKING_TAKES_S, Work::Book(charge));
            return;
        }
        self.change_and_tell(&charge, "charge.failed", |c: &mut Charge| {
            c.status = ChargeStatus::Failed;
            c.failure = Some(Failure::DebitReturned);
        });
        self.change_and_tell(intent, "payment_intent.payment_failed", |i: &mut Intent| {
            i.status = IntentStatus::RequiresPaymentMethod;
            i.payment_method = None;
            i.failure = Some(Failure::DebitReturned);
        });
        self.change_and_tell(&session, "checkout.session.async_payment_failed", |_: &mut Session| {});
    }

    pub(super) fn book(&mut self, charge: &str) {
        let transaction = self.ids.make("txn_3", 23);
        self.change_and_tell(charge, "charge.updated", |c: &mut Charge| {
            c.balance_transaction = Some(transaction);
        });
    }

    /// Takes authorised money, all of it unless told otherwise.
    pub fn capture(&mut self, intent: &str, amount_minor: Option<i64>) -> Result<(), Refused> {
        let found = self.intent(intent)?;
        let charge = found.latest_charge.clone();
        let (IntentStatus::RequiresCapture, Some(charge)) = (found.status, charge) else {
            return Err(unexpected_state(&found, "captured"));
        };
        let all_minor = found.order.amount_minor;
        let amount_minor = amount_minor.unwrap_or(all_minor);
        if !(1..=all_minor).contains(&amount_minor) {
            let message = format!("The amount to capture must be between 1 and {all_minor}.");
            return Err(Refused::param("amount_to_capture", Some("amount_too_large"), message));
        }
        // What is not captured is released, which Stripe shows as refunded.
        self.change_and_tell(&charge, "charge.captured", |c: &mut Charge| {
            c.captured = true;
            c.amount_captured_minor = amount_minor;
            c.amount_refunded_minor = all_minor - amount_minor;
        });
        self.change_and_tell(intent, "payment_intent.succeeded", |i: &mut Intent| {
            i.status = IntentStatus::Succeeded;
            i.amount_received_minor = amount_minor;
        });
        self.change(&found.session, |s: &mut Session| s.payment_status = PaymentStatus::Paid);
        self.later(BOOKING_TAKES_S, Work::Book(charge));
        Ok(())
    }

    /// Lets authorised money go.
    pub fn cancel(&mut self, intent: &str) -> Result<(), Refused> {
        let found = self.intent(intent)?;
        if found.status == IntentStatus::RequiresCapture {
            self.let_go(intent, "charge.refunded");
            return Ok(());
        }
        let session = self.session(&found.session)?;
        if session.status == SessionStatus::Open {
            let message = "You cannot cancel PaymentIntents created by a Checkout Session. Instead, you can \
                           expire the Checkout Session that created this PaymentIntent.";
            return Err(Refused::plain(400, message));
        }
        Err(unexpected_state(&found, "canceled"))
    }

    pub(super) fn let_go(&mut self, intent: &str, kind: &'static str) {
        let charge = self.tables.intents.get(intent).and_then(|i| i.latest_charge.clone());
        if let Some(charge) = charge {
            self.change_and_tell(&charge, kind, |c: &mut Charge| {
                c.amount_refunded_minor = c.order.amount_minor;
            });
        }
        self.cancel_abandoned(intent);
    }

    pub(super) fn cancel_abandoned(&mut self, intent: &str) {
        let now_s = self.now_s();
        self.change_and_tell(intent, "payment_intent.canceled", |i: &mut Intent| {
            i.status = IntentStatus::Canceled;
            i.canceled_at_s = Some(now_s);
        });
    }

    /// The session's intent; made at the first attempt, as Stripe does since 2022-08-01.
    fn begin(&mut self, session: &str) -> Option<Arc<Intent>> {
        let found = self.tables.sessions.get(session).map(Arc::clone)?;
        if let Some(intent) = &found.payment_intent {
            return self.tables.intents.get(intent).map(Arc::clone);
        }
        let intent = Intent {
            id: self.ids.make("pi_3", 23),
            created_s: self.now_s(),
            order: Arc::clone(&found.order),
            session: session.to_owned(),
            status: IntentStatus::RequiresPaymentMethod,
            amount_received_minor: 0,
            latest_charge: None,
            customer: found.customer.clone(),
            payment_method: None,
            failure: None,
            canceled_at_s: None,
        };
        let intent = self.insert_and_tell("payment_intent.created", intent);
        self.change(session, |s: &mut Session| s.payment_intent = Some(intent.id.clone()));
        Some(intent)
    }

    fn new_charge(&mut self, intent: &Intent, session: &str, method: Method, status: ChargeStatus) -> Charge {
        let email = self.tables.sessions.get(session).and_then(|s| s.payer_email.clone());
        Charge {
            // Charges that are not a card's are called payments.
            id: self.ids.make(if method == Method::Card { "ch_3" } else { "py_3" }, 23),
            created_s: self.now_s(),
            order: Arc::clone(&intent.order),
            status,
            payment_intent: intent.id.clone(),
            method,
            payment_method: self.ids.make("pm_1", 23),
            customer: intent.customer.clone(),
            email,
            amount_captured_minor: 0,
            amount_refunded_minor: 0,
            captured: false,
            disputed: false,
            failure: None,
            balance_transaction: None,
        }
    }

    fn attempted(
        &mut self,
        intent: &str,
        charge: &Charge,
        kind: &'static str,
        and: impl FnOnce(&mut Intent),
    ) {
        self.change_and_tell(intent, kind, |i: &mut Intent| {
            i.latest_charge = Some(charge.id.clone());
            i.payment_method = Some(charge.payment_method.clone());
            i.failure = None;
            and(i);
        });
    }

    pub(crate) fn intent(&self, id: &str) -> Result<Arc<Intent>, Refused> {
        let found = self.tables.intents.get(id).map(Arc::clone);
        found.ok_or_else(|| Refused::missing("payment_intent", id, "intent"))
    }
}

fn unexpected_state(intent: &Intent, what: &str) -> Refused {
    let message = format!(
        "This PaymentIntent could not be {what} because it has a status of {}.",
        intent.status.as_str()
    );
    Refused::state("payment_intent_unexpected_state", message)
}
