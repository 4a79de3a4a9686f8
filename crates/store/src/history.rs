//! Every change of an outcome and every word of a person about it, in order.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;
use ledger::{Outcome, OutcomeSource};

statements! {
    OF_JOURNEY = "SELECT seq, id, journey_id, at_ms, from_outcome, to_outcome, source, event_id, actor, note, outranked \
                  FROM history WHERE journey_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR seq < $2) \
                  ORDER BY seq DESC LIMIT $3";
    @many INSERT = "history" (journey_id: Text, seq: Int, id: Text, at_ms: Int, from_outcome: Text, to_outcome: Text,
                             source: Text, event_id: Text, actor: Text, note: Text, outranked: Bool) "";
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// Counts from 1 within its journey.
    pub seq: i64,
    /// `out_…`
    pub id: String,
    /// Whose.
    pub journey_id: String,
    /// When it was written.
    pub at_ms: i64,
    /// Before.
    pub from: Outcome,
    /// After.
    pub to: Outcome,
    /// What decided.
    pub source: OutcomeSource,
    /// Stripe's event, when Stripe did.
    pub event_id: Option<String>,
    /// The person or token, when one did.
    pub actor: Option<String>,
    /// In words.
    pub note: String,
    /// A mark that did not count.
    pub outranked: bool,
}

/// Appends rows; each `seq` must be the journey's next.
pub async fn insert(conn: &mut Conn, rows: &[HistoryRow]) -> Result<()> {
    let rows = rows.iter().map(|h| {
        args![
            &h.journey_id,
            h.seq,
            &h.id,
            h.at_ms,
            h.from.as_str(),
            h.to.as_str(),
            h.source.as_str(),
            &h.event_id,
            &h.actor,
            &h.note,
            h.outranked
        ]
    });
    conn.insert_many(&INSERT, rows.collect()).await?;
    Ok(())
}

/// Newest first; `before` is the last `seq` of the page before.
pub async fn of_journey(
    conn: &mut Conn,
    journey_id: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<HistoryRow>> {
    let rows = conn.fetch_all(&OF_JOURNEY, args![journey_id, before, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(HistoryRow {
                seq: row.get(0)?,
                id: row.get(1)?,
                journey_id: row.get(2)?,
                at_ms: row.get(3)?,
                from: row.parse(4, "history", Outcome::parse)?,
                to: row.parse(5, "history", Outcome::parse)?,
                source: row.parse(6, "history", OutcomeSource::parse)?,
                event_id: row.get(7)?,
                actor: row.get(8)?,
                note: row.get(9)?,
                outranked: row.get(10)?,
            })
        })
        .collect()
}
