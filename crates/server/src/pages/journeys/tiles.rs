//! The numbers above the list: how many journeys of the shown mode are where.

use askama::Template;
use ledger::Outcome;
use store::{Db, Result, journeys};
use tokio::sync::Mutex;

/// (livemode, outcome, count), as the store counts.
pub(super) type Counts = Vec<(bool, String, i64)>;

/// The tiles.
#[derive(Template)]
#[template(path = "journeys/tiles.html")]
pub(super) struct Tiles {
    open: i64,
    responded: i64,
    paid: i64,
    ghosted: i64,
    refunded: i64,
}

impl Tiles {
    /// Of one mode.
    pub(super) fn of(counts: &Counts, mode: bool) -> Self {
        let count = |wanted: Outcome| -> i64 {
            let of_mode = counts
                .iter()
                .filter(|(livemode, outcome, _)| *livemode == mode && outcome == wanted.as_str());
            of_mode.map(|(_, _, count)| count).sum()
        };
        let responded = count(Outcome::Responded);
        Self {
            open: count(Outcome::Pending) + responded,
            responded,
            paid: count(Outcome::Paid),
            ghosted: count(Outcome::Ghosted),
            refunded: count(Outcome::Refunded),
        }
    }
}

/// Journeys of a mode.
pub(super) fn total(counts: &Counts, mode: bool) -> i64 {
    counts.iter().filter(|(livemode, ..)| *livemode == mode).map(|(_, _, count)| count).sum()
}

/// Counts once for all the streams that were told of the same change.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Option<(u64, Counts)>>);

impl Tally {
    /// Counts that include change number `number`, which must be committed.
    pub(super) async fn as_of(&self, number: u64, db: &Db) -> Result<Counts> {
        // Held while counting: the others wait for this answer rather than ask again.
        let mut kept = self.0.lock().await;
        if let Some((as_of, counts)) = &*kept
            && *as_of >= number
        {
            return Ok(counts.clone());
        }
        let counts = journeys::counts(&mut db.read().await?).await?;
        *kept = Some((number, counts.clone()));
        Ok(counts)
    }
}
