//! Contents, their immutable versions, and the hypothesis behind each.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::{Row, to_json};
use crate::sql::statements;
use ledger::{Currency, Money};
use std::collections::BTreeMap;

statements! {
    INSERT_CONTENT = "INSERT INTO content (id, name, created_at_ms) VALUES ($1, $2, $3)";
    GET_CONTENT = "SELECT id, name, created_at_ms FROM content WHERE id = $1";
    LIST_CONTENTS = "SELECT id, name, created_at_ms FROM content \
                     WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
    INSERT_HYPOTHESIS = "INSERT INTO hypothesis (id, statement, category, predicted_probability, predicted_days, \
                         created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)";
    GET_HYPOTHESIS = "SELECT id, statement, category, predicted_probability, predicted_days, created_at_ms \
                      FROM hypothesis WHERE id = $1";
    INSERT_VERSION = "INSERT INTO content_version (id, content_id, number, parent_id, hypothesis_id, activation, \
                      agreement, confirmation, processing, amount_minor, currency, elements, journey_id, created_at_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    GET_VERSION = "SELECT id, content_id, number, parent_id, hypothesis_id, activation, agreement, confirmation, \
                   processing, amount_minor, currency, elements, journey_id, created_at_ms FROM content_version WHERE id = $1";
    NEWEST_VERSION = "SELECT id, content_id, number, parent_id, hypothesis_id, activation, agreement, confirmation, \
                   processing, amount_minor, currency, elements, journey_id, created_at_ms FROM content_version \
                   WHERE content_id = $1 AND journey_id IS NULL ORDER BY number DESC LIMIT 1";
    NEWEST_VERSIONS = "SELECT v.id, v.content_id, v.number, v.parent_id, v.hypothesis_id, v.activation, v.agreement, \
                   v.confirmation, v.processing, v.amount_minor, v.currency, v.elements, v.journey_id, v.created_at_ms \
                   FROM content_version v WHERE v.content_id = ANY($1) AND v.journey_id IS NULL \
                   AND NOT EXISTS (SELECT 1 FROM content_version n WHERE n.content_id = v.content_id \
                   AND n.journey_id IS NULL AND n.number > v.number)";
    NEXT_NUMBER = "SELECT COALESCE(max(number), 0) + 1 FROM content_version WHERE content_id = $1";
    VERSIONS = "SELECT id, content_id, number, parent_id, hypothesis_id, activation, agreement, confirmation, \
                processing, amount_minor, currency, elements, journey_id, created_at_ms FROM content_version \
                WHERE content_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR number < $2) ORDER BY number DESC LIMIT $3";
    TALLY = "SELECT v.content_id, count(*), CAST(sum(COALESCE(l.amount, 0) + COALESCE(t.amount, 0)) AS BIGINT) \
             FROM content_version v \
             LEFT JOIN journey_tally l ON l.livemode = TRUE AND l.name = 'version' AND l.key = v.id \
             LEFT JOIN journey_tally t ON t.livemode = FALSE AND t.name = 'version' AND t.key = v.id \
             WHERE v.content_id = ANY($1) GROUP BY v.content_id";
    JOURNEYS_OF = "SELECT v.id, CAST(COALESCE(l.amount, 0) + COALESCE(t.amount, 0) AS BIGINT) FROM content_version v \
             LEFT JOIN journey_tally l ON l.livemode = TRUE AND l.name = 'version' AND l.key = v.id \
             LEFT JOIN journey_tally t ON t.livemode = FALSE AND t.name = 'version' AND t.key = v.id WHERE v.id = ANY($1)";
    BY_IDS = "SELECT id, content_id, number, parent_id, hypothesis_id, activation, agreement, confirmation, \
              processing, amount_minor, currency, elements, journey_id, created_at_ms FROM content_version \
              WHERE id = ANY($1)";
    HYPOTHESES = "SELECT id, statement, category, predicted_probability, predicted_days, created_at_ms \
                  FROM hypothesis WHERE id = ANY($1)";
    VERSION_IDS = "SELECT id, hypothesis_id FROM content_version WHERE id = ANY($1)";
    HYPOTHESIS_IDS = "SELECT id FROM hypothesis WHERE id = ANY($1)";
}

/// A named piece of sales content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// `con_…`
    pub id: String,
    /// As its maker named it.
    pub name: String,
    /// Unix ms.
    pub created_at_ms: i64,
}

/// Why something should work.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredHypothesis {
    /// `hyp_…`
    pub id: String,
    /// At least 20 characters.
    pub statement: String,
    /// One of the usual ones, or the seller's own.
    pub category: String,
    /// 0 to 1.
    pub predicted_probability: Option<f64>,
    /// Until paid.
    pub predicted_days: Option<i64>,
    /// Unix ms.
    pub created_at_ms: i64,
}

/// The four pages, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the four steps, SPEC section 1")]
pub struct Pages {
    pub activation: String,
    pub agreement: String,
    pub confirmation: String,
    pub processing: String,
}

/// An immutable version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// `ver_…`
    pub id: String,
    /// Of which content.
    pub content_id: String,
    /// Counts from 1.
    pub number: i64,
    /// The version it was edited from.
    pub parent_id: Option<String>,
    /// Why it should work.
    pub hypothesis_id: String,
    /// What the client reads.
    pub pages: Pages,
    /// What it asks for.
    pub price: Money,
    /// `headline=question`.
    pub elements: BTreeMap<String, String>,
    /// The journey whose own copy it is, when it is one.
    pub journey_id: Option<String>,
    /// Unix ms.
    pub created_at_ms: i64,
}

