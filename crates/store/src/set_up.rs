//! Codes that prove, while there is nobody, that whoever sets the server up may: under their hashes.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    PUT = "INSERT INTO set_up_code (hash, made_at_ms) VALUES ($1, $2)";
    LIST = "SELECT hash FROM set_up_code ORDER BY made_at_ms DESC, hash LIMIT $1";
    SWEEP = "DELETE FROM set_up_code WHERE made_at_ms <= $1";
}

/// Adds a code.
pub async fn put(conn: &mut Conn, hash: &str, made_at_ms: i64) -> Result<()> {
    conn.execute(&PUT, args![hash, made_at_ms]).await?;
    Ok(())
}

/// Hashes of the newest codes.
pub async fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<String>> {
    conn.fetch_all(&LIST, args![limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Forgets codes made at or before `made_ms`.
pub async fn sweep(conn: &mut Conn, made_ms: i64) -> Result<()> {
    conn.execute(&SWEEP, args![made_ms]).await?;
    Ok(())
}
