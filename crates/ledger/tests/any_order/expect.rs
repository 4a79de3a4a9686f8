//! What SPEC sections 2 and 9 and STRIPE.md sections 6 and 10 say the truth means, written without the ledger: amounts
//! and statuses by table, the outcome by going through the time line as a person would.

use crate::model::{Dispute, Payment, Stage};
use crate::sim::{PRICE_MINOR, World, currency};
use ledger::journey::Flag;
use ledger::object::{DisputeStatus, SessionStatus};
use ledger::{Currency, Outcome, OutcomeSource, PaymentStatus, Told};
use std::collections::{BTreeMap, BTreeSet};

/// What can move the outcome of a journey that no money has reached.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    at_s: i64,
    moment_ms: i64,
    news: News,
}

/// The number is that of a payment or a session. Stripe's order within a second is unknown; this order is ours: a
/// failure, then an expiry (nothing can be tried in an expired session), then whatever shows that the client is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    Failed(usize),
    Expired(usize),
    Opened(usize),
    OnItsWay(usize),
    Ended(usize),
    Completed(usize),
}

impl Entry {
    fn new(at_s: i64, moment_ms: i64, news: News) -> Self {
        Self { at_s, moment_ms, news }
    }

    pub(crate) fn opened(s: usize, at_s: i64) -> Self {
        Self::new(at_s, 0, News::Opened(s))
    }

    /// Told by several events: of the last second, the one that was seen first is the closest to the moment.
    pub(crate) fn failed(p: usize, told: &[Told]) -> Self {
        let at_s = told.iter().map(|t| t.at_s).max().unwrap();
        let seen = told.iter().filter(|t| t.at_s == at_s).map(moment_ms).min();
        Self::new(at_s, seen.unwrap(), News::Failed(p))
    }

    pub(crate) fn expired(s: usize, told: &Told) -> Self {
        Self::new(told.at_s, moment_ms(told), News::Expired(s))
    }

    pub(crate) fn on_its_way(p: usize, at_s: i64) -> Self {
        Self::new(at_s, 0, News::OnItsWay(p))
    }

    pub(crate) fn ended(p: usize, at_s: i64) -> Self {
        Self::new(at_s, 0, News::Ended(p))
    }

    fn order(&self) -> (i64, u8, i64) {
        match self.news {
            News::Failed(_) => (self.at_s, 0, self.moment_ms),
            News::Expired(_) => (self.at_s, 1, self.moment_ms),
            _ => (self.at_s, 2, 0),
        }
    }
}

/// When it was seen, but inside Stripe's second.
fn moment_ms(told: &Told) -> i64 {
    told.seen_ms.min(told.at_s * 1000 + 999)
}

/// One payment, or a journey's sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Amounts {
    pub(crate) status: PaymentStatus,
    pub(crate) currency: Currency,
    pub(crate) gross: i64,
    pub(crate) refunded: i64,
    pub(crate) lost: i64,
    pub(crate) at_risk: i64,
    pub(crate) net: i64,
    pub(crate) paid_at_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expected {
    pub(crate) payments: BTreeMap<String, (Amounts, bool)>,
    pub(crate) journey: Amounts,
    pub(crate) outcome: Outcome,
    pub(crate) source: OutcomeSource,
    pub(crate) flags: Vec<Flag>,
}

/// STRIPE.md section 10, first row that fits: (captured, dispute open, net, lost, refunded).
fn status_of_captured(open: bool, net: i64, lost: i64, refunded: i64) -> PaymentStatus {
    match (open, net, lost, refunded) {
        (true, ..) => PaymentStatus::Disputed,
        (_, 0, 1.., _) => PaymentStatus::Lost,
        (_, 0, _, 1..) => PaymentStatus::Refunded,
        (_, _, 1.., _) | (_, _, _, 1..) => PaymentStatus::PartiallyRefunded,
        _ => PaymentStatus::Paid,
    }
}

