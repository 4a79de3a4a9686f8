//! What filters can be set to: looked up from step to step along an index, never by counting rows.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

/// Choices of one filter at most.
const CHOICES_MAX: i64 = 100;

statements! {
    CATEGORIES = "WITH RECURSIVE step (category) AS (SELECT min(category) FROM journey_entry WHERE livemode = $1 \
                  UNION ALL SELECT (SELECT min(e.category) FROM journey_entry e WHERE e.livemode = $1 \
                  AND e.category > step.category) FROM step WHERE step.category IS NOT NULL) \
                  SELECT category FROM step WHERE category IS NOT NULL LIMIT $2";
    SEGMENTS = "WITH RECURSIVE step (pair) AS (SELECT min(pair) FROM journey_segment WHERE livemode = $1 \
                UNION ALL SELECT (SELECT min(g.pair) FROM journey_segment g WHERE g.livemode = $1 \
                AND g.pair > step.pair) FROM step WHERE step.pair IS NOT NULL) \
                SELECT pair FROM step WHERE pair IS NOT NULL LIMIT $2";
}

/// Categories that journeys of a mode have, in their order; the first hundred.
pub async fn categories(conn: &mut Conn, livemode: bool) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&CATEGORIES, args![livemode, CHOICES_MAX]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Likewise `key=value` of their clients.
pub async fn segments(conn: &mut Conn, livemode: bool) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&SEGMENTS, args![livemode, CHOICES_MAX]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
