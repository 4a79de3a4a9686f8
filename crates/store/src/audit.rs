//! What people changed. Rows are only added, in the transaction of the change.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO audit (id, at_ms, actor, actor_id, action, object_id, detail) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LIST = "SELECT id, at_ms, actor, actor_id, action, object_id, detail FROM audit \
            WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) AND (CAST($2 AS TEXT) IS NULL OR actor_id = $2) \
            AND (CAST($3 AS TEXT) IS NULL OR action = $3 OR substr(action, 1, length($3) + 1) = $3 || '.') \
            AND (CAST($4 AS TEXT) IS NULL OR object_id = $4) \
            AND (CAST($5 AS BIGINT) IS NULL OR at_ms >= $5) AND (CAST($6 AS BIGINT) IS NULL OR at_ms < $6) \
            ORDER BY id DESC LIMIT $7";
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
    /// `per_…`, `tok_…`, or the name again for those who are neither.
    pub actor_id: String,
    /// `noun.verb`: `journey.mark`, `token.create`.
    pub action: String,
    /// What it was done to.
    pub object_id: Option<String>,
    /// JSON object; never a secret.
    pub detail: String,
}

/// Which changes. What is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// See [`Entry::actor_id`].
    pub actor_id: Option<String>,
    /// An action, or a noun for all that was done to its kind.
    pub action: Option<String>,
    /// What it was done to.
    pub object_id: Option<String>,
    /// Not before, Unix ms.
    pub from_ms: Option<i64>,
    /// Before, Unix ms.
    pub to_ms: Option<i64>,
}

/// Adds a row.
pub async fn insert(conn: &mut Conn, e: &Entry) -> Result<()> {
    let args = args![&e.id, e.at_ms, &e.actor, &e.actor_id, &e.action, e.object_id.as_deref(), &e.detail];
    conn.execute(&INSERT, args).await?;
    Ok(())
}

/// Newest first, those before `after`.
pub async fn list(
    conn: &mut Conn,
    filter: &AuditFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let AuditFilter { actor_id, action, object_id, from_ms, to_ms } = filter;
    let args = args![after, actor_id, action, object_id, *from_ms, *to_ms, limit];
    conn.fetch_all(&LIST, args).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        actor_id: row.get(3)?,
        action: row.get(4)?,
        object_id: row.get(5)?,
        detail: row.get(6)?,
    })
}