fn of_payment(payment: &Payment) -> Amounts {
    let uncaptured = |status| Amounts { status, ..nothing(payment.currency) };
    match payment.stage {
        Stage::Nothing => uncaptured(PaymentStatus::None),
        Stage::Processing => uncaptured(PaymentStatus::Processing),
        Stage::Failed => uncaptured(PaymentStatus::Failed),
        Stage::Canceled => uncaptured(PaymentStatus::Canceled),
        Stage::Captured => {
            let charge = &payment.charges[payment.captured_charge().unwrap()];
            let gross = charge.captured.unwrap();
            let refunded = charge.refunded();
            let lost = charge.disputed(|d| d.status == DisputeStatus::Lost);
            let at_risk = charge.disputed(Dispute::is_open);
            let net = (gross - refunded - lost).max(0);
            let status = status_of_captured(at_risk > 0, net, lost, refunded);
            let paid_at_ms = Some(charge.created_s * 1000);
            Amounts { status, currency: payment.currency, gross, refunded, lost, at_risk, net, paid_at_ms }
        }
    }
}

fn nothing(currency: Currency) -> Amounts {
    let status = PaymentStatus::None;
    Amounts { status, currency, gross: 0, refunded: 0, lost: 0, at_risk: 0, net: 0, paid_at_ms: None }
}

fn is_captured(amounts: &Amounts) -> bool {
    amounts.paid_at_ms.is_some()
}

impl World {
    pub(crate) fn expected(&self) -> Expected {
        let payments = self.expected_payments();
        let all: Vec<Amounts> = payments.values().map(|(amounts, _)| *amounts).collect();
        let journey = sum(&all);
        let (outcome, source) = match journey.status {
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Disputed => {
                (Outcome::Paid, OutcomeSource::Payment)
            }
            PaymentStatus::Refunded | PaymentStatus::Lost => (Outcome::Refunded, OutcomeSource::Payment),
            _ => self.without_money(),
        };
        let warned = payments.values().any(|(_, warned)| *warned);
        Expected { flags: flags(&all, warned), payments, journey, outcome, source }
    }

    fn expected_payments(&self) -> BTreeMap<String, (Amounts, bool)> {
        let of_payments = self.payments.iter().map(|p| (p.root().to_owned(), (of_payment(p), p.warned)));
        let mut expected: BTreeMap<_, _> = of_payments.collect();
        for session in self.sessions.iter().filter(|s| s.status != SessionStatus::Open) {
            // An expired subscription session never knew its invoice, so it stays alone.
            let invoice = session.payment.and_then(|p| self.payments[p].invoice.as_ref());
            let linked =
                session.payment.is_some() && (invoice.is_none() || session.status != SessionStatus::Expired);
            if linked {
                continue;
            }
            let mut amounts = nothing(session.currency);
            if session.status == SessionStatus::NothingToPay {
                amounts.status = PaymentStatus::Paid;
                amounts.paid_at_ms = session.ended_s.map(|s| s * 1000);
            }
            expected.insert(session.id.clone(), (amounts, false));
        }
        expected
    }

    /// The outcome by weak evidence and marks: goes through what happened in Stripe's order of time.
    fn without_money(&self) -> (Outcome, OutcomeSource) {
        let (failed_ms, ghosted_ms) = self.weak_evidence();
        let weak = ghosted_ms.map(|ms| (Outcome::Ghosted, ms)).or(failed_ms.map(|ms| (Outcome::Pending, ms)));
        let mark = self.marks.iter().max_by_key(|mark| mark.at_ms);
        match (mark, weak) {
            (Some(mark), Some((_, ms))) if mark.at_ms >= ms => (mark.outcome, OutcomeSource::Mark),
            (_, Some((outcome, _))) => (outcome, OutcomeSource::Payment),
            (Some(mark), None) => (mark.outcome, OutcomeSource::Mark),
            (None, None) => (Outcome::Pending, OutcomeSource::None),
        }
    }

