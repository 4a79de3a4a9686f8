//! Browsers in which a person signed in before, under the hash of a secret they keep.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    PUT = "INSERT INTO known_browser (hash, person_id, until_ms) VALUES ($1, $2, $3) \
           ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id, until_ms = excluded.until_ms";
    IS_OF = "SELECT person_id FROM known_browser WHERE hash = $1 AND until_ms > $2";
    SWEEP = "DELETE FROM known_browser WHERE until_ms <= $1";
    FORGET = "DELETE FROM known_browser WHERE person_id = $1";
}

/// The person signed in there.
pub async fn put(conn: &mut Conn, hash: &str, person_id: &str, until_ms: i64) -> Result<()> {
    conn.execute(&PUT, args![hash, person_id, until_ms]).await?;
    Ok(())
}

/// Who signed in there last.
pub async fn of(conn: &mut Conn, hash: &str, now_ms: i64) -> Result<Option<String>> {
    conn.fetch_optional(&IS_OF, args![hash, now_ms]).await?.map(|row| row.get(0)).transpose()
}

/// Forgets those whose time is over.
pub async fn sweep(conn: &mut Conn, now_ms: i64) -> Result<()> {
    conn.execute(&SWEEP, args![now_ms]).await?;
    Ok(())
}

/// Forgets a person's.
pub async fn forget(conn: &mut Conn, person_id: &str) -> Result<()> {
    conn.execute(&FORGET, args![person_id]).await?;
    Ok(())
}
