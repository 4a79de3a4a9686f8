//! Whatever is done to a payment, in whatever order: what the ledger makes of the events is what the account's own objects
//! say at that moment.

use crate::fold::fold;
use crate::util::{Client, events, start};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use stand_in::{Account, DisputeStep, Outcome};

/// More than any story at hand ends after.
const ACTS_MAX: usize = 14;
const STORIES: u32 = 150;

#[derive(Clone, Copy, Debug)]
enum Act {
    Deals(Outcome),
    Refunds(Option<i64>),
    RefundsInVain(Option<i64>),
    Disputes(DisputeStep),
    Waits(i64),
    Expires,
}

fn act() -> impl Strategy<Value = Act> {
    use DisputeStep::{Inquiry, InquiryClosed, Lost, Opened, UnderReview, Won};
    use Outcome::{Abandoned, DebitFailed, DebitPaid, Declined, DeclinedThenPaid, Paid};
    let amount = || prop_oneof![Just(None), (1..60_000_i64).prop_map(Some)];
    let outcome = prop::sample::select(vec![
        Paid,
        Paid,
        Paid,
        DeclinedThenPaid,
        DebitPaid,
        DebitFailed,
        Declined,
        Abandoned,
    ]);
    let step = prop::sample::select(vec![Inquiry, InquiryClosed, Opened, UnderReview, Won, Lost]);
    prop_oneof![
        4 => outcome.prop_map(Act::Deals),
        3 => amount().prop_map(Act::Refunds),
        1 => amount().prop_map(Act::RefundsInVain),
        3 => step.prop_map(Act::Disputes),
        3 => prop::sample::select(vec![1, 59, 61, 3_600, 90_000]).prop_map(Act::Waits),
        1 => Just(Act::Expires),
    ]
}

/// What cannot be done is refused and changes nothing.
fn perform(account: &mut Account, session: &str, act: Act) {
    let _ = match act {
        Act::Deals(outcome) => account.complete(session, outcome),
        Act::Refunds(amount_minor) => account.refund(session, amount_minor).map(drop),
        Act::RefundsInVain(amount_minor) => account.refund_failing_later(session, amount_minor).map(drop),
        Act::Disputes(step) => account.dispute(session, step).map(drop),
        Act::Waits(seconds) => {
            account.advance(seconds);
            Ok(())
        }
        Act::Expires => account.expire(session),
    };
}

#[test]
fn the_ledger_understands_every_story() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Config { cases: STORIES, failure_persistence: None, ..Config::default() };
    let stories = prop::collection::vec(act(), 1..ACTS_MAX);
    let run = |acts: Vec<Act>| {
        runtime.block_on(async {
            let stand_in = start().await;
            let client = Client::of(&stand_in);
            let session = client.session().await;
            for act in acts {
                stand_in.with(|account| perform(account, &session, act));
            }
            let told = events(&client).await;
            let listed = |path: &'static str| {
                let client = &client;
                async move { client.get(path).await.1["data"].as_array().unwrap().clone() }
            };
            let want = sums(
                &listed("/v1/charges").await,
                &listed("/v1/refunds").await,
                &listed("/v1/disputes").await,
            );
            for event in &told {
                let object = &event["data"]["object"];
                for amount in ["amount", "amount_captured", "amount_refunded", "amount_received"] {
                    prop_assert!(object[amount].as_i64().is_none_or(|minor| (0..=50_000).contains(&minor)));
                }
            }
            if !told.is_empty() {
                let (_, gross, refunded, lost, at_risk) = fold(told.iter());
                prop_assert_eq!((gross, refunded, lost, at_risk), want);
                let (_, gross, refunded, lost, at_risk) = fold(told.iter().rev());
                prop_assert_eq!((gross, refunded, lost, at_risk), want, "backwards");
            }
            Ok(())
        })
    };
    TestRunner::new(config).run(&stories, run).unwrap();
}

/// (captured, refunded, lost, at risk) as the objects say.
fn sums(charges: &[Value], refunds: &[Value], disputes: &[Value]) -> (i64, i64, i64, i64) {
    let sum = |objects: &[Value], amount: &str, statuses: &[&str]| -> i64 {
        let counted = objects.iter().filter(|o| statuses.contains(&o["status"].as_str().unwrap()));
        counted.map(|o| o[amount].as_i64().unwrap()).sum()
    };
    (
        sum(charges, "amount_captured", &["succeeded"]),
        sum(refunds, "amount", &["succeeded", "pending"]),
        sum(disputes, "amount", &["lost"]),
        sum(disputes, "amount", &["needs_response", "under_review"]),
    )
}
