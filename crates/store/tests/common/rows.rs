//! Rows to write, each valid by itself; tests change what they are about.

use ledger::matching::Evidence;
use ledger::object::{Charge, ChargeStatus, Tags};
use ledger::{
    Currency, Judgement, Money, Object, Observation, Outcome, OutcomeSource, Payment, PaymentStatus,
    Snapshot, Told, Version,
};
use std::collections::BTreeMap;
use store::checkouts::StoredCheckout;
use store::clients::StoredClient;
use store::contents::{Pages, StoredContent, StoredHypothesis, StoredVersion};
use store::events::NewEvent;
use store::history::HistoryRow;
use store::journeys::StoredJourney;
use store::payments::StoredPayment;
use store::snapshots::StoredSnapshot;
use store::{Conn, clients, contents, journeys};

/// 2025-01-01.
pub(crate) const NOW_MS: i64 = 1_735_689_600_000;

/// Ids that sort like their numbers.
pub(crate) fn id(prefix: &str, n: usize) -> String {
    format!("{prefix}_{n:06}")
}

pub(crate) fn ids(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| id(prefix, n)).collect()
}

pub(crate) fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub(crate) fn usd(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("usd").unwrap())
}

pub(crate) fn client(n: usize) -> StoredClient {
    StoredClient {
        id: id("cli", n),
        name: format!("Client {n}"),
        email: format!("client{n}@example.com"),
        company: None,
        attributes: BTreeMap::new(),
        stripe_customer_id: None,
        created_at_ms: NOW_MS,
    }
}

pub(crate) fn content(n: usize) -> StoredContent {
    StoredContent { id: id("con", n), name: format!("Content {n}"), created_at_ms: NOW_MS }
}

pub(crate) fn hypothesis(n: usize) -> StoredHypothesis {
    StoredHypothesis {
        id: id("hyp", n),
        statement: "A question in the headline makes them read on".to_owned(),
        category: "curiosity".to_owned(),
        predicted_probability: Some(0.25),
        predicted_days: Some(7),
        created_at_ms: NOW_MS,
    }
}

/// Version `number` of content 0.
pub(crate) fn version(number: usize) -> StoredVersion {
    StoredVersion {
        id: id("ver", number),
        content_id: id("con", 0),
        number: i64::try_from(number).unwrap(),
        parent_id: None,
        hypothesis_id: id("hyp", 0),
        pages: Pages {
            activation: "# One".to_owned(),
            agreement: "# Two".to_owned(),
            confirmation: "# Three".to_owned(),
            processing: "# Four".to_owned(),
        },
        price: usd(50_000),
        elements: BTreeMap::new(),
        journey_id: None,
        created_at_ms: NOW_MS,
    }
}

/// Of client 0, with version 1.
pub(crate) fn journey(n: usize) -> StoredJourney {
    StoredJourney {
        id: id("jrn", n),
        client_id: id("cli", 0),
        token: format!("token-{n}"),
        content_version_id: id("ver", 1),
        hypothesis_id: id("hyp", 0),
        price: usd(50_000),
        livemode: true,
        started_at_ms: NOW_MS,
        first_viewed_at_ms: None,
        mark: None,
        pinned: None,
        history_count: 0,
        judgement: judgement(Outcome::Pending, PaymentStatus::None),
        changed_at_ms: NOW_MS,
    }
}

pub(crate) fn judgement(outcome: Outcome, payment_status: PaymentStatus) -> Judgement {
    Judgement {
        outcome,
        source: OutcomeSource::None,
        derived_outcome: outcome,
        derived_source: OutcomeSource::None,
        payment_status,
        currency: Currency::parse("usd").unwrap(),
        gross_minor: 0,
        refunded_minor: 0,
        lost_minor: 0,
        at_risk_minor: 0,
        net_minor: 0,
        paid_at_ms: None,
        returned_at_ms: None,
        told: None,
        payment_id: None,
        flags: Vec::new(),
    }
}

pub(crate) fn told() -> Told {
    Told { at_s: NOW_MS / 1000, event_id: id("evt", 0), seen_ms: NOW_MS }
}

