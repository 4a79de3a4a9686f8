//! Comparisons of the books with Stripe: how far each has come, what it saw, what differed.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::row::Row;
use crate::sql::statements;
use ledger::Snapshot;
use std::collections::BTreeSet;

statements! {
    INSERT = "INSERT INTO reconciliation (id, livemode, since_s, started_at_ms, finished_at_ms, progress) \
              VALUES ($1, $2, $3, $4, $5, $6)";
    SAVE = "UPDATE reconciliation SET progress = $1, finished_at_ms = $2 WHERE id = $3";
    GET = "SELECT id, livemode, since_s, started_at_ms, finished_at_ms, progress FROM reconciliation WHERE id = $1";
    LIST = "SELECT id, livemode, since_s, started_at_ms, finished_at_ms, progress FROM reconciliation \
            WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) AND (CAST($3 AS BOOLEAN) IS NULL OR livemode = $3) \
            AND (NOT CAST($4 AS BOOLEAN) OR EXISTS \
            (SELECT 1 FROM reconciliation_difference d WHERE d.reconciliation_id = reconciliation.id)) \
            ORDER BY id DESC LIMIT $2";
    NEWEST_FINISHED = "SELECT id, livemode, since_s, started_at_ms, finished_at_ms, progress FROM reconciliation \
            WHERE livemode = $1 AND finished_at_ms IS NOT NULL ORDER BY id DESC LIMIT 1";
    DIFFERENCES = "SELECT object_id, kind, currency, what, stripe, ours FROM reconciliation_difference \
                   WHERE reconciliation_id = $1 AND object_id > $2 \
                   AND (CAST($4 AS TEXT) IS NULL OR kind = $4) AND (CAST($5 AS TEXT) IS NULL OR currency = $5) \
                   AND (CAST($6 AS TEXT) IS NULL OR object_id = $6) ORDER BY object_id LIMIT $3";
    COUNT_DIFFERENCES = "SELECT count(*) FROM reconciliation_difference WHERE reconciliation_id = $1";
    FORGET_SEEN = "DELETE FROM reconciliation_seen WHERE reconciliation_id = $1";
    UNSEEN = "SELECT s.id, s.facts FROM snapshot s WHERE s.id > $1 AND s.facts IS NOT NULL AND NOT EXISTS \
              (SELECT 1 FROM reconciliation_seen r WHERE r.reconciliation_id = $2 AND r.object_id = s.id) \
              ORDER BY s.id LIMIT $3";
    TAKEN_IN = "SELECT event_id FROM event_taken_in WHERE event_id = ANY($1)";
    @many INSERT_DIFFERENCES = "reconciliation_difference" (reconciliation_id: Text, object_id: Text, kind: Text,
                               currency: Text, what: Text, stripe: Text, ours: Text) "ON CONFLICT DO NOTHING";
    @many INSERT_SEEN = "reconciliation_seen" (reconciliation_id: Text, object_id: Text) "ON CONFLICT DO NOTHING";
    @many INSERT_TAKEN_IN = "event_taken_in" (event_id: Text) "ON CONFLICT DO NOTHING";
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReconciliation {
    /// `rec_…`
    pub id: String,
    /// Of the key.
    pub livemode: bool,
    /// Objects older than this were left out, Unix seconds; everything when absent.
    pub since_s: Option<i64>,
    /// Unix ms.
    pub started_at_ms: i64,
    /// Unix ms; absent while it can go on.
    pub finished_at_ms: Option<i64>,
    /// JSON of whoever compares.
    pub progress: String,
}

/// An object of which Stripe and we say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `ch_…`
    pub object_id: String,
    /// `charges`
    pub kind: String,
    /// When known.
    pub currency: Option<String>,
    /// What differs, in a few words.
    pub what: String,
    /// As Stripe says.
    pub stripe: Option<String>,
    /// As we had it.
    pub ours: Option<String>,
}

fn stored(row: &Row) -> Result<StoredReconciliation> {
    Ok(StoredReconciliation {
        id: row.get(0)?,
        livemode: row.get(1)?,
        since_s: row.get(2)?,
        started_at_ms: row.get(3)?,
        finished_at_ms: row.get(4)?,
        progress: row.get(5)?,
    })
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, r: &StoredReconciliation) -> Result<()> {
    let values = args![&r.id, r.livemode, r.since_s, r.started_at_ms, r.finished_at_ms, &r.progress];
    conn.execute(&INSERT, values).await?;
    Ok(())
}

