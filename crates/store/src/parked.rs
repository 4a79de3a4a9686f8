//! Thin events: put aside when they arrive, until the object they are about was fetched. Their `due_at_ms` stays
//! [`PARKED_MS`] for good, so that applying never sees them: it sees the reading of their object.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::events::PARKED_MS;
use crate::sql::statements;

statements! {
    WAITING = "SELECT event_id FROM event_waiting WHERE status = 'received' AND due_at_ms = $1 AND event_id > $2 \
               ORDER BY event_id LIMIT $3";
    NOTE = "UPDATE event_waiting SET last_error = $1 WHERE event_id = ANY($2) AND due_at_ms = $3 \
            AND status = 'received' AND (last_error IS NULL OR last_error <> $1)";
    AGAIN = "INSERT INTO event_waiting (event_id, status, attempts, received_at_ms, due_at_ms) \
             SELECT id, 'received', 0, received_at_ms, $2 FROM event WHERE id = ANY($1) AND thin \
             ON CONFLICT (event_id) DO UPDATE SET status = excluded.status, attempts = excluded.attempts, \
             last_error = NULL";
}

/// Ids of those that wait for their object, ascending; `after` is the last of the page before, or empty.
pub async fn waiting(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&WAITING, args![PARKED_MS, after, limit]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Notes why these still wait.
pub async fn note(conn: &mut Conn, ids: Vec<String>, why: &str) -> Result<()> {
    conn.execute(&NOTE, args![why, ids, PARKED_MS]).await?;
    Ok(())
}

/// Lets those of `ids` that are thin wait for their object again, whatever became of them. Returns how many there are.
pub async fn again(conn: &mut Conn, ids: Vec<String>) -> Result<u64> {
    conn.execute(&AGAIN, args![ids, PARKED_MS]).await
}