    /// When the last attempt failed, and when the journey was ghosted, if it still is.
    fn weak_evidence(&self) -> (Option<i64>, Option<i64>) {
        let (mut open, mut on_its_way) = (BTreeSet::new(), BTreeSet::new());
        let (mut failed_ms, mut ghosted_ms) = (None, None);
        for entry in self.ordered() {
            match entry.news {
                News::Failed(p) => {
                    on_its_way.remove(&p);
                    (failed_ms, ghosted_ms) = (Some(entry.moment_ms), None);
                }
                News::Expired(s) => {
                    open.remove(&s);
                    if open.is_empty() && on_its_way.is_empty() {
                        ghosted_ms = Some(entry.moment_ms);
                    }
                }
                News::Opened(s) => {
                    open.insert(s);
                    ghosted_ms = None;
                }
                News::OnItsWay(p) => {
                    on_its_way.insert(p);
                    ghosted_ms = None;
                }
                News::Ended(p) => {
                    on_its_way.remove(&p);
                }
                News::Completed(s) => {
                    open.remove(&s);
                }
            }
        }
        (failed_ms, ghosted_ms)
    }

    /// The time line of all that can be known: Stripe does not tell of a session that it opened itself and that is
    /// still open, and of one that expired it tells too late to matter.
    fn ordered(&self) -> Vec<Entry> {
        let complete =
            |s: usize| !matches!(self.sessions[s].status, SessionStatus::Open | SessionStatus::Expired);
        let known = |entry: &&Entry| match entry.news {
            News::Opened(s) => self.sessions[s].ours || complete(s),
            _ => true,
        };
        let completed = |(s, at_s): (usize, i64)| Entry::new(at_s, 0, News::Completed(s));
        let ends = (0..self.sessions.len()).filter(|s| complete(*s));
        let ends = ends.filter_map(|s| Some((s, self.sessions[s].ended_s?))).map(completed);
        let mut entries: Vec<Entry> = self.timeline.iter().filter(known).cloned().chain(ends).collect();
        entries.sort_by_key(Entry::order);
        entries
    }
}

/// SPEC 9: in the journey's currency, or in the first that money came in.
fn sum(all: &[Amounts]) -> Amounts {
    let asked = currency("usd");
    let captured = || all.iter().filter(|a| is_captured(a));
    let Some(first) = captured().min_by_key(|a| a.currency != asked) else {
        let best = [PaymentStatus::Processing, PaymentStatus::Failed, PaymentStatus::Canceled];
        let status = best.into_iter().find(|status| all.iter().any(|a| a.status == *status));
        return Amounts { status: status.unwrap_or(PaymentStatus::None), ..nothing(asked) };
    };
    let mut sum = nothing(first.currency);
    for a in captured().filter(|a| a.currency == first.currency) {
        sum.gross += a.gross;
        sum.refunded += a.refunded;
        sum.lost += a.lost;
        sum.at_risk += a.at_risk;
        sum.net += a.net;
        sum.paid_at_ms = Some(sum.paid_at_ms.map_or(i64::MAX, |ms| ms).min(a.paid_at_ms.unwrap()));
    }
    sum.status = status_of_captured(sum.at_risk > 0, sum.net, sum.lost, sum.refunded);
    sum
}

fn flags(all: &[Amounts], warned: bool) -> Vec<Flag> {
    let captured = || all.iter().filter(|a| is_captured(a));
    let as_asked = |a: &Amounts| a.gross == PRICE_MINOR && a.currency == currency("usd");
    let raised = [
        (Flag::AtRisk, captured().any(|a| a.at_risk > 0)),
        (Flag::DoublePayment, captured().filter(|a| a.net > 0).count() > 1),
        (Flag::EarlyFraudWarning, warned),
        (Flag::AmountMismatch, captured().any(|a| !as_asked(a))),
    ];
    raised.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect()
}
