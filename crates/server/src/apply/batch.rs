//! Applying events: a batch in one transaction, or one event alone when its batch failed.

use super::{Change, Context, Touched, journeys, matching, objects};
use ledger::Observation;
use std::collections::BTreeSet;
use store::events::{self, DueEvent, NewEvent};
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
    /// Events to note as failed.
    pub unreadable: Vec<Unreadable>,
    /// Events that this batch ended.
    pub finished: u64,
}

/// Applies events, commits and announces what changed. Nothing is written when it fails.
pub async fn apply(db: &Db, context: &Context, batch: &mut [DueEvent]) -> Result<Applied> {
    let (observations, done, unreadable) = read(batch);
    let mut conn = db.derive().await?;
    let changes = absorb(&mut conn, context, observations).await?;
    let finished = events::finish(&mut conn, done.ids).await?;
    for end in done.otherwise {
        events::set_end(&mut conn, &end.id, end.handled, end.attempts).await?;
    }
    context.live.commit(conn, changes).await?;
    Ok(Applied { unreadable, finished })
}

/// Moves events from the inbox into the database and applies them, as [`apply`] does. Those that are there already are
/// left alone.
pub async fn move_in(db: &Db, context: &Context, batch: &mut [NewEvent]) -> Result<Applied> {
    let mut due: Vec<DueEvent> = batch.iter_mut().filter_map(NewEvent::due).collect();
    let (mut observations, done, mut unreadable) = read(&mut due);
    let done: BTreeSet<String> = done.ids.into_iter().collect();
    let mut conn = db.ledger().await?;
    let fresh = events::insert_applied(&mut conn, batch, &done).await?;
    observations.retain(|o| fresh.contains(&o.version.told.event_id));
    unreadable.retain(|event| fresh.contains(&event.id));
    let changes = absorb(&mut conn, context, observations).await?;
    context.live.commit(conn, changes).await?;
    Ok(Applied { unreadable, finished: done.intersection(&fresh).count() as u64 })
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

/// The events that a batch ends.
#[derive(Default)]
struct Done {
    ids: Vec<String>,
    /// Those that end otherwise than their rows foretold.
    otherwise: Vec<End>,
}

struct End {
    id: String,
    handled: bool,
    attempts: i64,
}

/// What was not read when it came is read here: large events, those from the table, and what is tried again.
fn read(batch: &mut [DueEvent]) -> (Vec<Observation>, Done, Vec<Unreadable>) {
    let (mut observations, mut done, mut unreadable) = (Vec::new(), Done::default(), Vec::new());
    for event in batch {
        let said = event.said.take().map_or_else(|| stripe::observe(&event.body, event.received_at_ms), Ok);
        match said {
            Ok(said) => {
                // Of a type that says nothing: here only because somebody replayed it.
                let handled = !said.is_empty() || stripe::handled(&event.kind);
                let attempts = event.attempts + 1;
                if attempts > 1 || handled != event.handled {
                    done.otherwise.push(End { id: event.id.clone(), handled, attempts });
                }
                done.ids.push(event.id.clone());
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
