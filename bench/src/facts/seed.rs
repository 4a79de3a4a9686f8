//! Planted journeys as rows of a database, written through the store as the program writes them.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "numbers of a benchmark, all small"
)]

use crate::Outcome;
use insight::planted::{AS_OF_S, ELEMENTS, Journey, Planted};
use ledger::{Currency, Judgement, Money, Outcome as Became, OutcomeSource, PaymentStatus};
use std::collections::BTreeMap;
use store::clients::StoredClient;
use store::contents::{Pages, StoredContent, StoredHypothesis, StoredVersion};
use store::journeys::StoredJourney;
use store::{Conn, Db, clients, contents, journeys};

/// When the planted journeys were looked at.
pub(super) const NOW_MS: i64 = AS_OF_S as i64 * 1000;
const SEED: u64 = 42;
const ROWS_PER_TRANSACTION: usize = 5_000;
/// Clients, in which journeys take turns.
const CLIENTS: u64 = 100_000;
const CONTENTS: u64 = 20;
/// Each with elements of its own.
const VERSIONS: u64 = 400;
const HYPOTHESES: u64 = 60;
const CATEGORIES: [&str; 6] = ["price", "urgency", "clarity", "authority", "reciprocity", "risk-reversal"];
const INDUSTRIES: [&str; 8] = ["saas", "retail", "health", "law", "food", "travel", "film", "games"];

pub(super) fn id(prefix: &str, number: u64) -> String {
    format!("{prefix}_{number:032x}")
}

/// Fills an empty database.
pub(super) async fn fill(db: &Db, rows: u64) -> Outcome<()> {
    let mut conn = db.write().await?;
    given(&mut conn).await?;
    conn.commit().await?;
    for first in (0..CLIENTS).step_by(ROWS_PER_TRANSACTION) {
        let some: Vec<StoredClient> = (first..first + ROWS_PER_TRANSACTION as u64).map(client).collect();
        let mut conn = db.write().await?;
        clients::insert_all(&mut conn, &some).await?;
        conn.commit().await?;
    }
    let planted = Planted::new(rows, SEED);
    let mut planted = planted.journeys().peekable();
    while planted.peek().is_some() {
        let some: Vec<StoredJourney> =
            planted.by_ref().take(ROWS_PER_TRANSACTION).map(|j| journey(&j)).collect();
        let mut conn = db.derive().await?;
        journeys::save(&mut conn, &some).await?;
        conn.commit().await?;
    }
    Ok(())
}

async fn given(conn: &mut Conn) -> Outcome<()> {
    for number in 0..HYPOTHESES {
        let hypothesis = StoredHypothesis {
            id: id("hyp", number),
            statement: format!("Number {number} makes them read on to the end"),
            category: CATEGORIES[(number % CATEGORIES.len() as u64) as usize].to_owned(),
            predicted_probability: (number % 3 > 0).then_some(0.1 + 0.01 * number as f64),
            predicted_days: Some(7),
            created_at_ms: 0,
        };
        contents::insert_hypothesis(conn, &hypothesis).await?;
    }
    for number in 0..CONTENTS {
        let content =
            StoredContent { id: id("con", number), name: format!("Offer {number}"), created_at_ms: 0 };
        contents::insert_content(conn, &content).await?;
    }
    for number in 0..VERSIONS {
        contents::insert_version(conn, &version(number)).await?;
    }
    Ok(())
}

fn version(number: u64) -> StoredVersion {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let on = (0..ELEMENTS).filter(|j| mixed >> j & 1 == 1);
    let page = "A page of a few hundred characters. ".repeat(12);
    StoredVersion {
        id: id("ver", number),
        content_id: id("con", number % CONTENTS),
        number: (number / CONTENTS) as i64 + 1,
        parent_id: None,
        hypothesis_id: id("hyp", number % HYPOTHESES),
        pages: Pages {
            activation: page.clone(),
            agreement: page.clone(),
            confirmation: page.clone(),
            processing: page,
        },
        price: Money::new(5_000, usd()),
        elements: on.map(|j| (format!("e{j:02}"), "yes".to_owned())).collect(),
        journey_id: None,
        created_at_ms: 0,
    }
}

fn client(number: u64) -> StoredClient {
    let industry = INDUSTRIES[(number % INDUSTRIES.len() as u64) as usize];
    let size = if number.is_multiple_of(3) { "small" } else { "large" };
    let attributes = [("industry", industry), ("size", size)];
    StoredClient {
        id: id("cli", number),
        name: format!("Client {number}"),
        email: format!("client{number}@example.com"),
        company: Some("Example Ltd".to_owned()),
        attributes: attributes
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        stripe_customer_id: None,
        created_at_ms: 0,
    }
}

#[expect(clippy::expect_used, reason = "a code of our own")]
fn usd() -> Currency {
    Currency::parse("usd").expect("a currency")
}

fn journey(planted: &Journey) -> StoredJourney {
    let number = planted.id;
    let started_at_ms = i64::from(planted.created_s) * 1000;
    // Of journeys that were not paid none is planted.
    let currency = Currency::parse(&planted.currency.to_lowercase()).unwrap_or_else(usd);
    let price = Money::new(5_000, currency);
    StoredJourney {
        id: id("jrn", number),
        client_id: id("cli", number % CLIENTS),
        token: format!("{number:048x}"),
        content_version_id: id("ver", u64::from(planted.elements) % VERSIONS),
        hypothesis_id: id("hyp", u64::from(planted.elements) % HYPOTHESES),
        price,
        livemode: true,
        started_at_ms,
        first_viewed_at_ms: Some(started_at_ms + 60_000),
        mark: None,
        pinned: None,
        history_count: 1,
        judgement: judgement(planted, price.currency),
        changed_at_ms: NOW_MS,
    }
}

fn judgement(planted: &Journey, currency: Currency) -> Judgement {
    let (gross_minor, refunded_minor) = match planted.paid_after_s {
        Some(_) => (planted.amount_minor, planted.refunded_minor),
        None => (0, 0),
    };
    let lost_minor = if planted.disputed { gross_minor - refunded_minor } else { 0 };
    let net_minor = gross_minor - refunded_minor - lost_minor;
    let (outcome, payment_status) = match planted.paid_after_s {
        None => (Became::Pending, PaymentStatus::None),
        Some(_) if net_minor == 0 => (Became::Refunded, PaymentStatus::Refunded),
        Some(_) if refunded_minor > 0 => (Became::Paid, PaymentStatus::PartiallyRefunded),
        Some(_) => (Became::Paid, PaymentStatus::Paid),
    };
    let paid_at_ms = planted.paid_after_s.map(|after_s| i64::from(planted.created_s + after_s) * 1000);
    let source = if paid_at_ms.is_some() { OutcomeSource::Payment } else { OutcomeSource::None };
    Judgement {
        outcome,
        source,
        derived_outcome: outcome,
        derived_source: source,
        payment_status,
        currency,
        gross_minor,
        refunded_minor,
        lost_minor,
        at_risk_minor: 0,
        net_minor,
        paid_at_ms,
        returned_at_ms: paid_at_ms
            .filter(|_| refunded_minor + lost_minor > 0)
            .map(|at_ms| at_ms + 3 * 86_400_000),
        told: None,
        payment_id: paid_at_ms.map(|_| format!("pi_{:024x}", planted.id)),
        flags: Vec::new(),
    }
}
