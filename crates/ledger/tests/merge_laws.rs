//! `Snapshot::merge` is a join, and the newest version is the one that Stripe says is the newest.

use ledger::object::{Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Object};
use ledger::{Capture, Observation, READ_PREFIX, Snapshot, Told, Version};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Few seconds, few events and few amounts, so that ties, replays and circles are common. Some are reads.
fn told() -> impl Strategy<Value = Told> {
    (100_i64..103, 0_u8..8).prop_map(|(at_s, n)| Told {
        at_s,
        event_id: if n < 6 { format!("evt_{n}") } else { format!("{READ_PREFIX}{n}") },
        seen_ms: at_s * 1000 + i64::from(n) * 250,
    })
}

fn charge(status: ChargeStatus, captured: bool, refunded_minor: i64) -> Object {
    Object::Charge(Charge {
        status,
        captured,
        amount: Some(300),
        amount_captured: None,
        amount_refunded: Some(refunded_minor),
        refunded: refunded_minor == 300,
        currency: None,
        payment_intent: None,
        invoice: None,
        failure: None,
        method: None,
        created: None,
        tags: ledger::object::Tags::default(),
    })
}

fn charges() -> impl Strategy<Value = Object> {
    let status = prop::sample::select(ChargeStatus::ALL);
    (status, any::<bool>(), 0_i64..4).prop_map(|(status, captured, n)| charge(status, captured, n * 100))
}

fn intents() -> impl Strategy<Value = Object> {
    let status = prop::sample::select(IntentStatus::ALL);
    (status, any::<bool>(), 0_i64..3, any::<bool>()).prop_map(|(status, failed, received, part)| {
        Object::Intent(Intent {
            status,
            amount: Some(300),
            amount_received: Some(received * 100),
            currency: None,
            latest_charge: None,
            invoice: None,
            last_payment_error: failed.then(|| "declined".to_owned()),
            partially_funded: part,
            method: None,
            created: None,
            tags: ledger::object::Tags::default(),
        })
    })
}

fn disputes() -> impl Strategy<Value = Object> {
    prop::sample::select(DisputeStatus::ALL).prop_map(|status| {
        let (currency, charge, payment_intent, reason) = (None, None, None, None);
        let (amount, created) = (Some(300), None);
        Object::Dispute(Dispute { status, amount, currency, charge, payment_intent, reason, created })
    })
}

/// Chains, circles and previous values that nothing ever had.
fn previous() -> impl Strategy<Value = BTreeMap<String, String>> {
    let amount = (0_i64..4).prop_map(|n| ("amount_refunded", (n * 100).to_string()));
    let received = (0_i64..3).prop_map(|n| ("amount_received", (n * 100).to_string()));
    let status = prop_oneof![Just("needs_response"), Just("lost"), Just("succeeded"), Just("processing")];
    let status = status.prop_map(|word| ("status", format!("\"{word}\"")));
    let unknown = Just(("description", "null".to_owned()));
    let field = prop_oneof![amount, received, status, unknown];
    let owned = |fields: Vec<(&str, String)>| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    prop::collection::vec(field, 0..3).prop_map(owned)
}

fn snapshot(object: impl Strategy<Value = Object>) -> impl Strategy<Value = Snapshot> {
    let capture = prop::option::weighted(0.2, (0_i64..4, 0_i64..4));
    (object, told(), previous(), capture, any::<bool>(), 98_i64..104).prop_map(
        |(object, told, previous, capture, livemode, since_s)| {
            let since_s = told.is_read().then_some(since_s);
            let capture =
                capture.map(|(captured_minor, released_minor)| Capture { captured_minor, released_minor });
            let version = Version { told, object, previous };
            Snapshot::new(Observation { id: "x_1".to_owned(), version, livemode, capture, since_s })
        },
    )
}

/// Joins of several observations of one object, which may overlap.
fn joined(object: impl Strategy<Value = Object>) -> impl Strategy<Value = [Snapshot; 3]> {
    let pool = prop::collection::vec(snapshot(object), 1..14);
    let part = || prop::collection::vec(any::<prop::sample::Index>(), 1..12);
    (pool, [part(), part(), part()]).prop_map(|(pool, parts)| {
        parts.map(|part| {
            let all: Vec<Snapshot> = part.iter().map(|index| index.get(&pool).clone()).collect();
            join(&all)
        })
    })
}

fn join(all: &[Snapshot]) -> Snapshot {
    let first = all[0].clone();
    all[1..].iter().cloned().fold(first, Snapshot::merge)
}

fn any_object() -> impl Strategy<Value = [Snapshot; 3]> {
    prop_oneof![joined(charges()), joined(intents()), joined(disputes())]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_two_does_not_matter([a, b, _] in any_object()) {
        prop_assert_eq!(a.clone().merge(b.clone()), b.merge(a));
    }

    #[test]
    fn the_grouping_of_three_does_not_matter([a, b, c] in any_object()) {
        let left = a.clone().merge(b.clone()).merge(c.clone());
        let right = a.merge(b.merge(c));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left.current(), right.current());
    }

    #[test]
    fn repeating_does_not_matter([a, b, _] in any_object()) {
        prop_assert_eq!(a.clone().merge(a.clone()), a.clone());
        let both = a.clone().merge(b);
        prop_assert_eq!(both.clone().merge(a), both);
    }

    #[test]
    fn storing_and_reading_back_does_not_matter([a, b, _] in any_object()) {
        let stored = |s: &Snapshot| serde_json::from_str::<Snapshot>(&serde_json::to_string(s).unwrap()).unwrap();
        prop_assert_eq!(stored(&a), a.clone());
        prop_assert_eq!(stored(&a).merge(stored(&b)), a.merge(b));
    }

    /// Changes within one second that each name what was before: the last one counts, though ids and amounts say
    /// otherwise, and though the amounts come back to what they were.
    #[test]
    fn the_newest_is_what_the_chain_says(
        mut amounts in prop::collection::vec(0_i64..3, 2..8),
        arrival in prop::collection::vec(any::<u16>(), 8),
        salt in 0_usize..8,
    ) {
        amounts.dedup();
        let chain = |n: usize| {
            let was = n.checked_sub(1).map(|before| amounts[before] * 100);
            let previous = was.map(|minor| ("amount_refunded".to_owned(), minor.to_string()));
            let event_id = format!("evt_{}", (n * 5 + salt) % 8);
            Version {
                told: Told { at_s: 100, event_id, seen_ms: 100_000 },
                object: charge(ChargeStatus::Succeeded, true, amounts[n] * 100),
                previous: previous.into_iter().collect(),
            }
        };
        let mut all: Vec<usize> = (0..amounts.len()).collect();
        all.sort_by_key(|n| arrival[*n]);
        let snapshots: Vec<Snapshot> = all
            .into_iter()
            .map(|n| Observation { id: "ch_1".to_owned(), version: chain(n), livemode: true, capture: None, since_s: None })
            .map(Snapshot::new)
            .collect();
        let joined = join(&snapshots);
        prop_assert_eq!(&joined.current().object, &chain(amounts.len() - 1).object);
    }
}
