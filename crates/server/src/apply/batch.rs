//! Applying events: a batch in one transaction, or one event alone when its batch failed.

use super::{Change, Context, Touched, journeys, matching, objects};
use ledger::Observation;
use std::collections::BTreeSet;
use store::events::{self, DueEvent, EventStatus};
use store::{Conn, Db, Result};

/// An event that cannot be read, and why. Not a fault of the database: trying again cannot help until the program or
/// the payload's reader is fixed.
#[derive(Debug)]
pub struct Unreadable {
    /// `evt_…`
    pub id: String,
    /// Times it was tried before.
    pub attempts: i64,
    /// For the event's page.
    pub why: String,
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct Applied {
    /// Changes to announce, once committed.
    pub changes: Vec<Change>,
    /// Events to note as failed.
    pub unreadable: Vec<Unreadable>,
    /// Events that this batch ended.
    pub finished: u64,
}

/// Applies events and commits. Nothing is written when it fails.
pub async fn apply(db: &Db, context: &Context, batch: &[DueEvent]) -> Result<Applied> {
    let (observations, done, unreadable) = read(batch);
    let mut conn = db.derive().await?;
    let changes = absorb(&mut conn, context, observations).await?;
    let mut finished = events::finish(&mut conn, done.applied, EventStatus::Applied).await?;
    finished += events::finish(&mut conn, done.ignored, EventStatus::Ignored).await?;
    conn.commit().await?;
    Ok(Applied { changes, unreadable, finished })
}

/// Takes observations into the books: objects, then payments, then journeys.
pub async fn absorb(conn: &mut Conn, context: &Context, said: Vec<Observation>) -> Result<Vec<Change>> {
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let (touched, trees) = objects::absorb(conn, said).await?;
    recompute(conn, context, &touched, &trees).await
}

/// Computes payments and their journeys again from their trees.
pub async fn recompute(
    conn: &mut Conn,
    context: &Context,
    touched: &Touched,
    trees: &objects::Trees,
) -> Result<Vec<Change>> {
    if touched.payments.is_empty() {
        return Ok(Vec::new());
    }
    let concerned: BTreeSet<String> = matching::refold(conn, touched, trees).await?;
    journeys::rejudge(conn, context, &concerned).await
}

/// Ids of the events that a batch ends.
#[derive(Default)]
struct Done {
    applied: Vec<String>,
    /// Of types that say nothing: here only because somebody replayed them.
    ignored: Vec<String>,
}

fn read(batch: &[DueEvent]) -> (Vec<Observation>, Done, Vec<Unreadable>) {
    let (mut observations, mut done, mut unreadable) = (Vec::new(), Done::default(), Vec::new());
    for event in batch {
        match stripe::observe(&event.body, event.received_at_ms) {
            Ok(said) => {
                let ended = if said.is_empty() && !stripe::handled(&event.kind) {
                    &mut done.ignored
                } else {
                    &mut done.applied
                };
                ended.push(event.id.clone());
                // Dashboard test sends share one id; ours is the one the row was stored under.
                observations.extend(said.into_iter().map(|o| renamed(o, &event.id)));
            }
            Err(error) => unreadable.push(Unreadable {
                id: event.id.clone(),
                attempts: event.attempts,
                why: error.to_string(),
            }),
        }
    }
    (observations, done, unreadable)
}

fn renamed(mut observation: Observation, event_id: &str) -> Observation {
    if observation.version.told.event_id != event_id {
        event_id.clone_into(&mut observation.version.told.event_id);
    }
    observation
}
