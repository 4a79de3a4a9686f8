//! What a pass over the rows gives: counts, exits and money of each group.

use super::CurrencyCode;
use crate::moments::Moments;
use crate::survival::Exits;

/// Counts of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Journeys started.
    pub started: u64,
    /// Paid and kept.
    pub paid: u64,
    /// Paid and fully given back.
    pub refunded: u64,
    /// Closed unpaid.
    pub closed: u64,
    /// Still open.
    pub open: u64,
    /// Old enough to have had the whole horizon.
    pub matured: u64,
    /// Of those, paid within it.
    pub matured_paid: u64,
    /// With any refund.
    pub with_refund: u64,
    /// With a lost dispute.
    pub with_loss: u64,
    /// With an open dispute.
    pub at_risk: u64,
    /// With captured money.
    pub with_money: u64,
}

impl Counts {
    /// Old enough, and not paid within the horizon.
    pub fn matured_unpaid(&self) -> u64 {
        self.matured - self.matured_paid
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.each(other, |into, from| *into += from);
    }

    fn subtract(&mut self, other: &Self) {
        self.each(other, |into, from| *into -= from);
    }

    fn each(&mut self, other: &Self, change: impl Fn(&mut u64, u64)) {
        change(&mut self.started, other.started);
        change(&mut self.paid, other.paid);
        change(&mut self.refunded, other.refunded);
        change(&mut self.closed, other.closed);
        change(&mut self.open, other.open);
        change(&mut self.matured, other.matured);
        change(&mut self.matured_paid, other.matured_paid);
        change(&mut self.with_refund, other.with_refund);
        change(&mut self.with_loss, other.with_loss);
        change(&mut self.at_risk, other.at_risk);
        change(&mut self.with_money, other.with_money);
    }
}

/// One group's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id or name.
    pub key: String,
    /// Its counts.
    pub counts: Counts,
    /// When its journeys left the risk set, in hours rounded up.
    pub exits: Exits,
    /// Net money of its journeys with money, by number of currency (see [`Answered::currencies`]).
    pub money: Vec<Moments>,
}

impl Answered {
    /// What is left when `part`, some of these journeys, is taken out. Money is left as it is.
    #[must_use]
    pub fn without(mut self, part: &Self) -> Self {
        for gone in &part.groups {
            if let Ok(place) = self.groups.binary_search_by(|group| group.key.cmp(&gone.key)) {
                let group = &mut self.groups[place];
                group.counts.subtract(&gone.counts);
                group.exits = group.exits.without(&gone.exits);
            }
        }
        self.groups.retain(|group| group.counts.started > 0);
        self
    }
}

/// All groups that have journeys.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Groups, keys ascending.
    pub groups: Vec<Group>,
    /// Codes of the currencies, ascending.
    pub currencies: Vec<CurrencyCode>,
    /// Net money of each journey with money: (group, currency, minor units), in canonical order.
    pub payments: Vec<(u32, u8, i64)>,
}
