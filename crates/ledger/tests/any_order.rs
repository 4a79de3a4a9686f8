//! SPEC H4, the promise the ledger is built on: whatever order Stripe's events arrive in, and however often, the state
//! is the same, and it is the true one.
//!
//! A history is a list of steps for a small simulated Stripe (`sim`), which keeps the truth (`model`) and tells of it
//! as Stripe does (`wire`). What the truth means is written down without the ledger (`expect`). `WHYPAID_HISTORIES`
//! sets how many histories are tried; a failing one is shrunk, printed, and its seed kept next to this file.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "any_order/expect.rs"]
mod expect;
#[path = "any_order/forest.rs"]
mod forest;
#[path = "any_order/model.rs"]
mod model;
#[path = "any_order/money.rs"]
mod money;
#[path = "any_order/sim.rs"]
mod sim;
#[path = "any_order/steps.rs"]
mod steps;
#[path = "any_order/wire.rs"]
mod wire;

use expect::{Amounts, Expected};
use forest::Forest;
use ledger::journey::JourneyPayment;
use ledger::{JourneyFacts, Judgement, Money, Observation, Outcome, Payment, PaymentStatus, judge};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use sim::{PRICE_MINOR, World};
use std::collections::{BTreeMap, BTreeSet};

const HISTORIES: u32 = 10_000;

fn config() -> ProptestConfig {
    let asked = std::env::var("WHYPAID_HISTORIES").ok().and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(HISTORIES),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/any_order.seeds"))),
        ..ProptestConfig::default()
    }
}

/// How the events arrive: the n-th observation at the place that the n-th key gives it, some of them again, and the
/// batch boundaries.
#[derive(Clone, Debug)]
struct Arrival {
    keys: Vec<u16>,
    again: Vec<prop::sample::Index>,
    batch: usize,
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let again = prop::collection::vec(any::<prop::sample::Index>(), 0..8);
    (prop::collection::vec(any::<u16>(), 1..24), again, 1_usize..6).prop_map(|(keys, again, batch)| Arrival {
        keys,
        again,
        batch,
    })
}

impl Arrival {
    fn of(&self, told: &[Observation]) -> Vec<Observation> {
        let again = self.again.iter().filter(|_| !told.is_empty()).map(|index| index.get(told));
        let mut all: Vec<(u16, Observation)> =
            told.iter().chain(again).cloned().enumerate().map(|(n, o)| (self.key(n), o)).collect();
        all.sort_by_key(|(key, _)| *key);
        all.into_iter().map(|(_, o)| o).collect()
    }

    /// Keys repeat with another stride each round, so a short list shuffles a long history.
    fn key(&self, n: usize) -> u16 {
        let (round, at) = (n / self.keys.len(), n % self.keys.len());
        self.keys[at].rotate_left(u32::try_from(round % 16).unwrap())
    }

    /// Joins each batch by itself, then the batches, the last first.
    fn forest(&self, told: &[Observation]) -> Forest {
        let mut batches = Vec::new();
        for batch in self.of(told).chunks(self.batch) {
            let mut forest = Forest::default();
            batch.iter().cloned().for_each(|o| forest.add(o));
            batches.push(forest);
        }
        batches.into_iter().rev().fold(Forest::default(), Forest::merge)
    }
}

fn judged(world: &World, payments: &BTreeMap<String, Payment>) -> Judgement {
    let expected = Money::new(PRICE_MINOR, sim::currency("usd"));
    let payments: Vec<_> =
        payments.iter().map(|(id, payment)| JourneyPayment { id, payment, expected }).collect();
    let mark = world.marks.iter().max_by_key(|mark| mark.at_ms);
    judge(&JourneyFacts { price: expected, payments: &payments, opened: &world.opened, mark, pinned: None })
}

/// What was computed, in the words of the expectation.
fn found(payments: &BTreeMap<String, Payment>, judged: &Judgement) -> Expected {
    let of_payment = |p: &Payment| {
        let amounts = Amounts {
            status: p.status,
            currency: p.currency.unwrap(),
            gross: p.gross_minor,
            refunded: p.refunded_minor,
            lost: p.lost_minor,
            at_risk: p.at_risk_minor,
            net: p.net_minor,
            paid_at_ms: p.paid_at_ms,
        };
        (amounts, p.early_fraud_warning)
    };
    Expected {
        payments: payments.iter().map(|(id, p)| (id.clone(), of_payment(p))).collect(),
        journey: Amounts {
            status: judged.payment_status,
            currency: judged.currency,
            gross: judged.gross_minor,
            refunded: judged.refunded_minor,
            lost: judged.lost_minor,
            at_risk: judged.at_risk_minor,
            net: judged.net_minor,
            paid_at_ms: judged.paid_at_ms,
        },
        outcome: judged.outcome,
        source: judged.source,
        flags: judged.flags.clone(),
    }
}

fn check(stripe: steps::Stripe, steps: &[steps::Step], arrivals: &[Arrival]) -> Result<(), TestCaseError> {
    let world = World::run(stripe, steps);
    let mut in_order = Forest::default();
    world.told.iter().cloned().for_each(|o| in_order.add(o));
    let payments = in_order.payments();
    let judgement = judged(&world, &payments);
    prop_assert_eq!(found(&payments, &judgement), world.expected(), "told: {:#?}", world.told);
    for arrival in arrivals {
        let forest = arrival.forest(&world.told);
        prop_assert_eq!(&forest, &in_order);
        let shuffled = forest.payments();
        prop_assert_eq!(&shuffled, &payments);
        prop_assert_eq!(judged(&world, &shuffled), judgement.clone());
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_gives_the_true_state(
        stripe in steps::stripe(),
        steps in steps::steps(),
        arrivals in [arrival(), arrival()],
    ) {
        check(stripe, &steps, &arrivals)?;
    }
}

/// The property above is worth as much as the histories it tries.
#[test]
fn the_histories_reach_every_state() {
    let mut runner = TestRunner::deterministic();
    let (mut statuses, mut outcomes, mut flags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for _ in 0..3_000 {
        let stripe = steps::stripe().new_tree(&mut runner).unwrap().current();
        let steps = steps::steps().new_tree(&mut runner).unwrap().current();
        let expected = World::run(stripe, &steps).expected();
        statuses.insert(expected.journey.status);
        outcomes.insert((expected.outcome, expected.source));
        flags.extend(expected.flags);
    }
    assert_eq!(statuses.len(), PaymentStatus::ALL.len(), "{statuses:?}");
    assert_eq!(flags.len(), 4, "{flags:?}");
    let by_stripe = [Outcome::Pending, Outcome::Paid, Outcome::Ghosted, Outcome::Refunded];
    for outcome in by_stripe {
        assert!(outcomes.contains(&(outcome, ledger::OutcomeSource::Payment)), "{outcome}");
    }
}
