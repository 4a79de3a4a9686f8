//! Journeys: one client going through content, and what became of it.

use crate::args::{Value, args};
use crate::db::Conn;
use crate::entries;
use crate::error::{Result, StoreError};
use crate::row::{Row, to_json};
use crate::sql::statements;
use crate::tally;
use ledger::ending::ended_at_ms;
use ledger::{Currency, Judgement, Mark, Money, Override};
use std::collections::{BTreeMap, BTreeSet};

statements! {
    BY_IDS = "SELECT id, client_id, token, content_version_id, hypothesis_id, amount_minor, currency, livemode, \
              started_at_ms, first_viewed_at_ms, mark, pinned, history_count, judgement, changed_at_ms \
              FROM journey WHERE id = ANY($1)";
    BY_CLIENTS = "SELECT id, client_id, token, content_version_id, hypothesis_id, amount_minor, currency, livemode, \
              started_at_ms, first_viewed_at_ms, mark, pinned, history_count, judgement, changed_at_ms \
              FROM journey WHERE client_id = ANY($1) ORDER BY id";
    IDS = "SELECT id FROM journey WHERE id > $1 ORDER BY id LIMIT $2";
    LINES = "SELECT j.id, j.client_id, j.token, j.content_version_id, j.hypothesis_id, j.amount_minor, j.currency, \
            j.livemode, j.started_at_ms, j.first_viewed_at_ms, j.mark, j.pinned, j.history_count, j.judgement, \
            j.changed_at_ms, c.name, c.email, c.company, n.name, v.number, n.id, h.category, c.attributes \
            FROM journey j JOIN client c ON c.id = j.client_id \
            JOIN content_version v ON v.id = j.content_version_id JOIN content n ON n.id = v.content_id \
            JOIN hypothesis h ON h.id = j.hypothesis_id WHERE j.id = ANY($1) ORDER BY j.id DESC";
    INSERT_VERSION = "INSERT INTO journey_version (journey_id, given_at_ms, content_version_id, hypothesis_id) \
                      VALUES ($1, $2, $3, $4)";
    VERSIONS = "SELECT journey_id, given_at_ms, content_version_id, hypothesis_id FROM journey_version \
                WHERE journey_id = ANY($1) ORDER BY journey_id, given_at_ms";
    BY_TOKEN = "SELECT id, client_id, token, content_version_id, hypothesis_id, amount_minor, currency, livemode, \
              started_at_ms, first_viewed_at_ms, mark, pinned, history_count, judgement, changed_at_ms \
              FROM journey WHERE token = $1";
    SET_CONTENT = "UPDATE journey SET content_version_id = $2, hypothesis_id = $3, amount_minor = $4, currency = $5, \
                   changed_at_ms = $6 WHERE id = $1";
    SET_FIRST_VIEWED = "UPDATE journey SET first_viewed_at_ms = $2 WHERE id = $1 AND first_viewed_at_ms IS NULL";
    @many INSERT_VERSIONS = "journey_version" (journey_id: Text, given_at_ms: Int, content_version_id: Text,
                                              hypothesis_id: Text) "";
    @many UPSERT = "journey" (id: Text, client_id: Text, token: Text, content_version_id: Text, hypothesis_id: Text,
                             amount_minor: Int, currency: Text, livemode: Bool, started_at_ms: Int,
                             first_viewed_at_ms: Int, mark: Text, pinned: Text, history_count: Int, outcome: Text,
                             outcome_source: Text, derived_outcome: Text, payment_status: Text, judgement: Text,
                             changed_at_ms: Int, counted_currency: Text, gross_minor: Int, refunded_minor: Int,
                             lost_minor: Int, net_minor: Int, at_risk_minor: Int, ended_at_ms: Int,
                             returned_at_ms: Int)
                  "ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, pinned = excluded.pinned, \
                   history_count = excluded.history_count, outcome = excluded.outcome, \
                   outcome_source = excluded.outcome_source, derived_outcome = excluded.derived_outcome, \
                   payment_status = excluded.payment_status, judgement = excluded.judgement, \
                   changed_at_ms = excluded.changed_at_ms, counted_currency = excluded.counted_currency, \
                   gross_minor = excluded.gross_minor, refunded_minor = excluded.refunded_minor, \
                   lost_minor = excluded.lost_minor, net_minor = excluded.net_minor, \
                   at_risk_minor = excluded.at_risk_minor, ended_at_ms = excluded.ended_at_ms, \
                   returned_at_ms = excluded.returned_at_ms";
}

