//! What a new server has seen so far, for the list of first steps.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::sql::statements;

statements! {
    SEEN = "SELECT EXISTS (SELECT 1 FROM event e WHERE e.type <> 'whypaid.read' \
            AND NOT EXISTS (SELECT 1 FROM event_taken_in t WHERE t.event_id = e.id)), \
            EXISTS (SELECT 1 FROM content), EXISTS (SELECT 1 FROM journey), \
            EXISTS (SELECT 1 FROM payment WHERE is_money)";
}

/// Whether there is one at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of a list")]
pub struct FirstSteps {
    /// An event that a webhook brought.
    pub event: bool,
    /// A content.
    pub content: bool,
    /// A journey.
    pub journey: bool,
    /// A payment, in any state.
    pub payment: bool,
}

/// What there is.
pub async fn seen(conn: &mut Conn) -> Result<FirstSteps> {
    let row = conn.fetch_optional(&SEEN, args![]).await?.ok_or(StoreError::LostWrite("no answer"))?;
    Ok(FirstSteps { event: row.get(0)?, content: row.get(1)?, journey: row.get(2)?, payment: row.get(3)? })
}
