//! What the statistics go by, where it was changed: whole numbers under a name.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    ALL_OF_THEM = "SELECT name, value FROM threshold ORDER BY name";
    PUT = "INSERT INTO threshold (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}

/// Name and value, by name; what was never changed is not among them.
pub async fn list(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let stored = |row: &Row| Ok((row.get(0)?, row.get(1)?));
    conn.fetch_all(&ALL_OF_THEM, args![]).await?.iter().map(stored).collect()
}

/// Writes one.
pub async fn put(conn: &mut Conn, name: &str, value: i64) -> Result<()> {
    conn.execute(&PUT, args![name, value]).await?;
    Ok(())
}
