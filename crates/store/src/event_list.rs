//! Lists of events: newest first, by filters, and by what mentions an object. Bounded: a filter that few events pass is
//! looked for among so many rows, and the answer says where to go on.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::events::{Event, EventStatus, event};
use crate::sql::statements;
use std::collections::BTreeMap;

// `CROSS JOIN` has SQLite begin with what waits, which is little: it would walk all events of a mode for it.
statements! {
    BY_RECEIVED = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.handled, \
            e.attempts, w.status, w.attempts, w.last_error \
            FROM (SELECT id, type, api_version, account, livemode, created_at_ms, received_at_ms, handled, attempts FROM event \
            WHERE received_at_ms >= $1 AND (received_at_ms, id) < ($2, $3) ORDER BY received_at_ms DESC, id DESC LIMIT $4) e \
            LEFT JOIN event_waiting w ON w.event_id = e.id \
            WHERE (CAST($5 AS BOOLEAN) IS NULL OR (e.handled = $5 AND w.status IS NULL)) \
            AND (CAST($6 AS BOOLEAN) IS NULL OR e.livemode = $6) \
            ORDER BY e.received_at_ms DESC, e.id DESC LIMIT $7";
    LAST_BY_RECEIVED = "SELECT received_at_ms, id FROM event WHERE received_at_ms >= $1 AND (received_at_ms, id) < ($2, $3) \
            ORDER BY received_at_ms DESC, id DESC LIMIT 1 OFFSET $4";
    BY_TYPE = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.handled, \
            e.attempts, w.status, w.attempts, w.last_error \
            FROM (SELECT id, type, api_version, account, livemode, created_at_ms, received_at_ms, handled, attempts FROM event \
            WHERE type = $8 AND received_at_ms >= $1 AND (received_at_ms, id) < ($2, $3) \
            ORDER BY received_at_ms DESC, id DESC LIMIT $4) e \
            LEFT JOIN event_waiting w ON w.event_id = e.id \
            WHERE (CAST($5 AS BOOLEAN) IS NULL OR (e.handled = $5 AND w.status IS NULL)) \
            AND (CAST($6 AS BOOLEAN) IS NULL OR e.livemode = $6) \
            ORDER BY e.received_at_ms DESC, e.id DESC LIMIT $7";
    LAST_BY_TYPE = "SELECT received_at_ms, id FROM event WHERE type = $5 AND received_at_ms >= $1 \
            AND (received_at_ms, id) < ($2, $3) ORDER BY received_at_ms DESC, id DESC LIMIT 1 OFFSET $4";
    WAITING = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.handled, \
            e.attempts, w.status, w.attempts, w.last_error \
            FROM event_waiting w CROSS JOIN event e WHERE e.id = w.event_id AND w.status = $1 AND (CAST($2 AS BOOLEAN) IS NULL OR e.livemode = $2) \
            AND (CAST($3 AS TEXT) IS NULL OR e.type = $3) \
            AND w.received_at_ms >= $4 AND (w.received_at_ms, w.event_id) < ($5, $6) \
            ORDER BY w.received_at_ms DESC, w.event_id DESC LIMIT $7";
    BY_IDS = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.handled, \
            e.attempts, w.status, w.attempts, w.last_error \
            FROM event e LEFT JOIN event_waiting w ON w.event_id = e.id WHERE e.id = ANY($1) \
            ORDER BY e.received_at_ms DESC, e.id DESC";
    LOOKED = "SELECT s.id, (NOT s.handled OR EXISTS (SELECT 1 FROM event_waiting w WHERE w.event_id = s.id)) \
            FROM (SELECT id, handled FROM event WHERE received_at_ms >= $1 AND received_at_ms < $2 \
            ORDER BY received_at_ms DESC, id DESC LIMIT $3) s";
    BODIES = "SELECT id, body FROM event WHERE id = ANY($1)";
    CURSOR = "SELECT received_at_ms FROM event WHERE id = $1";
    WAIT_COUNTS = "SELECT w.status, count(*) FROM event_waiting w CROSS JOIN event e \
            WHERE e.id = w.event_id AND e.livemode = $1 GROUP BY w.status";
    RECENT_COUNTS = "SELECT e.handled, count(*) FROM (SELECT id, handled, livemode FROM event WHERE received_at_ms >= $1 \
            ORDER BY received_at_ms DESC, id DESC LIMIT $2) e LEFT JOIN event_waiting w ON w.event_id = e.id \
            WHERE e.livemode = $3 AND w.event_id IS NULL GROUP BY e.handled";
}