/// One journey.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredJourney {
    /// `jrn_…`
    pub id: String,
    /// Who goes through it.
    pub client_id: String,
    /// The secret of its link.
    pub token: String,
    /// Given now.
    pub content_version_id: String,
    /// Why it should work.
    pub hypothesis_id: String,
    /// What it asks for.
    pub price: Money,
    /// Live or test.
    pub livemode: bool,
    /// Unix ms.
    pub started_at_ms: i64,
    /// Unix ms.
    pub first_viewed_at_ms: Option<i64>,
    /// The newest mark.
    pub mark: Option<Mark>,
    /// The override in force.
    pub pinned: Option<Override>,
    /// Rows of history so far.
    pub history_count: i64,
    /// What the ledger computed.
    pub judgement: Judgement,
    /// Unix ms of the last change of state.
    pub changed_at_ms: i64,
}

/// A journey as listed, with the names a person knows it by.
#[derive(Clone, Debug, PartialEq)]
pub struct JourneyLine {
    /// The journey.
    pub journey: StoredJourney,
    /// The client's name.
    pub client_name: String,
    /// The client's address.
    pub client_email: String,
    /// The client's company.
    pub client_company: Option<String>,
    /// The content's name.
    pub content_name: String,
    /// The version's number.
    pub version_number: i64,
    /// The content's id.
    pub content_id: String,
    /// Of the journey's hypothesis.
    pub category: String,
    /// The client's.
    pub client_attributes: BTreeMap<String, String>,
}

/// When a journey was given which version.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the words they mean")]
pub struct GivenVersion {
    pub journey_id: String,
    pub given_at_ms: i64,
    pub content_version_id: String,
    pub hypothesis_id: String,
}

fn stored(row: &Row) -> Result<StoredJourney> {
    Ok(StoredJourney {
        id: row.get(0)?,
        client_id: row.get(1)?,
        token: row.get(2)?,
        content_version_id: row.get(3)?,
        hypothesis_id: row.get(4)?,
        price: Money::new(row.get(5)?, row.parse(6, "journey", Currency::parse)?),
        livemode: row.get(7)?,
        started_at_ms: row.get(8)?,
        first_viewed_at_ms: row.get(9)?,
        mark: row.json_opt(10, "journey")?,
        pinned: row.json_opt(11, "journey")?,
        history_count: row.get(12)?,
        judgement: row.json(13, "journey")?,
        changed_at_ms: row.get(14)?,
    })
}

fn line(row: &Row) -> Result<JourneyLine> {
    Ok(JourneyLine {
        journey: stored(row)?,
        client_name: row.get(15)?,
        client_email: row.get(16)?,
        client_company: row.get(17)?,
        content_name: row.get(18)?,
        version_number: row.get(19)?,
        content_id: row.get(20)?,
        category: row.get(21)?,
        client_attributes: row.json(22, "client")?,
    })
}

fn values(j: &StoredJourney) -> Result<Vec<Value>> {
    Ok(args![
        &j.id,
        &j.client_id,
        &j.token,
        &j.content_version_id,
        &j.hypothesis_id,
        j.price.amount_minor,
        j.price.currency.as_str(),
        j.livemode,
        j.started_at_ms,
        j.first_viewed_at_ms,
        j.mark.as_ref().map(to_json).transpose()?,
        j.pinned.as_ref().map(to_json).transpose()?,
        j.history_count,
        j.judgement.outcome.as_str(),
        j.judgement.source.as_str(),
        j.judgement.derived_outcome.as_str(),
        j.judgement.payment_status.as_str(),
        to_json(&j.judgement)?,
        j.changed_at_ms,
        j.judgement.currency.as_str(),
        j.judgement.gross_minor,
        j.judgement.refunded_minor,
        j.judgement.lost_minor,
        j.judgement.net_minor,
        j.judgement.at_risk_minor,
        ended_at_ms(&j.judgement, j.mark.as_ref(), j.pinned.as_ref()),
        j.judgement.returned_at_ms
    ])
}

/// Writes a new journey and the version it was given. The id must be new.
pub async fn insert(conn: &mut Conn, j: &StoredJourney) -> Result<()> {
    if !by_ids(conn, vec![j.id.clone()]).await?.is_empty() {
        return Err(StoreError::Conflict(format!("journey {} exists", j.id)));
    }
    insert_all(conn, std::slice::from_ref(j)).await
}

