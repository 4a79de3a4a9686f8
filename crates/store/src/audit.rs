//! What people changed. Rows are only added, in the transaction of the change.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO audit (id, at_ms, actor, action, object_id, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT id, at_ms, actor, action, object_id, detail FROM audit \
            WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `aud_…`, ascending with time.
    pub id: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who, by name.
    pub actor: String,
    /// `noun.verb`: `journey.mark`, `token.create`.
    pub action: String,
    /// What it was done to.
    pub object_id: Option<String>,
    /// JSON object; never a secret.
    pub detail: String,
}

/// Adds a row.
pub async fn insert(conn: &mut Conn, e: &Entry) -> Result<()> {
    conn.execute(&INSERT, args![&e.id, e.at_ms, &e.actor, &e.action, e.object_id.as_deref(), &e.detail])
        .await?;
    Ok(())
}

/// Newest first, those before `after`.
pub async fn list(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Entry>> {
    conn.fetch_all(&LIST, args![after, limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        object_id: row.get(4)?,
        detail: row.get(5)?,
    })
}