/// Unmatched, of live money.
pub(crate) fn payment(n: usize) -> StoredPayment {
    let facts = Payment {
        status: PaymentStatus::Paid,
        currency: Currency::parse("usd"),
        captured: true,
        gross_minor: 50_000,
        refunded_minor: 0,
        lost_minor: 0,
        at_risk_minor: 0,
        net_minor: 50_000,
        method: Some("card".to_owned()),
        paid_at_ms: Some(NOW_MS),
        returned_at_ms: None,
        happened_at_s: NOW_MS / 1000,
        livemode: true,
        is_money: true,
        early_fraud_warning: false,
        failure: None,
        told: Some(told()),
        failed: None,
        processing: None,
        checkouts: Vec::new(),
        evidence: Evidence::default(),
    };
    StoredPayment {
        id: id("pi", n),
        journey_id: None,
        matched_by: None,
        content_version_id: None,
        hypothesis_id: None,
        suggestions: Vec::new(),
        facts,
    }
}

/// A charge of its own.
pub(crate) fn snapshot(n: usize) -> StoredSnapshot {
    let charge = Charge {
        status: ChargeStatus::Succeeded,
        captured: true,
        amount: Some(50_000),
        amount_captured: Some(50_000),
        amount_refunded: Some(0),
        refunded: false,
        currency: Currency::parse("usd"),
        payment_intent: None,
        invoice: None,
        failure: None,
        method: Some("card".to_owned()),
        created: Some(NOW_MS / 1000),
        tags: Tags::default(),
    };
    let version = Version { told: told(), object: Object::Charge(charge), previous: BTreeMap::new() };
    let facts =
        Snapshot::new(Observation { id: id("ch", n), version, livemode: true, capture: None, since_s: None });
    StoredSnapshot { id: id("ch", n), parent_id: None, payment_id: id("ch", n), facts: Some(facts) }
}

/// Of journey 0, with version 1.
pub(crate) fn checkout(n: usize) -> StoredCheckout {
    StoredCheckout {
        session_id: id("cs", n),
        journey_id: id("jrn", 0),
        content_version_id: id("ver", 1),
        hypothesis_id: id("hyp", 0),
        price: usd(50_000),
        livemode: true,
        opened_at_ms: NOW_MS,
    }
}

/// Of journey 0.
pub(crate) fn history(seq: usize) -> HistoryRow {
    HistoryRow {
        seq: i64::try_from(seq).unwrap(),
        id: id("out", seq),
        journey_id: id("jrn", 0),
        at_ms: NOW_MS,
        from: Outcome::Pending,
        to: Outcome::Paid,
        source: OutcomeSource::Payment,
        event_id: None,
        actor: None,
        note: "Payment completed via Stripe".to_owned(),
        outranked: false,
    }
}

/// Received one millisecond after the one before.
pub(crate) fn event(n: usize) -> NewEvent {
    let at_ms = NOW_MS + i64::try_from(n).unwrap();
    NewEvent {
        id: id("evt", n),
        kind: "charge.succeeded".to_owned(),
        api_version: Some("2025-03-31.basil".to_owned()),
        account: None,
        livemode: true,
        created_at_ms: at_ms,
        received_at_ms: at_ms,
        handled: true,
        due_at_ms: at_ms,
        body: format!("{{\"id\":\"{}\"}}", id("evt", n)).into(),
        said: None,
    }
}

/// Client 0, content 0, hypothesis 0 and version 1: what a journey refers to.
pub(crate) async fn seed(conn: &mut Conn) {
    clients::insert(conn, &client(0)).await.expect("client");
    contents::insert_content(conn, &content(0)).await.expect("content");
    contents::insert_hypothesis(conn, &hypothesis(0)).await.expect("hypothesis");
    contents::insert_version(conn, &version(1)).await.expect("version");
}

/// [`seed`] and the first `count` journeys.
pub(crate) async fn seed_journeys(conn: &mut Conn, count: usize) {
    seed(conn).await;
    for n in 0..count {
        journeys::insert(conn, &journey(n)).await.expect("journey");
    }
}
