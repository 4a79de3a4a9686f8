//! Many journeys, by the store's own functions. Everything follows from the journey's number.

use crate::Outcome;
use ledger::matching::Evidence;
use ledger::{Currency, Judgement, MatchedBy, Money, OutcomeSource, Payment, PaymentStatus};
use server::api::hypotheses::CATEGORIES;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use store::clients::StoredClient;
use store::contents::{Pages, StoredContent, StoredHypothesis, StoredVersion};
use store::events::NewEvent;
use store::journeys::StoredJourney;
use store::payments::StoredPayment;
use store::{Conn, clients, contents, events, journeys, payments};

/// Rows of one transaction.
const BATCH: usize = 20_000;
const CONTENTS: usize = 20;
const COUNTRIES: [&str; 10] = ["DE", "FR", "ES", "IT", "PT", "GB", "US", "CA", "BR", "JP"];
const FIRST: [&str; 25] = [
    "Ana", "Ben", "Cleo", "Dora", "Eve", "Finn", "Gil", "Hana", "Ines", "Jonas", "Kim", "Lea", "Mia", "Noah",
    "Olga", "Paul", "Quinn", "Rosa", "Sam", "Tess", "Uma", "Vera", "Will", "Xenia", "Zoë",
];
const LAST: [&str; 50] = [
    "Lima", "Ruiz", "Böhm", "Özdemir", "Sato", "Okafor", "Silva", "Kowalski", "Novak", "Jansen", "Moreau",
    "Rossi", "Costa", "Weber", "Fischer", "Dubois", "Garcia", "Martin", "Nguyen", "Kim", "Park", "Chen",
    "Wang", "Singh", "Patel", "Haddad", "Cohen", "Levy", "Murphy", "Kelly", "Smith", "Jones", "Brown",
    "Taylor", "Wilson", "Evans", "Hall", "Green", "Baker", "Adams", "Nelson", "Carter", "Perez", "Torres",
    "Diaz", "Cruz", "Reyes", "Gold", "Stone", "Rivers",
];
/// 2026-11-22.
const NOW_MS: i64 = 1_795_305_600_000;
/// Over which journeys were started.
const YEAR_MS: i64 = 365 * 86_400_000;

/// How much.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub(super) journeys: usize,
}

/// What the asks name.
pub(super) struct Places {
    pub(super) middle: String,
    pub(super) oldest: String,
    pub(super) content: String,
    /// A word of one client's alone.
    pub(super) rare: String,
}

/// An empty database beside the lent one.
pub(super) async fn fresh_database(url: &str) -> Outcome<String> {
    let (server, _) = url.rsplit_once('/').ok_or("the URL of PostgreSQL names no database")?;
    let mut conn = PgConnection::connect(url).await?;
    let _ =
        sqlx::query("DROP DATABASE IF EXISTS whypaid_bench_pages WITH (FORCE)").execute(&mut conn).await?;
    sqlx::query("CREATE DATABASE whypaid_bench_pages").execute(&mut conn).await?;
    Ok(format!("{server}/whypaid_bench_pages"))
}

/// Fills the database at `url`.
pub(super) async fn fill(url: &str, spread: Spread) -> Outcome<Places> {
    let db = super::open(url).await?;
    let mut conn = db.ledger().await?;
    offers(&mut conn).await?;
    conn.commit().await?;
    let count = spread.journeys;
    for start in (0..count).step_by(BATCH) {
        let numbers: Vec<usize> = (start..count.min(start + BATCH)).collect();
        let mut conn = db.ledger().await?;
        for some in numbers.chunks(1000) {
            let all: Vec<StoredClient> = some.iter().map(|&n| client(n)).collect();
            clients::insert_all(&mut conn, &all).await?;
            let all: Vec<StoredJourney> = some.iter().map(|&n| journey(n, count)).collect();
            journeys::insert_all(&mut conn, &all).await?;
            let paid = all.iter().filter(|j| j.judgement.payment_id.is_some());
            payments::upsert(&mut conn, &paid.map(payment).collect::<Vec<_>>()).await?;
            events::insert(&mut conn, some.iter().step_by(4).map(|&n| event(n, count)).collect()).await?;
        }
        conn.commit().await?;
    }
    db.close().await;
    if url.starts_with("postgres") {
        let mut conn = PgConnection::connect(url).await?;
        sqlx::query("VACUUM ANALYZE").execute(&mut conn).await?;
    }
    Ok(Places {
        middle: id("jrn", count / 2 + usize::from((count / 2).is_multiple_of(1000))),
        oldest: id("jrn", 11),
        content: id("con", 3),
        rare: format!("u{}x", count / 3),
    })
}

