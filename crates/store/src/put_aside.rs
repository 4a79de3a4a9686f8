//! Events that a person put aside: they failed, and somebody decided that they need not be applied. They show as
//! ignored until they are replayed.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::events;
use crate::sql::statements;
use std::collections::BTreeMap;

statements! {
    WAITS = "SELECT attempts, last_error FROM event_waiting WHERE event_id = $1 AND status = ANY($2)";
    END = "DELETE FROM event_waiting WHERE event_id = $1";
    INSERT = "INSERT INTO event_put_aside (event_id, reason, actor, at_ms, last_error) VALUES ($1, $2, $3, $4, $5) \
              ON CONFLICT (event_id) DO UPDATE SET reason = excluded.reason, actor = excluded.actor, \
              at_ms = excluded.at_ms, last_error = excluded.last_error";
    AGAIN = "UPDATE event_put_aside SET reason = $2, actor = $3, at_ms = $4 WHERE event_id = $1 \
             AND EXISTS (SELECT 1 FROM event e WHERE e.id = $1 AND NOT e.handled) \
             AND NOT EXISTS (SELECT 1 FROM event_waiting w WHERE w.event_id = $1)";
    BY_IDS = "SELECT event_id, reason, actor, at_ms, last_error FROM event_put_aside WHERE event_id = ANY($1)";
    FORGET = "DELETE FROM event_put_aside WHERE event_id = ANY($1)";
}

/// Why an event was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutAside {
    /// In words.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Why applying it had failed.
    pub last_error: Option<String>,
}

/// Puts an event aside that failed or is dead, or gives one that is put aside another reason. False for any other. Call under [`crate::Db::ledger`].
pub async fn put(conn: &mut Conn, id: &str, reason: &str, actor: &str, at_ms: i64) -> Result<bool> {
    let statuses = vec!["failed".to_owned(), "dead".to_owned()];
    let Some(row) = conn.fetch_optional(&WAITS, args![id, statuses]).await? else {
        return Ok(conn.execute(&AGAIN, args![id, reason, actor, at_ms]).await? == 1);
    };
    let (attempts, last_error): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
    conn.execute(&END, args![id]).await?;
    events::set_end(conn, id, false, attempts).await?;
    conn.execute(&INSERT, args![id, reason, actor, at_ms, last_error]).await?;
    Ok(true)
}

/// Those of these events that were put aside.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, PutAside>> {
    let rows = conn.fetch_all(&BY_IDS, args![ids]).await?;
    rows.iter()
        .map(|row| {
            let aside = PutAside {
                reason: row.get(1)?,
                actor: row.get(2)?,
                at_ms: row.get(3)?,
                last_error: row.get(4)?,
            };
            Ok((row.get(0)?, aside))
        })
        .collect()
}

/// They are to be applied after all.
pub(crate) async fn forget(conn: &mut Conn, ids: &[String]) -> Result<()> {
    conn.execute(&FORGET, args![ids]).await?;
    Ok(())
}
