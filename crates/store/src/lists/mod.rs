//! The list of journeys: filters, orders, search, pages in both directions; each in bounded time, however many journeys
//! there are (docs/decisions/0018).
//!
//! A filter that few journeys pass leads: they are all gathered. Otherwise one index is walked in the list's order, and
//! what does not fit is left out; a walk that finds too little within [`SCAN_ROWS`] ends, and the answer says where, so
//! that the next one goes on from there.

pub mod choices;
mod filter;
mod key;
pub(crate) mod lead;
mod sql;

pub use filter::{JourneyFilter, fits};
pub use key::{Key, Sort};

use crate::args::{Value, args};
use crate::db::Conn;
use crate::error::Result;
use crate::journeys::{self, JourneyLine};
use crate::row::Row;
use crate::sql::Sql;
use crate::words;
use lead::Lead;
use std::collections::BTreeMap;

/// Rows that one walk looks at.
pub const SCAN_ROWS: i64 = 2000;

/// Every walk and gathering, for the test that prepares them.
pub(crate) fn walks() -> Vec<&'static Sql> {
    sql::WALKS.iter().flat_map(|pair| pair.iter()).collect()
}

/// Which page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// The first.
    #[default]
    Start,
    /// What comes after this row.
    After(Key),
    /// What comes before it.
    Before(Key),
}

/// One page.
#[derive(Debug, Default)]
pub struct Listed {
    /// In the list's order.
    pub lines: Vec<JourneyLine>,
    /// For [`From::After`]: something may follow.
    pub next: Option<Key>,
    /// For [`From::Before`]: something may come before.
    pub previous: Option<Key>,
    /// The walk gave up for now: `next` (or `previous`, going back) is where it goes on, and this the start of the last
    /// journey that it looked at, Unix ms.
    pub searched_to_ms: Option<i64>,
}

/// A row found, in whatever order is asked for.
#[derive(Clone, Debug)]
struct Found {
    id: String,
    key: Key,
    started_at_ms: i64,
}

/// What a walk or a gathering gave: everything that fits up to `horizon`, or to the end.
struct Part {
    rows: Vec<Found>,
    horizon: Option<Found>,
}

/// What is asked, with all that every statement needs.
pub(crate) struct Ask<'a> {
    filter: &'a JourneyFilter,
    words: Vec<String>,
    sort: Sort,
    /// Against the list's order: for the page before.
    back: bool,
    from: Key,
    /// One more than a page has.
    rows: i64,
}

/// Which journeys a page has, before they are loaded.
#[derive(Debug)]
pub struct Places {
    ids: Vec<String>,
    next: Option<Key>,
    previous: Option<Key>,
    searched_to_ms: Option<i64>,
}

impl Places {
    /// Their ids, in the list's order.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The page, of `lines` that are loaded; those that are missing there are left out.
    pub fn with(self, mut line: impl FnMut(&str) -> Option<JourneyLine>) -> Listed {
        Listed {
            lines: self.ids.iter().filter_map(|id| line(id)).collect(),
            next: self.next,
            previous: self.previous,
            searched_to_ms: self.searched_to_ms,
        }
    }
}

/// The page of `sort` at `from`; `limit` rows at most.
pub async fn list(
    conn: &mut Conn,
    filter: &JourneyFilter,
    sort: Sort,
    from: &From,
    limit: i64,
) -> Result<Listed> {
    let places = find(conn, filter, sort, from, limit).await?;
    let found = journeys::lines(conn, places.ids.clone()).await?;
    let mut lines: BTreeMap<String, JourneyLine> =
        found.into_iter().map(|line| (line.journey.id.clone(), line)).collect();
    Ok(places.with(|id| lines.remove(id)))
}