fn content(row: &Row) -> Result<StoredContent> {
    Ok(StoredContent { id: row.get(0)?, name: row.get(1)?, created_at_ms: row.get(2)? })
}

fn version(row: &Row) -> Result<StoredVersion> {
    Ok(StoredVersion {
        id: row.get(0)?,
        content_id: row.get(1)?,
        number: row.get(2)?,
        parent_id: row.get(3)?,
        hypothesis_id: row.get(4)?,
        pages: Pages {
            activation: row.get(5)?,
            agreement: row.get(6)?,
            confirmation: row.get(7)?,
            processing: row.get(8)?,
        },
        price: Money::new(row.get(9)?, row.parse(10, "content_version", Currency::parse)?),
        elements: row.json(11, "content_version")?,
        journey_id: row.get(12)?,
        created_at_ms: row.get(13)?,
    })
}

fn hypothesis(row: &Row) -> Result<StoredHypothesis> {
    Ok(StoredHypothesis {
        id: row.get(0)?,
        statement: row.get(1)?,
        category: row.get(2)?,
        predicted_probability: row.get(3)?,
        predicted_days: row.get(4)?,
        created_at_ms: row.get(5)?,
    })
}

/// Writes a new content.
pub async fn insert_content(conn: &mut Conn, c: &StoredContent) -> Result<()> {
    conn.execute(&INSERT_CONTENT, args![&c.id, &c.name, c.created_at_ms]).await?;
    Ok(())
}

/// One content.
pub async fn get_content(conn: &mut Conn, id: &str) -> Result<Option<StoredContent>> {
    conn.fetch_optional(&GET_CONTENT, args![id]).await?.as_ref().map(content).transpose()
}

/// Newest first; `after` is the last id of the page before.
pub async fn list_contents(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<StoredContent>> {
    conn.fetch_all(&LIST_CONTENTS, args![after, limit]).await?.iter().map(content).collect()
}

/// Writes a new hypothesis.
pub async fn insert_hypothesis(conn: &mut Conn, h: &StoredHypothesis) -> Result<()> {
    let values =
        args![&h.id, &h.statement, &h.category, h.predicted_probability, h.predicted_days, h.created_at_ms];
    conn.execute(&INSERT_HYPOTHESIS, values).await?;
    Ok(())
}

/// One hypothesis.
pub async fn get_hypothesis(conn: &mut Conn, id: &str) -> Result<Option<StoredHypothesis>> {
    conn.fetch_optional(&GET_HYPOTHESIS, args![id]).await?.as_ref().map(hypothesis).transpose()
}

/// These hypotheses.
pub async fn hypotheses(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredHypothesis>> {
    conn.fetch_all(&HYPOTHESES, args![ids]).await?.iter().map(hypothesis).collect()
}

/// Writes a new version.
pub async fn insert_version(conn: &mut Conn, v: &StoredVersion) -> Result<()> {
    let values = args![
        &v.id,
        &v.content_id,
        v.number,
        &v.parent_id,
        &v.hypothesis_id,
        &v.pages.activation,
        &v.pages.agreement,
        &v.pages.confirmation,
        &v.pages.processing,
        v.price.amount_minor,
        v.price.currency.as_str(),
        to_json(&v.elements)?,
        &v.journey_id,
        v.created_at_ms
    ];
    conn.execute(&INSERT_VERSION, values).await?;
    Ok(())
}

/// One version.
pub async fn get_version(conn: &mut Conn, id: &str) -> Result<Option<StoredVersion>> {
    conn.fetch_optional(&GET_VERSION, args![id]).await?.as_ref().map(version).transpose()
}

/// The newest version of a content that is not one journey's own.
pub async fn newest_version(conn: &mut Conn, content_id: &str) -> Result<Option<StoredVersion>> {
    conn.fetch_optional(&NEWEST_VERSION, args![content_id]).await?.as_ref().map(version).transpose()
}

/// Likewise of these contents.
pub async fn newest_versions(conn: &mut Conn, content_ids: Vec<String>) -> Result<Vec<StoredVersion>> {
    conn.fetch_all(&NEWEST_VERSIONS, args![content_ids]).await?.iter().map(version).collect()
}

/// The number of a content's next version. Take it under [`crate::Db::ledger`], so that it is given once.
pub async fn next_number(conn: &mut Conn, content_id: &str) -> Result<i64> {
    let row = conn.fetch_optional(&NEXT_NUMBER, args![content_id]).await?;
    row.map_or(Ok(1), |row| row.get(0))
}

/// Newest first, journeys' own copies among them; `before` is the last number of the page before.
pub async fn versions(
    conn: &mut Conn,
    content_id: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<StoredVersion>> {
    conn.fetch_all(&VERSIONS, args![content_id, before, limit]).await?.iter().map(version).collect()
}

/// These versions.
pub async fn versions_by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredVersion>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(version).collect()
}

/// (content, its versions, the journeys that go through one of them), by kept counts.
pub async fn tally(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(String, i64, i64)>> {
    let rows = conn.fetch_all(&TALLY, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

/// (version, the journeys that go through it); those without any are left out.
pub async fn journeys_of(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(String, i64)>> {
    let rows = conn.fetch_all(&JOURNEYS_OF, args![ids]).await?;
    let counts = rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<_>>>()?;
    Ok(counts.into_iter().filter(|(_, journeys)| *journeys != 0).collect())
}

/// (version, its hypothesis) of those ids that are versions.
pub async fn version_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(String, String)>> {
    let rows = conn.fetch_all(&VERSION_IDS, args![ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Those ids that are hypotheses.
pub async fn hypothesis_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<String>> {
    conn.fetch_all(&HYPOTHESIS_IDS, args![ids]).await?.iter().map(|row| row.get(0)).collect()
}
