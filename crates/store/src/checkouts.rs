//! Checkout Sessions that we opened, with the content frozen to each.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::facts;
use crate::sql::statements;
use ledger::{Currency, Money};

statements! {
    BY_SESSIONS = "SELECT session_id, journey_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, \
                   opened_at_ms FROM checkout WHERE session_id = ANY($1)";
    BY_JOURNEYS = "SELECT session_id, journey_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, \
                   opened_at_ms FROM checkout WHERE journey_id = ANY($1) ORDER BY session_id";
    @many INSERT = "checkout" (session_id: Text, journey_id: Text, content_version_id: Text, hypothesis_id: Text,
                              amount_minor: Int, currency: Text, livemode: Bool, opened_at_ms: Int) "";
}

/// One session.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredCheckout {
    /// `cs_…`
    pub session_id: String,
    /// Whose.
    pub journey_id: String,
    /// Frozen when it was opened.
    pub content_version_id: String,
    /// Likewise.
    pub hypothesis_id: String,
    /// Likewise.
    pub price: Money,
    /// Live or test.
    pub livemode: bool,
    /// Unix ms.
    pub opened_at_ms: i64,
}

fn stored(row: &crate::row::Row) -> Result<StoredCheckout> {
    Ok(StoredCheckout {
        session_id: row.get(0)?,
        journey_id: row.get(1)?,
        content_version_id: row.get(2)?,
        hypothesis_id: row.get(3)?,
        price: Money::new(row.get(4)?, row.parse(5, "checkout", Currency::parse)?),
        livemode: row.get(6)?,
        opened_at_ms: row.get(7)?,
    })
}

/// Records a session that was opened, and that its journey came so far.
pub async fn insert(conn: &mut Conn, c: &StoredCheckout) -> Result<()> {
    let row = args![
        &c.session_id,
        &c.journey_id,
        &c.content_version_id,
        &c.hypothesis_id,
        c.price.amount_minor,
        c.price.currency.as_str(),
        c.livemode,
        c.opened_at_ms
    ];
    conn.insert_many(&INSERT, vec![row]).await?;
    facts::note_checkout(conn, &c.journey_id).await
}

/// Those of these sessions that we opened.
pub async fn by_sessions(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredCheckout>> {
    conn.fetch_all(&BY_SESSIONS, args![ids]).await?.iter().map(stored).collect()
}

/// All of these journeys.
pub async fn by_journeys(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredCheckout>> {
    conn.fetch_all(&BY_JOURNEYS, args![ids]).await?.iter().map(stored).collect()
}