/// Rows that one list looks at before it says where to go on: about a page of the file each.
pub const LOOKED_AT_MAX: i64 = 2_000;
/// How many times a page's rows are looked at first.
const FIRST_LOOK: i64 = 4;
/// Payloads that are searched for an object.
pub const SEARCHED_MAX: usize = 2_000;
/// Bytes of payloads that are searched.
const SEARCHED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Payloads loaded in one go.
const BODIES_PAGE: usize = 200;
/// Objects that every event applied by us noted when it spoke of one: what they belong to is read from any of theirs.
const ALWAYS_NOTED: [&str; 2] = ["pi_", "cs_"];

/// Which events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// How far it has come.
    pub status: Option<EventStatus>,
    /// One mode.
    pub livemode: Option<bool>,
    /// One type, whole.
    pub kind: Option<String>,
    /// Received from this time on, Unix ms.
    pub from_ms: Option<i64>,
    /// Received before this time, Unix ms.
    pub to_ms: Option<i64>,
}

impl EventFilter {
    fn passes(&self, e: &Event) -> bool {
        self.status.is_none_or(|status| e.status == status)
            && self.livemode.is_none_or(|livemode| e.livemode == livemode)
            && self.kind.as_ref().is_none_or(|kind| e.kind == *kind)
            && self.from_ms.is_none_or(|from_ms| e.received_at_ms >= from_ms)
            && self.to_ms.is_none_or(|to_ms| e.received_at_ms < to_ms)
    }
}

/// A page of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Newest first.
    pub events: Vec<Event>,
    /// Where to go on when the search ended before the page was full: the last event looked at.
    pub looked_at: Option<String>,
}

/// Newest first; `after` is the last id of the page before. `None` when `after` is unknown.
pub async fn list(
    conn: &mut Conn,
    filter: &EventFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Option<Listed>> {
    let end = (filter.to_ms.unwrap_or(i64::MAX), String::new());
    let before = match after {
        None => end,
        Some(id) => match conn.fetch_optional(&CURSOR, args![id]).await? {
            Some(row) => (row.get::<i64>(0)?, id.to_owned()).min(end),
            None => return Ok(None),
        },
    };
    let from_ms = filter.from_ms.unwrap_or(i64::MIN);
    let ended = filter.status.and_then(EventStatus::ended);
    if let (Some(status), None) = (filter.status, ended) {
        let args = args![status.as_str(), filter.livemode, &filter.kind, from_ms, before.0, &before.1, limit];
        let events = conn.fetch_all(&WAITING, args).await?.iter().map(event).collect::<Result<_>>()?;
        return Ok(Some(Listed { events, looked_at: None }));
    }
    // Most filters let most events through: a few rows fill the page.
    for look_at in [limit.saturating_mul(FIRST_LOOK).min(LOOKED_AT_MAX), LOOKED_AT_MAX] {
        let mut args = args![from_ms, before.0, &before.1, look_at, ended, filter.livemode, limit];
        let rows = match &filter.kind {
            Some(kind) => {
                args.push(kind.into());
                conn.fetch_all(&BY_TYPE, args).await?
            }
            None => conn.fetch_all(&BY_RECEIVED, args).await?,
        };
        let events: Vec<Event> = rows.iter().map(event).collect::<Result<_>>()?;
        if i64::try_from(events.len()).is_ok_and(|count| count >= limit) {
            return Ok(Some(Listed { events, looked_at: None }));
        }
        if look_at == LOOKED_AT_MAX {
            let looked_at = last_looked_at(conn, filter, from_ms, &before).await?;
            return Ok(Some(Listed { events, looked_at }));
        }
    }
    Ok(Some(Listed::default()))
}

/// The last of the rows that were looked at, when there are as many as may be.
async fn last_looked_at(
    conn: &mut Conn,
    filter: &EventFilter,
    from_ms: i64,
    before: &(i64, String),
) -> Result<Option<String>> {
    let mut args = args![from_ms, before.0, &before.1, LOOKED_AT_MAX - 1];
    let row = match &filter.kind {
        Some(kind) => {
            args.push(kind.into());
            conn.fetch_optional(&LAST_BY_TYPE, args).await?
        }
        None => conn.fetch_optional(&LAST_BY_RECEIVED, args).await?,
    };
    row.map(|row| row.get(1)).transpose()
}

/// These events, newest first.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<Event>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(event).collect()
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Newest first.
    pub events: Vec<Event>,
    /// Only so many of the newest payloads were searched; all of them when absent.
    pub searched: Option<usize>,
}

