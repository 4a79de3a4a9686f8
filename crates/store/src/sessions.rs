//! Browsers that are signed in: only the hash of their secret is stored.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Row;
use crate::sql::statements;

statements! {
    INSERT = "INSERT INTO session (id, hash, person_id, created_at_ms, seen_at_ms, address, agent) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BY_HASH = "SELECT s.id, s.seen_at_ms, p.id, p.name, p.email, p.role FROM session s JOIN person p ON p.id = s.person_id \
               WHERE s.hash = $1 AND s.created_at_ms > $2 AND s.seen_at_ms > $3 AND p.active";
    GET = "SELECT id, person_id, created_at_ms, seen_at_ms, address, agent FROM session WHERE id = $1";
    OF_PERSON = "SELECT id, person_id, created_at_ms, seen_at_ms, address, agent FROM session \
                 WHERE person_id = $1 AND created_at_ms > $2 AND seen_at_ms > $3 \
                 AND (CAST($4 AS TEXT) IS NULL OR id < $4) ORDER BY id DESC LIMIT $5";
    SEEN = "UPDATE session SET seen_at_ms = $1 WHERE id = $2 AND seen_at_ms < $1";
    END = "DELETE FROM session WHERE id = $1";
    END_BY_HASH = "DELETE FROM session WHERE hash = $1";
    END_OTHERS = "DELETE FROM session WHERE person_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id <> $2)";
    SWEEP = "DELETE FROM session WHERE created_at_ms <= $1";
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// `ses_…`
    pub id: String,
    /// Whose.
    pub person_id: String,
    /// Signed in, Unix ms.
    pub created_at_ms: i64,
    /// Last seen, to the minute, Unix ms.
    pub seen_at_ms: i64,
    /// Where it signed in from.
    pub address: Option<String>,
    /// What it calls itself.
    pub agent: Option<String>,
}

/// Who holds a session's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// `ses_…`
    pub session_id: String,
    /// Last seen, Unix ms.
    pub seen_at_ms: i64,
    /// `per_…`
    pub person_id: String,
    /// The person's.
    pub name: String,
    /// The person's.
    pub email: String,
    /// The person's, as it is now.
    pub role: String,
}

/// Sessions must have begun, and been seen, after these. Unix ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alive {
    /// Begun after.
    pub created_after_ms: i64,
    /// Seen after.
    pub seen_after_ms: i64,
}

/// Writes a new session under the hash of its secret.
pub async fn insert(conn: &mut Conn, s: &StoredSession, hash: &str) -> Result<()> {
    let (address, agent) = (s.address.as_deref(), s.agent.as_deref());
    let args = args![&s.id, hash, &s.person_id, s.created_at_ms, s.seen_at_ms, address, agent];
    conn.execute(&INSERT, args).await?;
    Ok(())
}

/// Who holds the secret of this hash, if they may still sign in.
pub async fn by_hash(conn: &mut Conn, hash: &str, alive: Alive) -> Result<Option<Holder>> {
    let args = args![hash, alive.created_after_ms, alive.seen_after_ms];
    let row = conn.fetch_optional(&BY_HASH, args).await?;
    row.map(|row| {
        Ok(Holder {
            session_id: row.get(0)?,
            seen_at_ms: row.get(1)?,
            person_id: row.get(2)?,
            name: row.get(3)?,
            email: row.get(4)?,
            role: row.get(5)?,
        })
    })
    .transpose()
}

/// One session, alive or not.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<StoredSession>> {
    conn.fetch_optional(&GET, args![id]).await?.as_ref().map(stored).transpose()
}

/// A person's sessions, newest first, those before `after`.
pub async fn of_person(
    conn: &mut Conn,
    person_id: &str,
    alive: Alive,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredSession>> {
    let args = args![person_id, alive.created_after_ms, alive.seen_after_ms, after, limit];
    conn.fetch_all(&OF_PERSON, args).await?.iter().map(stored).collect()
}

/// Notes that a session was seen.
pub async fn seen(conn: &mut Conn, id: &str, at_ms: i64) -> Result<()> {
    conn.execute(&SEEN, args![at_ms, id]).await?;
    Ok(())
}

/// Ends a session. False when there was none.
pub async fn end(conn: &mut Conn, id: &str) -> Result<bool> {
    Ok(conn.execute(&END, args![id]).await? == 1)
}

/// Likewise the one whose secret has this hash.
pub async fn end_by_hash(conn: &mut Conn, hash: &str) -> Result<()> {
    conn.execute(&END_BY_HASH, args![hash]).await?;
    Ok(())
}

/// Ends a person's sessions, but for `but`. Returns how many.
pub async fn end_others(conn: &mut Conn, person_id: &str, but: Option<&str>) -> Result<u64> {
    conn.execute(&END_OTHERS, args![person_id, but]).await
}

/// Forgets those that began at or before `created_ms`.
pub async fn sweep(conn: &mut Conn, created_ms: i64) -> Result<()> {
    conn.execute(&SWEEP, args![created_ms]).await?;
    Ok(())
}

fn stored(row: &Row) -> Result<StoredSession> {
    Ok(StoredSession {
        id: row.get(0)?,
        person_id: row.get(1)?,
        created_at_ms: row.get(2)?,
        seen_at_ms: row.get(3)?,
        address: row.get(4)?,
        agent: row.get(5)?,
    })
}
