//! Many events replayed at once: which, so that it can be seen later what became of them.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::to_json;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO event_replay (id, at_ms, actor, event_ids) VALUES ($1, $2, $3, $4)";
    GET = "SELECT id, at_ms, actor, event_ids FROM event_replay WHERE id = $1";
}

/// One replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// `rpl_…`
    pub id: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who asked for it.
    pub actor: String,
    /// The events.
    pub event_ids: Vec<String>,
}

/// Writes a new one.
pub async fn insert(conn: &mut Conn, r: &Replay) -> Result<()> {
    conn.execute(&INSERT, args![&r.id, r.at_ms, &r.actor, to_json(&r.event_ids)?]).await?;
    Ok(())
}

/// One.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Replay>> {
    let row = conn.fetch_optional(&GET, args![id]).await?;
    row.map(|row| {
        Ok(Replay {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            actor: row.get(2)?,
            event_ids: row.json(3, "event_replay")?,
        })
    })
    .transpose()
}
