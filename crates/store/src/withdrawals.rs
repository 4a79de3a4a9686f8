//! Links that were withdrawn.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    OF = "SELECT journey_id, at_ms, actor FROM journey_withdrawal WHERE journey_id = ANY($1)";
    WITHDRAW = "INSERT INTO journey_withdrawal (journey_id, at_ms, actor) VALUES ($1, $2, $3) \
                ON CONFLICT (journey_id) DO NOTHING";
    RESTORE = "DELETE FROM journey_withdrawal WHERE journey_id = $1";
}

/// A withdrawal in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Whose link.
    pub journey_id: String,
    /// Unix ms.
    pub at_ms: i64,
    /// Who.
    pub actor: String,
}

/// Those of these journeys whose link is withdrawn.
pub async fn of(conn: &mut Conn, journey_ids: Vec<String>) -> Result<Vec<Withdrawal>> {
    let rows = conn.fetch_all(&OF, args![journey_ids]).await?;
    rows.iter()
        .map(|row| Ok(Withdrawal { journey_id: row.get(0)?, at_ms: row.get(1)?, actor: row.get(2)? }))
        .collect()
}

/// Withdraws a link. False when it was withdrawn before, which stays as it was.
pub async fn withdraw(conn: &mut Conn, w: &Withdrawal) -> Result<bool> {
    Ok(conn.execute(&WITHDRAW, args![&w.journey_id, w.at_ms, &w.actor]).await? == 1)
}

/// Makes the link work again. False when it did.
pub async fn restore(conn: &mut Conn, journey_id: &str) -> Result<bool> {
    Ok(conn.execute(&RESTORE, args![journey_id]).await? == 1)
}
