//! Links with which people choose a password: one per person, for one use, under the hash of its secret.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    PUT = "INSERT INTO invitation (person_id, hash, until_ms) VALUES ($1, $2, $3) \
           ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, until_ms = excluded.until_ms";
    BY_HASH = "SELECT person_id FROM invitation WHERE hash = $1 AND until_ms > $2";
    OPEN = "SELECT person_id, until_ms FROM invitation WHERE person_id = ANY($1)";
    TAKE = "DELETE FROM invitation WHERE person_id = $1";
}

/// Makes this the person's only link.
pub async fn put(conn: &mut Conn, person_id: &str, hash: &str, until_ms: i64) -> Result<()> {
    conn.execute(&PUT, args![person_id, hash, until_ms]).await?;
    Ok(())
}

/// Whose link this is, while it is good.
pub async fn by_hash(conn: &mut Conn, hash: &str, now_ms: i64) -> Result<Option<String>> {
    conn.fetch_optional(&BY_HASH, args![hash, now_ms]).await?.map(|row| row.get(0)).transpose()
}

/// Those of these people who have a link, and until when it is good, Unix ms.
pub async fn open(conn: &mut Conn, person_ids: Vec<String>) -> Result<Vec<(String, i64)>> {
    let rows = conn.fetch_all(&OPEN, args![person_ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Ends the person's link. False when there was none.
pub async fn end(conn: &mut Conn, person_id: &str) -> Result<bool> {
    Ok(conn.execute(&TAKE, args![person_id]).await? == 1)
}
