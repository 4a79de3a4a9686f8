//! Many journeys marked at once, and what it takes to undo that.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::{Row, to_json};
use crate::sql::statements;
use ledger::{Mark, Outcome};

statements! {
    INSERT = "INSERT INTO bulk_mark (id, at_ms, actor, outcome) VALUES ($1, $2, $3, $4)";
    GET = "SELECT id, at_ms, actor, outcome, undone_at_ms FROM bulk_mark WHERE id = $1";
    JOURNEYS = "SELECT journey_id, before_mark, given_mark FROM bulk_mark_journey WHERE bulk_mark_id = $1 \
                ORDER BY journey_id DESC";
    SET_UNDONE = "UPDATE bulk_mark SET undone_at_ms = $2 WHERE id = $1 AND undone_at_ms IS NULL";
    @many INSERT_JOURNEYS = "bulk_mark_journey" (bulk_mark_id: Text, journey_id: Text, before_mark: Text,
                                                given_mark: Text) "";
}

/// One act of marking.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkMark {
    /// `blk_…`
    pub id: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who.
    pub actor: String,
    /// What they said of all.
    pub outcome: Outcome,
    /// When it was taken back, Unix ms.
    pub undone_at_ms: Option<i64>,
}

/// A journey whose mark it set.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// `jrn_…`
    pub journey_id: String,
    /// Before.
    pub before: Option<Mark>,
    /// Since.
    pub given: Mark,
}

/// Writes what was done.
pub async fn insert(conn: &mut Conn, bulk: &BulkMark, marked: &[Marked]) -> Result<()> {
    conn.execute(&INSERT, args![&bulk.id, bulk.at_ms, &bulk.actor, bulk.outcome.as_str()]).await?;
    let row = |m: &Marked| {
        let before = m.before.as_ref().map(to_json).transpose()?;
        Ok(args![&bulk.id, &m.journey_id, before, to_json(&m.given)?])
    };
    conn.insert_many(&INSERT_JOURNEYS, marked.iter().map(row).collect::<Result<_>>()?).await
}

/// One of them.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<BulkMark>> {
    let read = |row: &Row| {
        Ok(BulkMark {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            actor: row.get(2)?,
            outcome: row.parse(3, "bulk_mark", Outcome::parse)?,
            undone_at_ms: row.get(4)?,
        })
    };
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(read).transpose()
}

/// The journeys that it marked, newest first.
pub async fn journeys(conn: &mut Conn, id: &str) -> Result<Vec<Marked>> {
    let read = |row: &Row| {
        Ok(Marked {
            journey_id: row.get(0)?,
            before: row.json_opt(1, "bulk_mark_journey")?,
            given: row.json(2, "bulk_mark_journey")?,
        })
    };
    conn.fetch_all(&JOURNEYS, args![id]).await?.iter().map(read).collect()
}

/// False when it was undone before.
pub async fn set_undone(conn: &mut Conn, id: &str, at_ms: i64) -> Result<bool> {
    Ok(conn.execute(&SET_UNDONE, args![id, at_ms]).await? == 1)
}
