//! Attempts to open a checkout: written before Stripe is asked, so that none is forgotten and none is made twice.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::sql::statements;
use ledger::{Currency, Money};

statements! {
    NEWEST = "SELECT journey_id, number, content_version_id, hypothesis_id, amount_minor, currency, params, \
              started_at_ms, session_id, closed FROM checkout_attempt WHERE journey_id = $1 \
              ORDER BY number DESC LIMIT 1";
    INSERT = "INSERT INTO checkout_attempt (journey_id, number, content_version_id, hypothesis_id, amount_minor, \
              currency, params, started_at_ms, session_id, closed) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SET_SESSION = "UPDATE checkout_attempt SET session_id = $1 \
                   WHERE journey_id = $2 AND number = $3 AND session_id IS NULL";
    CLOSE = "UPDATE checkout_attempt SET closed = TRUE WHERE journey_id = $1 AND number = $2";
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAttempt {
    /// Whose.
    pub journey_id: String,
    /// Counts from 1 within the journey.
    pub number: i64,
    /// Frozen when it began.
    pub content_version_id: String,
    /// Likewise.
    pub hypothesis_id: String,
    /// Likewise.
    pub price: Money,
    /// The request's parameters, as the caller spells them.
    pub params: String,
    /// Unix ms.
    pub started_at_ms: i64,
    /// Once Stripe has answered.
    pub session_id: Option<String>,
    /// Its session, if any, cannot be paid any more.
    pub closed: bool,
}

/// The newest attempt of a journey.
pub async fn newest(conn: &mut Conn, journey_id: &str) -> Result<Option<StoredAttempt>> {
    let row = conn.fetch_optional(&NEWEST, args![journey_id]).await?;
    row.map(|row| {
        Ok(StoredAttempt {
            journey_id: row.get(0)?,
            number: row.get(1)?,
            content_version_id: row.get(2)?,
            hypothesis_id: row.get(3)?,
            price: Money::new(row.get(4)?, row.parse(5, "checkout_attempt", Currency::parse)?),
            params: row.get(6)?,
            started_at_ms: row.get(7)?,
            session_id: row.get(8)?,
            closed: row.get(9)?,
        })
    })
    .transpose()
}

/// Writes a new attempt; its number must be new.
pub async fn insert(conn: &mut Conn, a: &StoredAttempt) -> Result<()> {
    let values = args![
        &a.journey_id,
        a.number,
        &a.content_version_id,
        &a.hypothesis_id,
        a.price.amount_minor,
        a.price.currency.as_str(),
        &a.params,
        a.started_at_ms,
        &a.session_id,
        a.closed
    ];
    conn.execute(&INSERT, values).await?;
    Ok(())
}

/// Notes the session that Stripe answered with. False when one is noted already.
pub async fn set_session(conn: &mut Conn, journey_id: &str, number: i64, session_id: &str) -> Result<bool> {
    Ok(conn.execute(&SET_SESSION, args![session_id, journey_id, number]).await? == 1)
}

/// Ends an attempt; one that has ended stays so.
pub async fn close(conn: &mut Conn, journey_id: &str, number: i64) -> Result<()> {
    match conn.execute(&CLOSE, args![journey_id, number]).await? {
        1 => Ok(()),
        _ => Err(StoreError::LostWrite("checkout_attempt: close")),
    }
}