/// Likewise, without loading its journeys.
pub async fn find(
    conn: &mut Conn,
    filter: &JourneyFilter,
    sort: Sort,
    from: &From,
    limit: i64,
) -> Result<Places> {
    let back = matches!(from, From::Before(_));
    let key = match from {
        From::Start => sort.edge(),
        From::After(key) | From::Before(key) => key.clone(),
    };
    let words = filter.q.as_deref().filter(|q| !is_id(q)).map(words::asked).unwrap_or_default();
    let ask = Ask { filter, words, sort, back, from: key, rows: limit.saturating_add(1) };
    let mut parts = Vec::new();
    for livemode in [true, false] {
        if filter.livemode.is_none_or(|wanted| wanted == livemode) {
            parts.push(part(conn, &ask, livemode).await?);
        }
    }
    let merged = merge(parts, &ask, usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(places(&ask, from, merged))
}

/// Ids of the newest journeys of a mode with a payment status.
pub async fn newest_with_status(
    conn: &mut Conn,
    livemode: bool,
    status: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let (filter, sort) = (JourneyFilter::default(), Sort::Newest);
    let ask = Ask { filter: &filter, words: Vec::new(), sort, back: false, from: sort.edge(), rows: limit };
    let along = &sql::BY_STATUS.rows[ask.direction()];
    let rows = found(conn, along, ask.args(livemode, Value::from(status)), sort).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Somebody looks for one journey.
fn is_id(q: &str) -> bool {
    q.starts_with("jrn_")
}

async fn part(conn: &mut Conn, ask: &Ask<'_>, livemode: bool) -> Result<Part> {
    match lead::choose(conn, ask, livemode).await? {
        Lead::Few(ids) if ids.is_empty() => Ok(Part { rows: Vec::new(), horizon: None }),
        Lead::Few(ids) => {
            let sql = &ask.sort.gather()[ask.direction()];
            let rows = found(conn, sql, ask.args(livemode, Value::Texts(ids)), ask.sort).await?;
            Ok(ask.part(rows, None))
        }
        Lead::Walk(walk, value) => {
            let way = ask.direction();
            let rows = ask.args(livemode, value.clone().into());
            let rows = found(conn, &walk.rows[way], rows, ask.sort).await?;
            let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= ask.rows);
            let end = if is_full {
                None
            } else {
                found(conn, &walk.end[way], ask.end_args(livemode, value.into()), ask.sort).await?.pop()
            };
            Ok(ask.part(rows, end))
        }
    }
}

impl Ask<'_> {
    /// Index of the statement: 0 down, 1 up.
    fn direction(&self) -> usize {
        usize::from(self.sort.is_ascending() != self.back)
    }

    fn args(&self, livemode: bool, lead: Value) -> Vec<Value> {
        let mut args = self.head(livemode, lead);
        args.extend(self.filter.residuals(&self.words));
        args.push(self.rows.into());
        args.extend(self.from.currency().map(Value::from));
        args
    }

    fn end_args(&self, livemode: bool, lead: Value) -> Vec<Value> {
        let mut args = self.head(livemode, lead);
        args.extend(self.from.currency().map(Value::from));
        args
    }

    fn head(&self, livemode: bool, lead: Value) -> Vec<Value> {
        let (first_ms, last_ms) = self.range();
        let mut args = args![livemode];
        args.push(lead);
        args.extend(args![first_ms, last_ms, self.from.number(), self.from.id()]);
        args
    }

    /// First and last start of what is still to come. SQLite begins at one bound of a range: it must be the place itself,
    /// or it would walk there from the end of the list.
    fn range(&self) -> (i64, i64) {
        let (first_ms, last_ms) = self.filter.range();
        match (self.sort.is_by_start(), self.direction()) {
            (false, _) => (first_ms, last_ms),
            (true, 0) => (first_ms, last_ms.min(self.from.number())),
            (true, _) => (first_ms.max(self.from.number()), last_ms),
        }
    }

    fn part(&self, rows: Vec<Found>, end: Option<Found>) -> Part {
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= self.rows);
        let horizon = if is_full { rows.last().cloned() } else { end };
        Part { rows, horizon }
    }

    /// True when `a` comes before `b` in the direction that is walked.
    fn is_before(&self, a: &Key, b: &Key) -> bool {
        if self.direction() == 0 { a > b } else { a < b }
    }
}

