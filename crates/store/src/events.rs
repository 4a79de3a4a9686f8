//! The durable inbox: events exactly as Stripe sent them, and how far each has come.

use crate::args::{args, storable};
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::row::Row;
use crate::sql::statements;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

statements! {
    DUE = "SELECT e.id, e.type, e.received_at_ms, e.attempts, p.body FROM event e \
           JOIN event_payload p ON p.event_id = e.id \
           WHERE e.status IN ('received', 'failed', 'dead') AND e.status <> 'dead' AND e.due_at_ms <= $1 \
           ORDER BY e.status, e.received_at_ms, e.id LIMIT $2";
    SET_STATUS = "UPDATE event SET status = $1, attempts = attempts + 1, last_error = NULL \
                  WHERE id = ANY($2) AND status IN ('received', 'failed')";
    SET_FAILED = "UPDATE event SET status = $1, attempts = attempts + 1, due_at_ms = $2, last_error = $3 \
                  WHERE id = $4 AND status IN ('received', 'failed')";
    REPLAY = "UPDATE event SET status = 'received', attempts = 0, due_at_ms = $1 WHERE id = ANY($2) AND due_at_ms < $3";
    IDS_OF_STATUS = "SELECT id FROM event WHERE status = $1 AND (CAST($2 AS TEXT) IS NULL OR id > $2) \
                     ORDER BY id LIMIT $3";
    EXISTING = "SELECT id FROM event WHERE id = ANY($1)";
    GET = "SELECT e.id, e.type, e.api_version, e.account, e.livemode, e.created_at_ms, e.received_at_ms, e.status, \
           e.attempts, e.last_error, p.body FROM event e JOIN event_payload p ON p.event_id = e.id WHERE e.id = $1";
    LIST = "SELECT id, type, api_version, account, livemode, created_at_ms, received_at_ms, status, attempts, last_error \
            FROM event WHERE (CAST($1 AS TEXT) IS NULL OR status = $1) \
            AND (CAST($2 AS BOOLEAN) IS NULL OR livemode = $2) \
            AND (CAST($3 AS BIGINT) IS NULL OR (received_at_ms, id) < ($3, $4)) \
            ORDER BY received_at_ms DESC, id DESC LIMIT $5";
    CURSOR = "SELECT received_at_ms FROM event WHERE id = $1";
    NOT_DONE = "SELECT status, count(*), min(received_at_ms) FROM event \
                WHERE status IN ('received', 'failed', 'dead') GROUP BY status";
    @many INSERT = "event" (id: Text, type: Text, api_version: Text, account: Text, livemode: Bool, created_at_ms: Int,
                           received_at_ms: Int, status: Text, attempts: Int, due_at_ms: Int)
                  "ON CONFLICT (id) DO NOTHING RETURNING id";
    @many INSERT_PAYLOAD = "event_payload" (event_id: Text, body: Bytes) "";
}

/// `due_at_ms` of an event that is put aside until something can be done with it.
pub const PARKED_MS: i64 = i64::MAX;

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Stored, not yet applied.
    Received,
    /// Its facts are in the payments and outcomes.
    Applied,
    /// Stored; of a type that says nothing about payments.
    Ignored,
    /// Applying failed; will be tried again.
    Failed,
    /// Applying failed too often; waits for a person.
    Dead,
}

impl EventStatus {
    /// The spelling of schema and API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// Reads the spelling back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Received, Self::Applied, Self::Ignored, Self::Failed, Self::Dead]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// An event on its way in.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// Of the payload's shape.
    pub api_version: Option<String>,
    /// Connected account.
    pub account: Option<String>,
    /// Live or test.
    pub livemode: bool,
    /// Stripe's clock.
    pub created_at_ms: i64,
    /// Ours.
    pub received_at_ms: i64,
    /// `Received`, or `Ignored` when its type says nothing about payments.
    pub status: EventStatus,
    /// When to apply it.
    pub due_at_ms: i64,
    /// The request body, byte for byte.
    pub body: Vec<u8>,
}

impl NewEvent {
    /// False for an event that is put aside.
    pub fn due_now(&self) -> bool {
        self.due_at_ms <= self.received_at_ms
    }
}

/// An event that waits to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEvent {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// When we first received it.
    pub received_at_ms: i64,
    /// Times it was tried.
    pub attempts: i64,
    /// As received.
    pub body: Vec<u8>,
}