/// Writes journeys that are all new.
pub async fn insert_all(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<()> {
    enter(conn, journeys).await?;
    let given = |j: &StoredJourney| args![&j.id, j.started_at_ms, &j.content_version_id, &j.hypothesis_id];
    conn.insert_many(&INSERT_VERSIONS, journeys.iter().map(given).collect()).await
}

async fn enter(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<()> {
    conn.insert_many(&UPSERT, journeys.iter().map(values).collect::<Result<Vec<_>>>()?).await?;
    entries::enter(conn, journeys.iter().map(|j| j.id.clone()).collect()).await?;
    entries::segment(conn, journeys).await?;
    tally::change(conn, &[], journeys).await
}

/// Writes what became of journeys, and what people said of them; at most one per id. Known ones change, others are new.
pub async fn save(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<()> {
    let before = by_ids(conn, journeys.iter().map(|j| j.id.clone()).collect()).await?;
    let known: BTreeSet<&String> = before.iter().map(|j| &j.id).collect();
    let (old, new): (Vec<_>, Vec<_>) = journeys.iter().cloned().partition(|j| known.contains(&j.id));
    replace(conn, &before, &old).await?;
    enter(conn, &new).await
}

/// Writes what became of known journeys; `before` is what is stored of the same.
pub async fn replace(conn: &mut Conn, before: &[StoredJourney], after: &[StoredJourney]) -> Result<()> {
    if after.is_empty() {
        return Ok(());
    }
    conn.insert_many(&UPSERT, after.iter().map(values).collect::<Result<Vec<_>>>()?).await?;
    entries::follow(conn, after.iter().map(|j| j.id.clone()).collect()).await?;
    tally::change(conn, before, after).await
}

/// These journeys.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredJourney>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(stored).collect()
}

/// One journey.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<StoredJourney>> {
    Ok(by_ids(conn, vec![id.to_owned()]).await?.pop())
}

/// The journey behind a link.
pub async fn by_token(conn: &mut Conn, token: &str) -> Result<Option<StoredJourney>> {
    conn.fetch_optional(&BY_TOKEN, args![token]).await?.as_ref().map(stored).transpose()
}

/// Gives a journey another version, hypothesis and price from `at_ms` on. Returns when it was given: a millisecond after
/// the one before at least. Call under [`crate::Db::ledger`], and judge it again.
pub async fn give(
    conn: &mut Conn,
    id: &str,
    version_id: &str,
    hypothesis_id: &str,
    price: Money,
    at_ms: i64,
) -> Result<i64> {
    let journeys = by_ids(conn, vec![id.to_owned()]).await?;
    let before = versions(conn, vec![id.to_owned()]).await?;
    let given_at_ms = before.last().map_or(at_ms, |last| at_ms.max(last.given_at_ms.saturating_add(1)));
    let values =
        args![id, version_id, hypothesis_id, price.amount_minor, price.currency.as_str(), given_at_ms];
    if conn.execute(&SET_CONTENT, values).await? != 1 {
        return Err(StoreError::Conflict(format!("journey {id} does not exist")));
    }
    conn.execute(&INSERT_VERSION, args![id, given_at_ms, version_id, hypothesis_id]).await?;
    entries::enter(conn, vec![id.to_owned()]).await?;
    let now = |j: &StoredJourney| StoredJourney { content_version_id: version_id.to_owned(), ..j.clone() };
    tally::change(conn, &journeys, &journeys.iter().map(now).collect::<Vec<_>>()).await?;
    Ok(given_at_ms)
}

/// Notes the client's first look. False when they had looked before.
pub async fn set_first_viewed(conn: &mut Conn, id: &str, at_ms: i64) -> Result<bool> {
    Ok(conn.execute(&SET_FIRST_VIEWED, args![id, at_ms]).await? == 1)
}

/// All journeys of these clients, ascending by id.
pub async fn by_clients(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredJourney>> {
    conn.fetch_all(&BY_CLIENTS, args![ids]).await?.iter().map(stored).collect()
}

/// Every id after `after`, ascending.
pub async fn ids(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>> {
    conn.fetch_all(&IDS, args![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// These journeys as listed, newest first.
pub async fn lines(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<JourneyLine>> {
    conn.fetch_all(&LINES, args![ids]).await?.iter().map(line).collect()
}

/// The versions these journeys were given, oldest first within a journey.
pub async fn versions(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<GivenVersion>> {
    let rows = conn.fetch_all(&VERSIONS, args![ids]).await?;
    rows.iter()
        .map(|row| {
            Ok(GivenVersion {
                journey_id: row.get(0)?,
                given_at_ms: row.get(1)?,
                content_version_id: row.get(2)?,
                hypothesis_id: row.get(3)?,
            })
        })
        .collect()
}