async fn found(conn: &mut Conn, sql: &Sql, args: Vec<Value>, sort: Sort) -> Result<Vec<Found>> {
    let read = |row: &Row| {
        let (id, started_at_ms): (String, i64) = (row.get(0)?, row.get(1)?);
        let key = sort.key(&id, started_at_ms, row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(Found { id, key, started_at_ms })
    };
    conn.fetch_all(sql, args).await?.iter().map(read).collect()
}

/// What is known to be complete of all parts, and how far that reaches.
struct Merged {
    rows: Vec<Found>,
    /// More may follow after this one.
    horizon: Option<Found>,
    /// Because a walk gave up, and not because the page is full.
    gave_up: bool,
}

fn merge(parts: Vec<Part>, ask: &Ask<'_>, limit: usize) -> Merged {
    let (mut rows, mut horizon): (Vec<Found>, Option<Found>) = (Vec::new(), None);
    for part in parts {
        rows.extend(part.rows);
        let nearer = |new: &Found| horizon.as_ref().is_none_or(|old| ask.is_before(&new.key, &old.key));
        if let Some(new) = part.horizon.filter(nearer) {
            horizon = Some(new);
        }
    }
    rows.sort_by(|a, b| if ask.direction() == 0 { b.key.cmp(&a.key) } else { a.key.cmp(&b.key) });
    if let Some(horizon) = &horizon {
        rows.retain(|row| !ask.is_before(&horizon.key, &row.key));
    }
    if rows.len() > limit {
        rows.truncate(limit);
        return Merged { horizon: rows.last().cloned(), rows, gave_up: false };
    }
    Merged { gave_up: horizon.is_some(), rows, horizon }
}

fn places(ask: &Ask<'_>, from: &From, merged: Merged) -> Places {
    let Merged { mut rows, horizon, gave_up } = merged;
    let searched_to_ms = horizon.as_ref().filter(|_| gave_up).map(|row| row.started_at_ms);
    let further = horizon.map(|row| row.key);
    if ask.back {
        rows.reverse();
    }
    let edge = |row: Option<&Found>| row.map(|row| row.key.clone());
    let (next, previous) = match from {
        From::Start => (further, None),
        From::After(_) => (further, edge(rows.first())),
        // The row that it is before follows, at least.
        From::Before(key) => (edge(rows.last()).or_else(|| Some(key.clone())), further),
    };
    Places { ids: rows.into_iter().map(|row| row.id).collect(), next, previous, searched_to_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_look_at_as_many_rows_as_is_said() {
        let limit = format!(" LIMIT {SCAN_ROWS}) s ");
        let end = format!(" LIMIT 1 OFFSET {SCAN_ROWS} - 1");
        assert!(walks().iter().all(|sql| sql.text.contains(&limit) || sql.text.ends_with(&end)));
    }

    /// SQLite has no statistics and must choose right without.
    #[test]
    fn every_walk_on_sqlite_goes_along_its_own_index() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::sqlite(&conn).unwrap();
        for (name, index) in [
            ("WALK_ALL", "journey_entry_by_start (livemode=? AND started_at_ms>? AND started_at_ms<?)"),
            (
                "WALK_OUTCOME",
                "journey_entry_by_outcome (livemode=? AND outcome=? AND started_at_ms>? AND started_at_ms<?)",
            ),
            ("WALK_STATUS", "journey_entry_by_status (livemode=? AND payment_status=? AND started_at_ms>?"),
            ("WALK_CONTENT", "journey_entry_by_content (livemode=? AND content_id=? AND started_at_ms>?"),
            ("WALK_CATEGORY", "journey_entry_by_category (livemode=? AND category=? AND started_at_ms>?"),
            ("WALK_SEGMENT", "PRIMARY KEY (livemode=? AND pair=? AND started_at_ms>? AND started_at_ms<?)"),
            ("WALK_CHANGE", "journey_entry_by_change (livemode=? AND (changed_at_ms,journey_id)"),
            ("WALK_PRICE", "journey_entry_by_price (livemode=? AND (currency,amount_minor,journey_id)"),
            ("GATHER", "PRIMARY KEY (journey_id=?)"),
        ] {
            for sql in walks().into_iter().filter(|sql| sql.name.starts_with(name)) {
                let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.sqlite_text())).unwrap();
                let mut rows = explain.raw_query();
                let mut plan = String::new();
                while let Some(row) = rows.next().unwrap() {
                    plan += &row.get::<_, String>(3).unwrap();
                    plan += "\n";
                }
                assert!(plan.contains(index), "{}:\n{plan}", sql.name);
                assert!(name == "GATHER" || !plan.contains("TEMP B-TREE"), "{}:\n{plan}", sql.name);
            }
        }
    }
}
