//! API tokens: only their hash is stored.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO api_token (id, name, role, hash, created_at_ms) VALUES ($1, $2, $3, $4, $5)";
    BY_HASH = "SELECT id, name, role, created_at_ms, seen_at_ms, revoked_at_ms FROM api_token \
               WHERE hash = $1 AND revoked_at_ms IS NULL";
    GET = "SELECT id, name, role, created_at_ms, seen_at_ms, revoked_at_ms FROM api_token WHERE id = $1";
    LIST = "SELECT id, name, role, created_at_ms, seen_at_ms, revoked_at_ms FROM api_token \
            WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
    REVOKE = "UPDATE api_token SET revoked_at_ms = $1 WHERE id = $2 AND revoked_at_ms IS NULL";
    SEEN = "UPDATE api_token SET seen_at_ms = $1 WHERE id = $2 AND (seen_at_ms IS NULL OR seen_at_ms < $1)";
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

/// A token with its times, Unix ms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Who it speaks for.
    pub token: StoredToken,
    /// Made.
    pub created_at_ms: i64,
    /// Last used, to the minute.
    pub seen_at_ms: Option<i64>,
    /// No longer good since.
    pub revoked_at_ms: Option<i64>,
}

/// Stores a token under the hash of its secret.
pub async fn insert(conn: &mut Conn, token: &StoredToken, hash: &str, created_at_ms: i64) -> Result<()> {
    conn.execute(&INSERT, args![&token.id, &token.name, &token.role, hash, created_at_ms]).await?;
    Ok(())
}

/// The token whose secret hashes to `hash`, unless it was revoked.
pub async fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<TokenRow>> {
    conn.fetch_optional(&BY_HASH, args![hash]).await?.as_ref().map(stored).transpose()
}

/// One token, revoked or not.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<TokenRow>> {
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(stored).transpose()
}

/// Newest first, those before `after`; revoked ones among them.
pub async fn list(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<TokenRow>> {
    conn.fetch_all(&LIST, args![after, limit]).await?.iter().map(stored).collect()
}

/// Ends a token. False when there is none, or it was revoked before.
pub async fn revoke(conn: &mut Conn, id: &str, at_ms: i64) -> Result<bool> {
    Ok(conn.execute(&REVOKE, args![at_ms, id]).await? == 1)
}

/// Notes that a token was used.
pub async fn seen(conn: &mut Conn, id: &str, at_ms: i64) -> Result<()> {
    conn.execute(&SEEN, args![at_ms, id]).await?;
    Ok(())
}

fn stored(row: &Row) -> Result<TokenRow> {
    Ok(TokenRow {
        token: StoredToken { id: row.get(0)?, name: row.get(1)?, role: row.get(2)? },
        created_at_ms: row.get(3)?,
        seen_at_ms: row.get(4)?,
        revoked_at_ms: row.get(5)?,
    })
}
