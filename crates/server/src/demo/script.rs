//! What each plot has the client, the bank and the seller do. What Stripe then tells is the stand-in's affair.

use stand_in::{DisputeStep, Outcome};

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

/// One thing that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// The client presses the pay button.
    OpensCheckout,
    /// The client deals with Stripe's page.
    Pays(Outcome),
    /// The checkout's time is up, tonight sooner than usual.
    Expires,
    /// The seller gives a fifth back.
    RefundsAFifth,
    /// The seller gives everything back.
    Refunds,
    /// The client's bank, or the seller before it.
    Disputes(DisputeStep),
}

/// One step of a plot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) act: Act,
    /// For the person watching.
    pub(super) aside: &'static str,
    /// Since the step before, in the past; tonight everything is faster.
    pub(super) hours_later: i64,
}

impl Plot {
    /// Its steps in order.
    pub(super) fn steps(self) -> Vec<Step> {
        let opens = step(Act::OpensCheckout, "opens the checkout", 0);
        let pays = step(Act::Pays(Outcome::Paid), "pays by card", 0);
        let objects = step(Act::Disputes(DisputeStep::Opened), "’s bank disputes it", 48);
        match self {
            Self::Silent => vec![],
            Self::PaysByCard => vec![opens, pays],
            Self::DeclinedThenPays => {
                let declined = step(Act::Pays(Outcome::Declined), "’s card is declined", 0);
                vec![opens, declined, step(pays.act, "pays by another card", 2)]
            }
            Self::PaysByDebit => {
                vec![opens, step(Act::Pays(Outcome::DebitPaid), "pays by bank debit: on its way", 0)]
            }
            Self::DebitFails => {
                vec![opens, step(Act::Pays(Outcome::DebitFailed), "pays by bank debit: on its way", 0)]
            }
            Self::LetsItExpire => vec![opens, step(Act::Expires, "lets the checkout expire", 24)],
            Self::PaysThenPartRefund => {
                vec![opens, pays, step(Act::RefundsAFifth, "gets a fifth back", 48)]
            }
            Self::PaysThenRefunded => vec![opens, pays, step(Act::Refunds, "gets everything back", 48)],
            Self::DisputesAndWins => {
                vec![opens, pays, objects, step(Act::Disputes(DisputeStep::Won), "’s bank gives in", 96)]
            }
            Self::DisputesAndLoses => {
                vec![opens, pays, objects, step(Act::Disputes(DisputeStep::Lost), "’s bank wins", 96)]
            }
        }
    }
}

fn step(act: Act, aside: &'static str, hours_later: i64) -> Step {
    Step { act, aside, hours_later }
}
