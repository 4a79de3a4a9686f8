//! Checkout Sessions: made by the API, ended by a person on the hosted page, or by time.
//! <https://docs.stripe.com/api/checkout/sessions/object>

use super::Account;
use super::due::Work;
use crate::model::{Customer, Metadata, Order, PaymentStatus, Session, SessionStatus};
use crate::refused::Refused;
use std::sync::Arc;

/// A session lives this long unless asked otherwise, and at most.
pub(crate) const LIFE_S_MAX: i64 = 24 * 3600;
/// The shortest that may be asked for.
pub(crate) const LIFE_S_MIN: i64 = 30 * 60;
/// Fills the page in when nobody else does.
const EMAIL_DEFAULT: &str = "client@example.com";

/// How somebody deals with the hosted page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By card, at once.
    Paid,
    /// The card is declined; the session stays open.
    Declined,
    /// The first card is declined, the second is not.
    DeclinedThenPaid,
    /// By bank debit, which arrives after a minute of the account's clock.
    DebitPaid,
    /// By bank debit, which comes back after a minute of the account's clock.
    DebitFailed,
    /// Leaves; the session stays open until it expires.
    Abandoned,
}

/// What `POST /v1/checkout/sessions` asks for.
pub(crate) struct NewSession {
    pub(crate) order: Order,
    pub(crate) customer: Option<String>,
}

impl Account {
    pub(crate) fn create_session(&mut self, new: NewSession) -> Arc<Session> {
        let id = self.ids.make(if self.shown.livemode { "cs_live_a1" } else { "cs_test_a1" }, 56);
        self.later(new.order.expires_at_s - self.now_s(), Work::ExpireSession(id.clone()));
        self.insert(Session {
            id,
            created_s: self.now_s(),
            status: SessionStatus::Open,
            payment_status: if new.order.amount_minor == 0 {
                PaymentStatus::NothingToPay
            } else {
                PaymentStatus::Unpaid
            },
            order: Arc::new(new.order),
            payment_intent: None,
            customer: new.customer,
            payer_email: None,
        })
    }

    /// Notes the address that somebody typed on the page.
    pub fn fill_in(&mut self, session: &str, email: &str) -> Result<(), Refused> {
        self.open_session(session)?;
        self.change(session, |s: &mut Session| s.payer_email = Some(email.to_owned()));
        Ok(())
    }

    /// Deals with an open session.
    pub fn complete(&mut self, session: &str, outcome: Outcome) -> Result<(), Refused> {
        let open = self.open_session(session)?;
        if outcome == Outcome::Abandoned {
            return Ok(());
        }
        self.introduce(&open);
        if open.order.amount_minor == 0 {
            self.close(session, PaymentStatus::NothingToPay);
            return Ok(());
        }
        match outcome {
            Outcome::Paid => self.pay_by_card(session),
            Outcome::Declined => self.decline(session),
            Outcome::DeclinedThenPaid => {
                self.decline(session);
                self.pay_by_card(session);
            }
            Outcome::DebitPaid => self.pay_by_debit(session, true),
            Outcome::DebitFailed => self.pay_by_debit(session, false),
            Outcome::Abandoned => {}
        }
        Ok(())
    }

    /// `POST /v1/checkout/sessions/{id}/expire`, or the button for it.
    pub fn expire(&mut self, session: &str) -> Result<(), Refused> {
        let known = self.session(session)?;
        if known.status != SessionStatus::Open {
            let message = format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `{}`.",
                known.status.as_str()
            );
            return Err(Refused::plain(400, message));
        }
        self.end_session(session);
        Ok(())
    }

    /// Time, or the seller, ends a session. An intent that somebody began goes with it.
    pub(super) fn end_session(&mut self, session: &str) {
        let told = self.change_and_tell(session, "checkout.session.expired", |s: &mut Session| {
            s.status = SessionStatus::Expired;
        });
        if let Some(intent) = told.and_then(|session| session.payment_intent.clone()) {
            self.cancel_abandoned(&intent);
        }
    }

    /// The session is done with, paid or not.
    pub(super) fn close(&mut self, session: &str, payment_status: PaymentStatus) {
        self.change_and_tell(session, "checkout.session.completed", |s: &mut Session| {
            s.status = SessionStatus::Complete;
            s.payment_status = payment_status;
        });
    }

    pub(crate) fn session(&self, id: &str) -> Result<Arc<Session>, Refused> {
        let found = self.tables.sessions.get(id).map(Arc::clone);
        found.ok_or_else(|| Refused::missing("checkout.session", id, "session"))
    }

    fn open_session(&self, id: &str) -> Result<Arc<Session>, Refused> {
        let session = self.session(id)?;
        if session.status == SessionStatus::Open {
            return Ok(session);
        }
        Err(Refused::plain(400, format!("This Checkout Session is {}.", session.status.as_str())))
    }

    /// Who pays: their address, and a customer when one was asked for.
    fn introduce(&mut self, session: &Session) {
        let order = &session.order;
        let email = session.payer_email.clone().or_else(|| order.customer_email.clone());
        let email = email.unwrap_or_else(|| EMAIL_DEFAULT.to_owned());
        let customer = session.customer.clone().or_else(|| {
            let new = || self.make_customer(Some(email.clone()), Metadata::default());
            order.creates_customer.then(new).map(|made: Arc<Customer>| made.id.clone())
        });
        self.change(&session.id, |s: &mut Session| {
            s.payer_email = Some(email);
            s.customer = customer;
        });
    }
}
