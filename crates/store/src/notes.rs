//! What people note on a journey.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::row::{Row, to_json};
use crate::sql::statements;

statements! {
    GET = "SELECT journey_id, id, at_ms, author, text, tags, priority, revision, edited_at_ms, edited_by, author_id \
           FROM note WHERE journey_id = $1 AND id = $2";
    OF_JOURNEY = "SELECT journey_id, id, at_ms, author, text, tags, priority, revision, edited_at_ms, edited_by, \
                  author_id FROM note WHERE journey_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
    COUNT = "SELECT count(*) FROM note WHERE journey_id = $1";
    INSERT = "INSERT INTO note (journey_id, id, at_ms, author, text, tags, priority, revision, edited_at_ms, edited_by, \
              author_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    UPDATE = "UPDATE note SET text = $3, tags = $4, priority = $5, revision = $6, edited_at_ms = $7, edited_by = $8 \
              WHERE journey_id = $1 AND id = $2 AND revision = $6 - 1";
    DELETE = "DELETE FROM note WHERE journey_id = $1 AND id = $2";
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNote {
    /// Whose.
    pub journey_id: String,
    /// `nte_…`, ascending with time.
    pub id: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who wrote it, as they were called.
    pub author: String,
    /// `per_…` or `tok_…`: whose it is. Empty where it is not known.
    pub author_id: String,
    /// What they wrote.
    pub text: String,
    /// To find it by.
    pub tags: Vec<String>,
    /// `low`, `normal` or `high`.
    pub priority: String,
    /// Saves so far, from 1.
    pub revision: i64,
    /// Unix ms of the last change, when there was one.
    pub edited_at_ms: Option<i64>,
    /// Who made it.
    pub edited_by: Option<String>,
}

fn stored(row: &Row) -> Result<StoredNote> {
    Ok(StoredNote {
        journey_id: row.get(0)?,
        id: row.get(1)?,
        at_ms: row.get(2)?,
        author: row.get(3)?,
        text: row.get(4)?,
        tags: row.json(5, "note")?,
        priority: row.get(6)?,
        revision: row.get(7)?,
        edited_at_ms: row.get(8)?,
        edited_by: row.get(9)?,
        author_id: row.get(10)?,
    })
}

/// One note of a journey.
pub async fn get(conn: &mut Conn, journey_id: &str, id: &str) -> Result<Option<StoredNote>> {
    conn.fetch_optional(&GET, args![journey_id, id]).await?.as_ref().map(stored).transpose()
}

/// Newest first; `after` is the last id of the page before.
pub async fn of_journey(
    conn: &mut Conn,
    journey_id: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredNote>> {
    conn.fetch_all(&OF_JOURNEY, args![journey_id, after, limit]).await?.iter().map(stored).collect()
}

/// How many a journey has.
pub async fn count(conn: &mut Conn, journey_id: &str) -> Result<i64> {
    let row = conn.fetch_optional(&COUNT, args![journey_id]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Writes a new note.
pub async fn insert(conn: &mut Conn, n: &StoredNote) -> Result<()> {
    let values = args![
        &n.journey_id,
        &n.id,
        n.at_ms,
        &n.author,
        &n.text,
        to_json(&n.tags)?,
        &n.priority,
        n.revision,
        n.edited_at_ms,
        &n.edited_by,
        &n.author_id
    ];
    conn.execute(&INSERT, values).await?;
    Ok(())
}

/// Writes a note's next revision. Fails when it does not follow the stored one.
pub async fn update(conn: &mut Conn, n: &StoredNote) -> Result<()> {
    let values = args![
        &n.journey_id,
        &n.id,
        &n.text,
        to_json(&n.tags)?,
        &n.priority,
        n.revision,
        n.edited_at_ms,
        &n.edited_by
    ];
    match conn.execute(&UPDATE, values).await? {
        1 => Ok(()),
        _ => Err(StoreError::LostWrite("note: update")),
    }
}

/// Removes a note. False when there is none.
pub async fn delete(conn: &mut Conn, journey_id: &str, id: &str) -> Result<bool> {
    Ok(conn.execute(&DELETE, args![journey_id, id]).await? == 1)
}
