//! H4: any order, any number of times. Whole streams of events, posted in several orders and with repetitions, end in
//! the same answers, save for ids and times of recording.

use crate::util::answer::{Journey, Payment};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};

/// Orders tried per stream, besides forwards and backwards.
const SHUFFLES: u64 = 6;

/// What does not depend on when it was recorded, nor on the names of this run.
fn essence(mut journey: Journey, run: &str) -> (Journey, Vec<Payment>) {
    let mut payments = std::mem::take(&mut journey.payments);
    for payment in &mut payments {
        payment.id = payment.id.replace(run, "");
        payment.journey_id = None;
    }
    journey.id.clear();
    journey.link.clear();
    (journey, payments)
}

/// The same order every time; a different one for each seed. Every third event comes twice.
fn shuffled(events: &[Value], seed: u64) -> Vec<Value> {
    let again = events.iter().step_by(3).cloned();
    let mut all: Vec<Value> = events.iter().cloned().chain(again).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..all.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let to = usize::try_from(state % (at as u64 + 1)).unwrap();
        all.swap(at, to);
    }
    all
}

type Stream = fn(&str, &str) -> Vec<Value>;

fn unfinished(run: &str, name: &str, journey: &str) -> Pay {
    Pay::of(&format!("{name}{run}"), journey)
}

/// Declined twice, expired, paid in a second session, refunded in part, the refund failed, refunded whole.
fn long_way(run: &str, journey: &str) -> Vec<Value> {
    let (first, mut second) = (unfinished(run, "first", journey), unfinished(run, "second", journey));
    second.at_s += 90_000;
    let mut events = vec![
        first.event("payment_intent.created", 0, first.intent("requires_payment_method")),
        first.event("payment_intent.payment_failed", 30, first.declined()),
        first.event("charge.failed", 30, first.charge("failed")),
        first.event("payment_intent.payment_failed", 90, first.declined()),
        first.event("checkout.session.expired", 86_400, first.session("expired", "unpaid")),
    ];
    events.extend(second.success());
    events.extend([
        second.event("refund.created", 500, second.refund("1", 20_000, "pending")),
        second.event("charge.refunded", 500, second.refunded(20_000)),
        second.event("refund.failed", 900, second.refund("1", 20_000, "failed")),
        second.event("refund.created", 1_000, second.refund("2", 50_000, "succeeded")),
        second.event("charge.refunded", 1_000, second.refunded(50_000)),
    ]);
    events
}

/// All in one second.
fn same_second(run: &str, journey: &str) -> Vec<Value> {
    let pay = unfinished(run, "second", journey);
    vec![
        pay.event("payment_intent.created", 0, pay.intent("requires_payment_method")),
        pay.event("payment_intent.requires_action", 0, pay.intent("requires_action")),
        pay.event("payment_intent.processing", 0, pay.intent("processing")),
        pay.event("charge.succeeded", 0, pay.charge("succeeded")),
        pay.event("payment_intent.succeeded", 0, pay.intent("succeeded")),
        pay.event("checkout.session.completed", 0, pay.session("complete", "paid")),
        pay.event("charge.refunded", 0, pay.refunded(10_000)),
        pay.event("refund.created", 0, pay.refund("1", 10_000, "succeeded")),
    ]
}

/// A slow debit that fails, another that arrives and is disputed, lost, appealed and won; and a warning.
fn disputed(run: &str, journey: &str) -> Vec<Value> {
    let (mut first, mut second) = (unfinished(run, "debit", journey), unfinished(run, "again", journey));
    (first.method, second.method) = ("sepa_debit".to_owned(), "sepa_debit".to_owned());
    second.at_s += 500_000;
    let mut events = vec![
        first.event("checkout.session.completed", 1, first.session("complete", "unpaid")),
        first.event("payment_intent.processing", 1, first.intent("processing")),
        first.event("checkout.session.async_payment_failed", 400_000, first.session("complete", "unpaid")),
        first.event("payment_intent.payment_failed", 400_000, first.declined()),
    ];
    events.extend(second.success());
    let steps = [
        (700, "created", "needs_response"),
        (700, "funds_withdrawn", "needs_response"),
        (800, "updated", "under_review"),
        (900, "closed", "lost"),
        (950, "updated", "appeal_under_review"),
        (999, "updated", "won"),
        (999, "funds_reinstated", "won"),
    ];
    for (after_s, verb, status) in steps {
        events.push(second.event(&format!("charge.dispute.{verb}"), after_s, second.dispute(50_000, status)));
    }
    events.push(second.event("radar.early_fraud_warning.created", 600, second.warning()));
    events
}

/// Weak rungs: a customer's two payments for a client's one journey; the second stays over.
fn weakly(run: &str, _: &str) -> Vec<Value> {
    let mut pays = [Pay::new(&format!("weaka{run}")), Pay::new(&format!("weakb{run}"))];
    pays[1].at_s += 60;
    let mut events = Vec::new();
    for pay in &mut pays {
        pay.customer = Some(format!("cus_{run}"));
        events.extend(pay.success());
    }
    events
}

async fn check(app: &TestApp, stream: Stream, name: &str) -> (Journey, Vec<Payment>) {
    let version = app.version().await;
    let mut first: Option<((Journey, Vec<Payment>), usize)> = None;
    for order in 0..SHUFFLES + 2 {
        let run = format!("x{name}x{order}x");
        let client = app.client(&format!("{run}@example.com"), Some(&format!("cus_{run}"))).await;
        let body =
            json!({"client_id": client, "content_version_id": version, "started_at": "2026-11-22T00:00:00Z"});
        let journey = app.journey_with(&body).await;
        let events = stream(&run, &journey.id);
        let events = match order {
            0 => events,
            1 => events.into_iter().rev().collect(),
            seed => shuffled(&events, seed),
        };
        for event in &events {
            app.send(event).await.ok();
        }
        app.settle().await;
        let mut now = essence(app.journey_now(&journey.id).await, &run);
        now.0.client_id.clear();
        let unmatched = app.unmatched().await.iter().filter(|p| p.id.contains(&run)).count();
        match &first {
            None => first = Some((now, unmatched)),
            Some(first) => assert_eq!(*first, (now, unmatched), "{name}, order {order}: {events:#?}"),
        }
    }
    first.unwrap().0
}

#[tokio::test]
async fn the_answers_do_not_depend_on_the_order() {
    on_both(async |app| {
        let (journey, payments) = check(app, long_way, "long").await;
        assert_eq!((journey.outcome.as_str(), journey.payment_status.as_str()), ("refunded", "refunded"));
        assert_eq!(payments.iter().map(|p| p.status.as_str()).collect::<Vec<_>>(), ["failed", "refunded"]);
        let (journey, payments) = check(app, same_second, "same").await;
        assert_eq!((journey.outcome.as_str(), payments[0].net_minor), ("paid", 40_000));
        let (journey, payments) = check(app, disputed, "disputed").await;
        assert_eq!((journey.outcome.as_str(), journey.payment_status.as_str()), ("paid", "paid"));
        assert_eq!((payments[1].net_minor, journey.flags), (50_000, vec!["early_fraud_warning".to_owned()]));
        let (journey, payments) = check(app, weakly, "weakly").await;
        assert_eq!((journey.outcome.as_str(), payments.len()), ("paid", 1));
        assert_eq!(payments[0].matched_by.as_deref(), Some("customer"));
    })
    .await;
}
