//! What is known of each Stripe object, and the tree that makes objects into payments.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::{Row, to_json};
use crate::sql::statements;
use ledger::Snapshot;

statements! {
    BY_IDS = "SELECT id, parent_id, payment_id, facts FROM snapshot WHERE id = ANY($1)";
    BY_PAYMENTS = "SELECT id, parent_id, payment_id, facts FROM snapshot WHERE id = ANY($1) AND payment_id = id \
                   UNION ALL SELECT id, parent_id, payment_id, facts FROM snapshot \
                   WHERE payment_id = ANY($1) AND payment_id <> id";
    PAYMENT_IDS = "SELECT id FROM snapshot WHERE id > $1 AND payment_id = id ORDER BY id LIMIT $2";
    @many UPSERT = "snapshot" (id: Text, parent_id: Text, payment_id: Text, facts: Text)
                  "ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, payment_id = excluded.payment_id, \
                   facts = excluded.facts";
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSnapshot {
    /// `ch_…`
    pub id: String,
    /// The object it hangs on, when known.
    pub parent_id: Option<String>,
    /// The root of its tree.
    pub payment_id: String,
    /// Absent while other objects only mention it.
    pub facts: Option<Snapshot>,
}

fn stored(row: &Row) -> Result<StoredSnapshot> {
    Ok(StoredSnapshot {
        id: row.get(0)?,
        parent_id: row.get(1)?,
        payment_id: row.get(2)?,
        facts: row.json_opt(3, "snapshot")?,
    })
}

/// The rows of these objects.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredSnapshot>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(stored).collect()
}

/// All objects of these payments.
pub async fn by_payments(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredSnapshot>> {
    conn.fetch_all(&BY_PAYMENTS, args![ids]).await?.iter().map(stored).collect()
}

/// Every payment id after `after`, ascending.
pub async fn payment_ids(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>> {
    conn.fetch_all(&PAYMENT_IDS, args![after, limit]).await?.iter().map(|row| row.get(0)).collect()
}

/// Writes rows, new or known; at most one per id.
pub async fn upsert(conn: &mut Conn, rows: impl IntoIterator<Item = &StoredSnapshot>) -> Result<()> {
    let rows = rows.into_iter().map(|s| {
        let facts = s.facts.as_ref().map(to_json).transpose()?;
        Ok(args![&s.id, &s.parent_id, &s.payment_id, facts])
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    conn.insert_many(&UPSERT, rows).await?;
    Ok(())
}