/// Writes how far it has come. What was seen is forgotten once it has finished.
pub async fn save(conn: &mut Conn, r: &StoredReconciliation) -> Result<()> {
    if conn.execute(&SAVE, args![&r.progress, r.finished_at_ms, &r.id]).await? != 1 {
        return Err(StoreError::LostWrite("reconciliation"));
    }
    if r.finished_at_ms.is_some() {
        conn.execute(&FORGET_SEEN, args![&r.id]).await?;
    }
    Ok(())
}

/// One.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<StoredReconciliation>> {
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(stored).transpose()
}

/// Which comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReconciliationFilter {
    /// One mode.
    pub livemode: Option<bool>,
    /// Only those that found differences.
    pub differs: bool,
}

/// Newest first; `after` is the last id of the page before.
pub async fn list(
    conn: &mut Conn,
    filter: ReconciliationFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredReconciliation>> {
    let args = args![after, limit, filter.livemode, filter.differs];
    conn.fetch_all(&LIST, args).await?.iter().map(stored).collect()
}

/// The newest of a mode that came to its end.
pub async fn newest_finished(conn: &mut Conn, livemode: bool) -> Result<Option<StoredReconciliation>> {
    conn.fetch_optional(&NEWEST_FINISHED, args![livemode]).await?.as_ref().map(stored).transpose()
}

/// Notes differences; of one object the first stays.
pub async fn add_differences(conn: &mut Conn, id: &str, differences: &[Difference]) -> Result<()> {
    let row = |d: &Difference| args![id, &d.object_id, &d.kind, &d.currency, &d.what, &d.stripe, &d.ours];
    conn.insert_many(&INSERT_DIFFERENCES, differences.iter().map(row).collect()).await?;
    Ok(())
}

/// How many there are.
pub async fn count_differences(conn: &mut Conn, id: &str) -> Result<u64> {
    let row = conn.fetch_optional(&COUNT_DIFFERENCES, args![id]).await?;
    let count: i64 = row.map(|row| row.get(0)).transpose()?.unwrap_or(0);
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Which differences of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// `charges`
    pub kind: Option<String>,
    /// `usd`
    pub currency: Option<String>,
    /// One object.
    pub object_id: Option<String>,
}

/// Ascending by object; `after` is the last of the page before, or empty.
pub async fn differences(
    conn: &mut Conn,
    id: &str,
    filter: &DifferenceFilter,
    after: &str,
    limit: i64,
) -> Result<Vec<Difference>> {
    let DifferenceFilter { kind, currency, object_id } = filter;
    let rows = conn.fetch_all(&DIFFERENCES, args![id, after, limit, kind, currency, object_id]).await?;
    rows.iter()
        .map(|row| {
            Ok(Difference {
                object_id: row.get(0)?,
                kind: row.get(1)?,
                currency: row.get(2)?,
                what: row.get(3)?,
                stripe: row.get(4)?,
                ours: row.get(5)?,
            })
        })
        .collect()
}

/// Notes objects that Stripe listed.
pub async fn add_seen(conn: &mut Conn, id: &str, object_ids: Vec<String>) -> Result<()> {
    conn.insert_many(&INSERT_SEEN, object_ids.into_iter().map(|object| args![id, object]).collect()).await?;
    Ok(())
}

/// Objects of ours that Stripe did not list, ascending; `after` is the last of the page before, or empty.
pub async fn unseen(conn: &mut Conn, id: &str, after: &str, limit: i64) -> Result<Vec<(String, Snapshot)>> {
    let rows = conn.fetch_all(&UNSEEN, args![after, id, limit]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.json(1, "snapshot")?))).collect()
}

/// Notes events that no webhook brought.
pub async fn add_taken_in(conn: &mut Conn, event_ids: Vec<String>) -> Result<()> {
    conn.insert_many(&INSERT_TAKEN_IN, event_ids.into_iter().map(|id| args![id]).collect()).await?;
    Ok(())
}

/// Which of these no webhook brought.
pub async fn taken_in(conn: &mut Conn, event_ids: Vec<String>) -> Result<BTreeSet<String>> {
    conn.fetch_all(&TAKEN_IN, args![event_ids]).await?.iter().map(|row| row.get(0)).collect()
}