/// Events that pass `filter` and are called `q`, or mention it: those in `known`, and those among the newest
/// [`SEARCHED_MAX`] whose payload has it. `known` is absent when no applied event told of such an object: for most
/// objects it then suffices to look into the events that were not applied.
pub async fn search(
    conn: &mut Conn,
    filter: &EventFilter,
    q: &str,
    known: Option<Vec<String>>,
) -> Result<Found> {
    let only_unapplied = known.is_none() && ALWAYS_NOTED.iter().any(|prefix| q.starts_with(prefix));
    let mut ids = known.unwrap_or_default();
    ids.push(q.to_owned());
    let (from_ms, to_ms) = (filter.from_ms.unwrap_or(i64::MIN), filter.to_ms.unwrap_or(i64::MAX));
    let limit = i64::try_from(SEARCHED_MAX).unwrap_or(i64::MAX);
    let mut newest: Vec<(String, bool)> = Vec::new();
    for row in conn.fetch_all(&LOOKED, args![from_ms, to_ms, limit]).await? {
        newest.push((row.get(0)?, row.get(1)?));
    }
    let mut searched = (newest.len() >= SEARCHED_MAX).then_some(newest.len());
    let asked: Vec<String> =
        newest.into_iter().filter(|(_, unapplied)| *unapplied || !only_unapplied).map(|(id, _)| id).collect();
    let (mention, mut bytes) = (Mention::of(q), 0);
    for (page, some) in asked.chunks(BODIES_PAGE).enumerate() {
        if bytes >= SEARCHED_BYTES_MAX {
            searched = Some(page * BODIES_PAGE);
            break;
        }
        for row in conn.fetch_all(&BODIES, args![some]).await? {
            let body: Vec<u8> = row.get(1)?;
            bytes += body.len();
            if mention.is_in(&body) {
                ids.push(row.get(0)?);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let mut events = by_ids(conn, ids).await?;
    events.retain(|event| filter.passes(event));
    Ok(Found { events, searched })
}

/// An id as JSON writes it, which needs no escapes, and how far one may skip after a byte that ends no match (Horspool).
struct Mention {
    quoted: Vec<u8>,
    skip: [usize; 256],
}

impl Mention {
    fn of(id: &str) -> Self {
        let quoted = format!("\"{id}\"").into_bytes();
        let mut skip = [quoted.len(); 256];
        for (at, byte) in quoted[..quoted.len() - 1].iter().enumerate() {
            skip[usize::from(*byte)] = quoted.len() - 1 - at;
        }
        Self { quoted, skip }
    }

    fn is_in(&self, body: &[u8]) -> bool {
        let mut rest = body;
        while let Some(part) = rest.get(..self.quoted.len()) {
            if part == self.quoted {
                return true;
            }
            let last = part.last().copied().unwrap_or_default();
            rest = &rest[self.skip[usize::from(last)]..];
        }
        false
    }
}

/// How many events of a mode are where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of those that wait: received, failed, dead.
    pub waiting: BTreeMap<&'static str, i64>,
    /// Applied among the newest.
    pub applied: i64,
    /// Ignored among the newest.
    pub ignored: i64,
}

/// Counts what waits, and what ended among the newest [`LOOKED_AT_MAX`] events since `since_ms`.
pub async fn counts(conn: &mut Conn, livemode: bool, since_ms: i64) -> Result<Counts> {
    let mut counts = Counts::default();
    for row in conn.fetch_all(&WAIT_COUNTS, args![livemode]).await? {
        let status = row.parse(0, "event_waiting", EventStatus::parse)?;
        counts.waiting.insert(status.as_str(), row.get(1)?);
    }
    for row in conn.fetch_all(&RECENT_COUNTS, args![since_ms, LOOKED_AT_MAX, livemode]).await? {
        *(if row.get(0)? { &mut counts.applied } else { &mut counts.ignored }) = row.get(1)?;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_the_whole_id() {
        let mention = Mention::of("pi_1");
        for body in ["\"pi_1\"", "{\"a\":\"pi_1\"}", "\"\"pi_1\"", "\"pi_pi_1\"pi_1\"pi_1\"x"] {
            assert!(mention.is_in(body.as_bytes()), "{body}");
        }
        for body in ["", "\"pi_1", "pi_1", "\"pi_12\"", "\"api_1\"", "\"PI_1\""] {
            assert!(!mention.is_in(body.as_bytes()), "{body}");
        }
    }
}
