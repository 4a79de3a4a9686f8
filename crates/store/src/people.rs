//! People who may sign in.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO person (id, email, name, role, password_hash, active, created_at_ms) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    GET = "SELECT id, email, name, role, active, created_at_ms, password_hash FROM person WHERE id = $1";
    BY_EMAIL = "SELECT id, email, name, role, active, created_at_ms, password_hash FROM person WHERE email = $1";
    BY_IDS = "SELECT id, email, name, role, active, created_at_ms, password_hash FROM person WHERE id = ANY($1)";
    LIST = "SELECT id, email, name, role, active, created_at_ms, password_hash FROM person \
            WHERE (CAST($1 AS TEXT) IS NULL OR id > $1) ORDER BY id LIMIT $2";
    COUNT = "SELECT count(*) FROM person";
    OTHER_OWNERS = "SELECT count(*) FROM person \
                    WHERE role = 'owner' AND active AND password_hash IS NOT NULL AND id <> $1";
    CHANGE = "UPDATE person SET name = $1, role = $2, active = $3 WHERE id = $4";
    SET_EMAIL = "UPDATE person SET email = $1 WHERE id = $2";
    SET_PASSWORD = "UPDATE person SET password_hash = $1 WHERE id = $2";
}

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPerson {
    /// `per_…`
    pub id: String,
    /// Lowercase; unique.
    pub email: String,
    /// As they are called.
    pub name: String,
    /// `owner`, `editor` or `viewer`.
    pub role: String,
    /// May sign in.
    pub active: bool,
    /// Unix ms.
    pub created_at_ms: i64,
    /// PHC text; none until they chose a password. Never leaves the server.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for StoredPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the hash: what is debugged is logged sooner or later.
        let Self { id, role, active, .. } = self;
        f.debug_struct("StoredPerson")
            .field("id", id)
            .field("role", role)
            .field("active", active)
            .finish_non_exhaustive()
    }
}

/// Writes a new person; a conflict when somebody has the address already.
pub async fn insert(conn: &mut Conn, p: &StoredPerson) -> Result<()> {
    let hash = p.password_hash.as_deref();
    let args = args![&p.id, &p.email, &p.name, &p.role, hash, p.active, p.created_at_ms];
    conn.execute(&INSERT, args).await?;
    Ok(())
}

/// One person.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<StoredPerson>> {
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(stored).transpose()
}

/// Who has this address.
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<StoredPerson>> {
    conn.fetch_optional(&BY_EMAIL, args![email]).await?.as_ref().map(stored).transpose()
}

/// These people.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredPerson>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(stored).collect()
}

/// In the order they came in, those after `after`.
pub async fn list(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<StoredPerson>> {
    conn.fetch_all(&LIST, args![after, limit]).await?.iter().map(stored).collect()
}

/// How many there are, whether they may sign in or not.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    number(conn.fetch_optional(&COUNT, args![]).await?)
}

/// Owners who can sign in, but for this person.
pub async fn other_owners(conn: &mut Conn, id: &str) -> Result<i64> {
    number(conn.fetch_optional(&OTHER_OWNERS, args![id]).await?)
}

/// Writes name, role and whether they may sign in.
pub async fn change(conn: &mut Conn, p: &StoredPerson) -> Result<()> {
    touched(conn.execute(&CHANGE, args![&p.name, &p.role, p.active, &p.id]).await?)
}

/// Writes a new address; a conflict when somebody has it already.
pub async fn set_email(conn: &mut Conn, id: &str, email: &str) -> Result<()> {
    touched(conn.execute(&SET_EMAIL, args![email, id]).await?)
}

/// Writes a new password's hash.
pub async fn set_password(conn: &mut Conn, id: &str, hash: &str) -> Result<()> {
    touched(conn.execute(&SET_PASSWORD, args![hash, id]).await?)
}

fn touched(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::LostWrite("person")) }
}

fn number(row: Option<Row>) -> Result<i64> {
    row.map_or(Ok(0), |row| row.get(0))
}

fn stored(row: &Row) -> Result<StoredPerson> {
    Ok(StoredPerson {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        active: row.get(4)?,
        created_at_ms: row.get(5)?,
        password_hash: row.get(6)?,
    })
}
