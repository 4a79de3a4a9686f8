//! One event as a row.

use crate::pages::journeys::badge::Badge;
use crate::pages::words::When;
use store::events::{Event, EventStatus};
use store::put_aside::{self, PutAside};
use store::{Conn, Result};

/// A status in a word, with a look of its own.
pub(super) fn badge(status: EventStatus) -> Badge {
    let (look, words) = match status {
        EventStatus::Received => ("processing", "Received"),
        EventStatus::Applied => ("paid", "Applied"),
        EventStatus::Ignored => ("canceled", "Ignored"),
        EventStatus::Failed => ("disputed", "Failed"),
        EventStatus::Dead => ("failed", "Dead"),
    };
    Badge { look, words: words.to_owned() }
}

/// Who put an event aside, and why.
pub(super) struct Aside {
    pub(super) by: String,
    pub(super) reason: String,
    pub(super) at: When,
}

impl Aside {
    /// As a row shows it.
    pub(super) fn of(aside: &PutAside, now_ms: i64) -> Self {
        Self { by: aside.actor.clone(), reason: aside.reason.clone(), at: When::ago(aside.at_ms, now_ms) }
    }
}

/// An event.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) status: Badge,
    pub(super) received: When,
    pub(super) created: When,
    pub(super) attempts: i64,
    pub(super) last_error: Option<String>,
    pub(super) aside: Option<Aside>,
}

/// Rows, with why those that a person put aside are ignored.
pub(super) async fn rows(conn: &mut Conn, events: Vec<Event>, now_ms: i64) -> Result<Vec<Row>> {
    let ignored = events.iter().filter(|e| e.status == EventStatus::Ignored).map(|e| e.id.clone()).collect();
    let aside = put_aside::by_ids(conn, ignored).await?;
    let row = |e: Event| Row {
        aside: aside.get(&e.id).map(|aside| Aside::of(aside, now_ms)),
        status: badge(e.status),
        received: When::ago(e.received_at_ms, now_ms),
        created: When::ago(e.created_at_ms, now_ms),
        attempts: e.attempts,
        last_error: e.last_error,
        kind: e.kind,
        id: e.id,
    };
    Ok(events.into_iter().map(row).collect())
}
