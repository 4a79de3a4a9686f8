//! API tokens: only their hash is stored.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO api_token (id, name, role, hash, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
    BY_HASH = "SELECT id, name, role FROM api_token WHERE hash = $1";
}

/// Who a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// `tok_…`
    pub id: String,
    /// As its maker named it.
    pub name: String,
    /// `owner`, `editor` or `viewer`.
    pub role: String,
}

/// Stores a token under the hash of its secret.
pub async fn insert(conn: &mut Conn, token: &StoredToken, hash: &str, created_at_ms: i64) -> Result<()> {
    conn.execute(&INSERT, args![&token.id, &token.name, &token.role, hash, created_at_ms]).await?;
    Ok(())
}

/// The token whose secret hashes to `hash`.
pub async fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<StoredToken>> {
    let row = conn.fetch_optional(&BY_HASH, args![hash]).await?;
    row.map(|row| Ok(StoredToken { id: row.get(0)?, name: row.get(1)?, role: row.get(2)? })).transpose()
}
