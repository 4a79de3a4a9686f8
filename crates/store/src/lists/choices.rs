//! What filters can be set to: looked up from step to step along an index, never by counting rows.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;

/// Choices of one filter at most.
const CHOICES_MAX: i64 = 100;

// All in one, as each page of the list asks for all.
statements! {
    CHOICES = "WITH RECURSIVE category (value) AS (SELECT min(category) FROM journey_entry WHERE livemode = $1 \
               UNION ALL SELECT (SELECT min(e.category) FROM journey_entry e WHERE e.livemode = $1 \
               AND e.category > category.value) FROM category WHERE category.value IS NOT NULL), \
               segment (value) AS (SELECT min(pair) FROM journey_segment WHERE livemode = $1 \
               UNION ALL SELECT (SELECT min(g.pair) FROM journey_segment g WHERE g.livemode = $1 \
               AND g.pair > segment.value) FROM segment WHERE segment.value IS NOT NULL) \
               SELECT 'category', c.value, '' FROM (SELECT value FROM category WHERE value IS NOT NULL LIMIT $2) c \
               UNION ALL SELECT 'segment', s.value, '' FROM (SELECT value FROM segment WHERE value IS NOT NULL LIMIT $2) s \
               UNION ALL SELECT 'content', n.id, n.name FROM (SELECT id, name FROM content ORDER BY id DESC LIMIT $2) n";
}

/// What there is to choose from, the first hundred of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// (id, name) of contents, newest first, whatever their journeys' mode.
    pub contents: Vec<(String, String)>,
    /// Categories that journeys of the mode have, in their order.
    pub categories: Vec<String>,
    /// Likewise `key=value` of their clients.
    pub segments: Vec<String>,
}

/// The choices of a mode.
pub async fn of(conn: &mut Conn, livemode: bool) -> Result<Choices> {
    let mut choices = Choices::default();
    for row in conn.fetch_all(&CHOICES, args![livemode, CHOICES_MAX]).await? {
        match row.get::<String>(0)?.as_str() {
            "category" => choices.categories.push(row.get(1)?),
            "segment" => choices.segments.push(row.get(1)?),
            _ => choices.contents.push((row.get(1)?, row.get(2)?)),
        }
    }
    // Put together, rows have no order of their own.
    choices.categories.sort_unstable();
    choices.segments.sort_unstable();
    choices.contents.sort_unstable_by(|a, b| b.0.cmp(&a.0));
    Ok(choices)
}