fn id(prefix: &str, n: usize) -> String {
    format!("{prefix}_{n:032x}")
}

/// A number without order, the same for the same `n`.
fn scattered(n: usize, salt: usize) -> usize {
    (n.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xbf58_476d_1ce4_e5b9)) >> 21)
        & 0xffff_ffff
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

async fn offers(conn: &mut Conn) -> Outcome<()> {
    for (n, category) in CATEGORIES.iter().enumerate() {
        let hypothesis = StoredHypothesis {
            id: id("hyp", n),
            statement: "A plain plan with three dates makes clients pay.".to_owned(),
            category: (*category).to_owned(),
            predicted_probability: Some(0.3),
            predicted_days: Some(7),
            created_at_ms: NOW_MS - YEAR_MS,
        };
        contents::insert_hypothesis(conn, &hypothesis).await?;
    }
    for n in 0..CONTENTS {
        let name = format!("Offer {n}");
        contents::insert_content(
            conn,
            &StoredContent { id: id("con", n), name, created_at_ms: NOW_MS - YEAR_MS },
        )
        .await?;
        let page = || "# Offer".to_owned();
        let version = StoredVersion {
            id: id("ver", n),
            content_id: id("con", n),
            number: 1,
            parent_id: None,
            hypothesis_id: id("hyp", n % CATEGORIES.len()),
            pages: Pages { activation: page(), agreement: page(), confirmation: page(), processing: page() },
            price: Money::new(50_000, usd()),
            elements: BTreeMap::new(),
            journey_id: None,
            created_at_ms: NOW_MS - YEAR_MS,
        };
        contents::insert_version(conn, &version).await?;
    }
    Ok(())
}

fn usd() -> Currency {
    Currency::parse("usd").unwrap_or_else(|| unreachable!("a currency"))
}

fn client(n: usize) -> StoredClient {
    let (first, last) = (FIRST[scattered(n, 1) % FIRST.len()], LAST[scattered(n, 2) % LAST.len()]);
    let mut attributes = BTreeMap::from([
        ("country".to_owned(), COUNTRIES[scattered(n, 3) % COUNTRIES.len()].to_owned()),
        ("plan".to_owned(), ["silver", "gold", "free"][scattered(n, 4) % 3].to_owned()),
    ]);
    if n.is_multiple_of(5_000) {
        attributes.insert("vip".to_owned(), "yes".to_owned());
    }
    StoredClient {
        id: id("cli", n),
        name: format!("{first} {last}"),
        email: format!("u{n}x@example.com"),
        company: Some(format!("{last} & {}", LAST[scattered(n, 5) % LAST.len()])),
        attributes,
        stripe_customer_id: None,
        created_at_ms: NOW_MS - YEAR_MS,
    }
}

/// Outcome and payment: 30 % paid, 8 % responded, 10 % ghosted, 2 % refunded, the rest open, of which some failed.
fn state(n: usize) -> (ledger::Outcome, PaymentStatus) {
    use ledger::Outcome as O;
    match scattered(n, 6) % 5000 {
        0 => (O::Paid, PaymentStatus::Disputed),
        1..1500 => (O::Paid, PaymentStatus::Paid),
        1500..1900 => (O::Responded, PaymentStatus::None),
        1900..2400 => (O::Ghosted, PaymentStatus::None),
        2400..2500 => (O::Refunded, PaymentStatus::Refunded),
        2500..2600 => (O::Pending, PaymentStatus::Failed),
        _ => (O::Pending, PaymentStatus::None),
    }
}

