//! Where a client stands: one pure function over what is known. Pages only put its answer into words.

use super::step::Step;
use ledger::PaymentStatus;
use ledger::payment::CheckoutState;

/// Longest that Stripe keeps a Checkout Session open, and what it does unless told otherwise.
const SESSION_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// How the client came back from Stripe's page, as its return address says. Anybody can write that, so it is believed
/// only where nothing depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Back<'a> {
    /// Through the session with this id.
    Paid(&'a str),
    /// Without paying.
    Canceled,
}

/// A checkout that we opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opened<'a> {
    /// `cs_…`
    pub(super) session_id: &'a str,
    /// What Stripe last said of it; absent while it has said nothing.
    pub(super) state: Option<CheckoutState>,
    /// Unix ms.
    pub(super) at_ms: i64,
}

/// All that decides where a client stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    /// The link is withdrawn.
    pub(super) withdrawn: bool,
    /// Of all the journey's payments together.
    pub(super) payment_status: PaymentStatus,
    /// The checkouts.
    pub(super) opened: &'a [Opened<'a>],
    /// Where they come from.
    pub(super) back: Option<Back<'a>>,
    /// Unix ms.
    pub(super) now_ms: i64,
}

/// What the client accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// Nothing yet.
    Nothing,
    /// A text that has changed since.
    Earlier,
    /// The text as it is now.
    Current,
}

/// Where a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing to see here any more.
    Withdrawn,
    /// Nothing happened yet.
    Unpaid,
    /// A payment page is open.
    Elsewhere,
    /// They left the payment page.
    Left,
    /// Nobody paid on the payment page in time.
    Expired,
    /// The attempt was canceled, or the authorisation lapsed.
    Canceled,
    /// The last attempt failed.
    Declined,
    /// They say they paid, and Stripe has not told us yet.
    Confirming,
    /// Bank debits, vouchers, transfers.
    OnItsWay,
    /// Thank you.
    Paid,
    /// A part went back.
    PartlyRefunded,
    /// All went back.
    Refunded,
    /// A dispute is open.
    Disputed,
    /// A dispute took the money back.
    Returned,
}

/// Where a client stands. Money outranks everything but a withdrawal; then what the client just did; then what is open.
pub(super) fn standing(facts: &Facts<'_>) -> Standing {
    if facts.withdrawn {
        return Standing::Withdrawn;
    }
    match facts.payment_status {
        PaymentStatus::Paid => Standing::Paid,
        PaymentStatus::PartiallyRefunded => Standing::PartlyRefunded,
        PaymentStatus::Refunded => Standing::Refunded,
        PaymentStatus::Disputed => Standing::Disputed,
        PaymentStatus::Lost => Standing::Returned,
        PaymentStatus::Processing => Standing::OnItsWay,
        _ if paid_by_own_word(facts) => Standing::Confirming,
        PaymentStatus::Failed => Standing::Declined,
        _ if facts.back == Some(Back::Canceled) => Standing::Left,
        PaymentStatus::Canceled => Standing::Canceled,
        PaymentStatus::None => by_checkouts(facts),
    }
}

/// They come back from a session of this journey that can have been paid. A failure that is known beside a session not
/// yet known to be complete is of an attempt before; beside a complete one it is a debit that came back.
fn paid_by_own_word(facts: &Facts<'_>) -> bool {
    let Some(Back::Paid(session_id)) = facts.back else { return false };
    let ours = facts.opened.iter().find(|opened| opened.session_id == session_id);
    ours.is_some_and(|opened| match opened.state {
        Some(CheckoutState::Expired) => false,
        Some(CheckoutState::Complete) => facts.payment_status != PaymentStatus::Failed,
        Some(CheckoutState::Open) | None => true,
    })
}

fn by_checkouts(facts: &Facts<'_>) -> Standing {
    let is_open = |opened: &Opened<'_>| match opened.state {
        Some(CheckoutState::Open) | None => facts.now_ms < opened.at_ms.saturating_add(SESSION_LIFE_MS),
        Some(CheckoutState::Complete | CheckoutState::Expired) => false,
    };
    if facts.opened.iter().any(is_open) {
        Standing::Elsewhere
    } else if facts.opened.is_empty() {
        Standing::Unpaid
    } else {
        Standing::Expired
    }
}

impl Standing {
    /// Money came or is coming: the journey goes on after the payment.
    pub(super) const fn is_past_paying(self) -> bool {
        matches!(
            self,
            Self::Confirming
                | Self::OnItsWay
                | Self::Paid
                | Self::PartlyRefunded
                | Self::Refunded
                | Self::Disputed
                | Self::Returned
        )
    }

    /// What happens next is still going to happen: not once the money went back.
    pub(super) const fn goes_on(self) -> bool {
        self.is_past_paying() && !matches!(self, Self::Refunded | Self::Returned)
    }

    /// The seller's words for after the payment fit.
    pub(super) const fn is_thanked(self) -> bool {
        matches!(self, Self::OnItsWay | Self::Paid | Self::PartlyRefunded | Self::Disputed)
    }
}

/// True when a client may open a step now: reading is free, paying comes after agreeing, the rest after paying.
pub(super) const fn is_due(step: Step, standing: Standing, accepted: Accepted) -> bool {
    match (standing, step) {
        (Standing::Withdrawn, _) => false,
        (_, Step::Activation | Step::Agreement) => true,
        (_, Step::Confirmation) => standing.is_past_paying() || matches!(accepted, Accepted::Current),
        (_, Step::Processing) => standing.goes_on(),
    }
}

/// The step that a link opens: where there is something to do or to know.
pub(super) const fn current(standing: Standing, accepted: Accepted) -> Step {
    match accepted {
        _ if standing.is_past_paying() => Step::Confirmation,
        Accepted::Nothing => Step::Activation,
        Accepted::Earlier => Step::Agreement,
        Accepted::Current => Step::Confirmation,
    }
}

#[cfg(test)]
mod tests;
