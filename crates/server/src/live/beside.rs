//! On SQLite: changes that another process made to the same file (`whypaid reconcile` beside `whypaid serve`), told here
//! as if this process had made them. PostgreSQL's listeners hear of each other.
//!
//! The file says whether anybody else committed; only then are journeys asked when they changed.

use super::Live;
use crate::apply::Change;
use crate::clock::Clock;
use std::time::Duration;
use store::entries::{self, ChangedEntry};
use store::{Db, Result};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A transaction may commit so long after it took the time for what it changed.
const COMMIT_MAX_MS: i64 = 60_000;
/// With more than that everybody loads afresh.
const CHANGES_MAX: i64 = 4_096;
/// What commands bring is payments.
const KIND: &str = "payment";

/// Looks until told to stop. Ends at once where there is nothing to look at.
pub(super) async fn watch(db: Db, clock: Clock, live: Live, stop: CancellationToken) {
    let (mut since_ms, mut due) = (clock.now_ms(), false);
    loop {
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
        let now_ms = clock.now_ms();
        due |= match db.changed_beside().await {
            Ok(Some(changed)) => changed,
            Ok(None) => return,
            Err(_) => false,
        };
        if due {
            match tell(&db, &live, since_ms - COMMIT_MAX_MS).await {
                Ok(()) => due = false,
                Err(error) => {
                    tracing::warn!(%error, "changes by other processes are not seen; trying again");
                    continue;
                }
            }
        }
        since_ms = now_ms;
    }
}

async fn tell(db: &Db, live: &Live, since_ms: i64) -> Result<()> {
    let changed = entries::changed_since(&mut db.read().await?, since_ms, CHANGES_MAX + 1).await?;
    if i64::try_from(changed.len()).is_ok_and(|len| len > CHANGES_MAX) {
        live.missed();
    } else {
        live.announce(changed.into_iter().map(told).collect());
    }
    Ok(())
}

fn told(entry: ChangedEntry) -> Change {
    let ChangedEntry { journey_id, outcome, payment_status } = entry;
    Change { journey_id, outcome, payment_status, change: KIND }
}