fn journey(n: usize, count: usize) -> StoredJourney {
    let started_at_ms = NOW_MS - YEAR_MS + YEAR_MS / signed(count) * signed(n);
    let (outcome, payment_status) = state(n);
    let money = payment_status != PaymentStatus::None;
    let captured = matches!(outcome, ledger::Outcome::Paid | ledger::Outcome::Refunded);
    let amount_minor = 10_000 + signed(scattered(n, 7) % 200) * 500;
    let net_minor = if outcome == ledger::Outcome::Paid { amount_minor } else { 0 };
    let paid_at_ms = captured.then(|| started_at_ms + signed(scattered(n, 8) % 1_000_000) * 1_000);
    StoredJourney {
        id: id("jrn", n),
        client_id: id("cli", n),
        token: format!("{n:048x}"),
        content_version_id: id("ver", scattered(n, 9) % CONTENTS),
        hypothesis_id: id("hyp", scattered(n, 10) % CATEGORIES.len()),
        price: Money::new(amount_minor, usd()),
        livemode: !n.is_multiple_of(1000),
        started_at_ms,
        first_viewed_at_ms: Some(started_at_ms + 60_000),
        mark: None,
        pinned: None,
        history_count: 0,
        judgement: Judgement {
            outcome,
            source: OutcomeSource::Payment,
            derived_outcome: outcome,
            derived_source: OutcomeSource::Payment,
            payment_status,
            currency: usd(),
            gross_minor: if captured { amount_minor } else { 0 },
            refunded_minor: if captured { amount_minor - net_minor } else { 0 },
            lost_minor: 0,
            at_risk_minor: 0,
            net_minor,
            paid_at_ms,
            returned_at_ms: paid_at_ms.filter(|_| captured && net_minor < amount_minor),
            told: None,
            payment_id: money.then(|| format!("pi_{n:024x}")),
            flags: Vec::new(),
        },
        changed_at_ms: paid_at_ms.unwrap_or(started_at_ms),
    }
}

fn payment(j: &StoredJourney) -> StoredPayment {
    let judgement = &j.judgement;
    StoredPayment {
        id: judgement.payment_id.clone().unwrap_or_default(),
        journey_id: Some(j.id.clone()),
        matched_by: Some(MatchedBy::JourneyMetadata),
        content_version_id: Some(j.content_version_id.clone()),
        hypothesis_id: Some(j.hypothesis_id.clone()),
        suggestions: Vec::new(),
        facts: Payment {
            status: judgement.payment_status,
            currency: Some(judgement.currency),
            captured: judgement.gross_minor > 0,
            gross_minor: judgement.gross_minor,
            refunded_minor: judgement.refunded_minor,
            lost_minor: 0,
            at_risk_minor: 0,
            net_minor: judgement.net_minor,
            method: Some("card".to_owned()),
            paid_at_ms: judgement.paid_at_ms,
            returned_at_ms: judgement.returned_at_ms,
            happened_at_s: j.changed_at_ms / 1000,
            livemode: j.livemode,
            is_money: true,
            early_fraud_warning: false,
            failure: None,
            told: None,
            failed: None,
            processing: None,
            checkouts: Vec::new(),
            evidence: Evidence::default(),
        },
    }
}

fn event(n: usize, count: usize) -> NewEvent {
    let at_ms = NOW_MS - YEAR_MS + YEAR_MS / signed(count) * signed(n);
    NewEvent {
        id: format!("evt_{n:024x}"),
        kind: "product.updated".to_owned(),
        api_version: Some("2025-03-31.basil".to_owned()),
        account: None,
        livemode: true,
        created_at_ms: at_ms,
        received_at_ms: at_ms,
        handled: false,
        due_at_ms: at_ms,
        body: format!("{{\"id\":\"evt_{n:024x}\"}}").into(),
        said: None,
    }
}
