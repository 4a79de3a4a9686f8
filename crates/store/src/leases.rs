//! Leases: what only one node does at a time, until it says so no more.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

statements! {
    TAKE = "INSERT INTO lease (name, holder, until_ms) VALUES ($1, $2, $3) \
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms \
            WHERE lease.holder = excluded.holder OR lease.until_ms <= $4";
    RELEASE = "DELETE FROM lease WHERE name = $1 AND holder = $2";
    UNTIL = "SELECT until_ms FROM lease WHERE name = $1";
}

/// Takes or renews a lease. False when somebody else holds it at `now_ms`.
pub async fn take(conn: &mut Conn, name: &str, holder: &str, until_ms: i64, now_ms: i64) -> Result<bool> {
    Ok(conn.execute(&TAKE, args![name, holder, until_ms, now_ms]).await? == 1)
}

/// Gives a lease back; one that somebody else holds by now stays.
pub async fn release(conn: &mut Conn, name: &str, holder: &str) -> Result<()> {
    conn.execute(&RELEASE, args![name, holder]).await?;
    Ok(())
}

/// Until when it is held, Unix ms.
pub async fn until_ms(conn: &mut Conn, name: &str) -> Result<Option<i64>> {
    conn.fetch_optional(&UNTIL, args![name]).await?.map(|row| row.get(0)).transpose()
}