/// An event as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// `payment_intent.succeeded`
    pub kind: String,
    /// Of the payload's shape.
    pub api_version: Option<String>,
    /// Connected account.
    pub account: Option<String>,
    /// Live or test.
    pub livemode: bool,
    /// Stripe's clock.
    pub created_at_ms: i64,
    /// Ours.
    pub received_at_ms: i64,
    /// How far it has come.
    pub status: EventStatus,
    /// Times it was tried.
    pub attempts: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        kind: row.get(1)?,
        api_version: row.get(2)?,
        account: row.get(3)?,
        livemode: row.get(4)?,
        created_at_ms: row.get(5)?,
        received_at_ms: row.get(6)?,
        status: row.parse(7, "event", EventStatus::parse)?,
        attempts: row.get(8)?,
        last_error: row.get(9)?,
    })
}

/// Stores events and their payloads. Returns the ids that were new; the others were there already.
pub async fn insert(conn: &mut Conn, events: Vec<NewEvent>) -> Result<BTreeSet<String>> {
    let mut payloads = Vec::with_capacity(events.len());
    let mut rows = Vec::with_capacity(events.len());
    for e in events {
        let id = storable(e.id);
        payloads.push((id.clone(), e.body));
        rows.push(args![
            id,
            e.kind,
            e.api_version,
            e.account,
            e.livemode,
            e.created_at_ms,
            e.received_at_ms,
            e.status.as_str(),
            0_i64,
            e.due_at_ms
        ]);
    }
    let returned = conn.insert_many(&INSERT, rows).await?;
    let fresh = returned.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>>>()?;
    let mut written = BTreeSet::new();
    let bodies = payloads.into_iter().filter(|(id, _)| fresh.contains(id) && written.insert(id.clone()));
    let bodies = bodies.map(|(id, body)| args![id, body]).collect();
    conn.insert_many(&INSERT_PAYLOAD, bodies).await?;
    Ok(fresh)
}

/// Events to apply by `now_ms`: those that failed before, then the others, oldest first. Spelled so that both databases
/// walk the index of waiting events and stop at the limit.
pub async fn due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<DueEvent>> {
    let rows = conn.fetch_all(&DUE, args![now_ms, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(DueEvent {
                id: row.get(0)?,
                kind: row.get(1)?,
                received_at_ms: row.get(2)?,
                attempts: row.get(3)?,
                body: row.get(4)?,
            })
        })
        .collect()
}

/// Ends waiting events as applied or ignored. Returns how many were waiting still.
pub async fn finish(conn: &mut Conn, ids: Vec<String>, status: EventStatus) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    conn.execute(&SET_STATUS, args![status.as_str(), ids]).await
}

/// Notes a failed try: due again at `due_at_ms`, or dead.
pub async fn fail(conn: &mut Conn, id: &str, status: EventStatus, due_at_ms: i64, error: &str) -> Result<()> {
    match conn.execute(&SET_FAILED, args![status.as_str(), due_at_ms, error, id]).await? {
        1 => Ok(()),
        _ => Err(StoreError::LostWrite("event: failure")),
    }
}

/// Makes events due again, whatever their status, save parked ones. Returns how many there are.
pub async fn replay(conn: &mut Conn, ids: Vec<String>, now_ms: i64) -> Result<u64> {
    conn.execute(&REPLAY, args![now_ms, ids, PARKED_MS]).await
}

/// Ids of events in a status, ascending; `after` is the last of the page before.
pub async fn ids_of_status(
    conn: &mut Conn,
    status: EventStatus,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&IDS_OF_STATUS, args![status.as_str(), after, limit]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Which of `ids` are stored.
pub async fn existing(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeSet<String>> {
    let rows = conn.fetch_all(&EXISTING, args![ids]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// One event with its payload.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<(Event, Vec<u8>)>> {
    let row = conn.fetch_optional(&GET, args![id]).await?;
    row.map(|row| Ok((event(&row)?, row.get(10)?))).transpose()
}

/// Newest first; `after` is the last id of the page before. `None` when `after` is unknown.
pub async fn list(
    conn: &mut Conn,
    status: Option<EventStatus>,
    livemode: Option<bool>,
    after: Option<&str>,
    limit: i64,
) -> Result<Option<Vec<Event>>> {
    let received_at_ms: Option<i64> = match after {
        None => None,
        Some(id) => match conn.fetch_optional(&CURSOR, args![id]).await? {
            Some(row) => Some(row.get(0)?),
            None => return Ok(None),
        },
    };
    let status = status.map(EventStatus::as_str);
    let rows = conn.fetch_all(&LIST, args![status, livemode, received_at_ms, after, limit]).await?;
    rows.iter().map(event).collect::<Result<_>>().map(Some)
}

/// (status, count, oldest reception) of everything that is not done.
pub async fn not_done(conn: &mut Conn) -> Result<Vec<(EventStatus, i64, i64)>> {
    let rows = conn.fetch_all(&NOT_DONE, args![]).await?;
    rows.iter()
        .map(|row| Ok((row.parse(0, "event", EventStatus::parse)?, row.get(1)?, row.get(2)?)))
        .collect()
}
