//! The account as its page shows it: a line for each session, newest first.

use super::Account;
use crate::model::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Failure, Intent, IntentStatus, PaymentStatus, Session,
    SessionStatus,
};
use std::sync::Arc;

/// One payment, or what may become one.
pub(crate) struct Line<'a> {
    pub(crate) session: &'a Session,
    /// The newest attempt.
    pub(crate) charge: Option<&'a Charge>,
    pub(crate) state: State,
}

/// Where a payment stands, most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Declined,
    Expired,
    OnItsWay,
    CameBack,
    NothingToPay,
    Authorised,
    Released,
    Paid,
    PartlyRefunded,
    Refunded,
    Inquiry,
    Disputed,
    Lost,
}

impl Account {
    /// At most `limit` lines after a session, or from the newest.
    pub(crate) fn overview(&self, after: Option<&str>, limit: usize) -> Vec<Line<'_>> {
        let sessions = self.tables.sessions.rows();
        let end = after.and_then(|id| self.tables.sessions.position(id)).unwrap_or(sessions.len());
        sessions[..end].iter().rev().take(limit).map(|session| self.line(session)).collect()
    }

    /// What the page to pay on says of the last attempt.
    pub(crate) fn last_failure(&self, session: &Session) -> Option<Failure> {
        self.intent_of(session).and_then(|intent| intent.failure)
    }

    fn intent_of(&self, session: &Session) -> Option<&Arc<Intent>> {
        self.tables.intents.get(session.payment_intent.as_deref()?)
    }

    fn line<'a>(&'a self, session: &'a Session) -> Line<'a> {
        let intent = self.intent_of(session).map(Arc::as_ref);
        let charge = intent.and_then(|intent| self.tables.charges.get(intent.latest_charge.as_deref()?));
        let dispute = charge.and_then(|charge| self.disputes_of(&charge.id).last());
        let charge = charge.map(Arc::as_ref);
        Line { session, charge, state: state(session, intent, charge, dispute.map(Arc::as_ref)) }
    }
}

fn state(
    session: &Session,
    intent: Option<&Intent>,
    charge: Option<&Charge>,
    dispute: Option<&Dispute>,
) -> State {
    use DisputeStatus::{Lost, NeedsResponse, UnderReview, WarningNeedsResponse};
    match (session.status, intent.map(|intent| intent.status)) {
        (SessionStatus::Open, Some(_)) => return State::Declined,
        (SessionStatus::Open, None) => return State::Open,
        (SessionStatus::Expired, _) => return State::Expired,
        (_, Some(IntentStatus::Processing)) => return State::OnItsWay,
        (_, Some(IntentStatus::RequiresCapture)) => return State::Authorised,
        (_, Some(IntentStatus::Canceled)) => return State::Released,
        (_, Some(IntentStatus::RequiresPaymentMethod)) => return State::CameBack,
        (_, None) if session.payment_status == PaymentStatus::NothingToPay => return State::NothingToPay,
        (SessionStatus::Complete, _) => {}
    }
    match dispute.map(|dispute| dispute.status) {
        Some(WarningNeedsResponse) => State::Inquiry,
        Some(NeedsResponse | UnderReview) => State::Disputed,
        Some(Lost) => State::Lost,
        _ => refunded(charge),
    }
}

fn refunded(charge: Option<&Charge>) -> State {
    match charge {
        Some(charge) if charge.amount_refunded_minor >= charge.order.amount_minor => State::Refunded,
        Some(charge) if charge.amount_refunded_minor > 0 => State::PartlyRefunded,
        _ => State::Paid,
    }
}

impl Line<'_> {
    /// Money arrived, so it may go back.
    pub(crate) fn is_paid(&self) -> bool {
        self.charge.is_some_and(|charge| charge.status == ChargeStatus::Succeeded && charge.captured)
    }
}

impl State {
    /// For people, and how it looks.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("open", ""),
            Self::Declined => ("declined, still open", "warn"),
            Self::Expired => ("expired", ""),
            Self::OnItsWay => ("on its way by bank debit", "warn"),
            Self::CameBack => ("bank debit came back", "bad"),
            Self::NothingToPay => ("nothing to pay", "good"),
            Self::Authorised => ("authorised, not captured", "warn"),
            Self::Released => ("authorisation released", ""),
            Self::Paid => ("paid", "good"),
            Self::PartlyRefunded => ("refunded in part", "warn"),
            Self::Refunded => ("refunded", "warn"),
            Self::Inquiry => ("paid, the bank inquires", "warn"),
            Self::Disputed => ("disputed", "bad"),
            Self::Lost => ("dispute lost", "bad"),
        }
    }
}
