//! Filters and order of a list under a name: a person's own, or everybody's.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO saved_view (id, name, owner, query, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
    OF = "SELECT id, name, owner, query, created_at_ms FROM saved_view WHERE owner IS NULL OR owner = $1 \
          ORDER BY name, id LIMIT $2";
    GET = "SELECT id, name, owner, query, created_at_ms FROM saved_view WHERE id = $1";
    DELETE = "DELETE FROM saved_view WHERE id = $1";
}

/// One view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// `sav_…`
    pub id: String,
    /// As shown.
    pub name: String,
    /// Whose, by id; absent when it is everybody's.
    pub owner: Option<String>,
    /// Parameters of the list's address, without mode and page.
    pub query: String,
    /// Unix ms.
    pub created_at_ms: i64,
}

fn stored(row: &Row) -> Result<SavedView> {
    Ok(SavedView {
        id: row.get(0)?,
        name: row.get(1)?,
        owner: row.get(2)?,
        query: row.get(3)?,
        created_at_ms: row.get(4)?,
    })
}

/// Writes a new view.
pub async fn insert(conn: &mut Conn, v: &SavedView) -> Result<()> {
    conn.execute(&INSERT, args![&v.id, &v.name, &v.owner, &v.query, v.created_at_ms]).await?;
    Ok(())
}

/// Those of `owner` and those of everybody, by name.
pub async fn of(conn: &mut Conn, owner: &str, limit: i64) -> Result<Vec<SavedView>> {
    conn.fetch_all(&OF, args![owner, limit]).await?.iter().map(stored).collect()
}

/// One view.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<SavedView>> {
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(stored).transpose()
}

/// False when there is no such view.
pub async fn delete(conn: &mut Conn, id: &str) -> Result<bool> {
    Ok(conn.execute(&DELETE, args![id]).await? == 1)
}
