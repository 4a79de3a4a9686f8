//! When sessions and tokens were last seen, to the minute and without making a request wait: a bounded queue, and one
//! task that writes what has gathered. When it is full, notes are dropped: the next request brings another.

use std::collections::BTreeMap;
use store::{Db, sessions, tokens};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Not noted again within this.
pub const RESOLUTION_MS: i64 = 60_000;
/// Notes that may wait.
const WAITING_MAX: usize = 1_024;

/// Who was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// `ses_…`
    Session(String),
    /// `tok_…`
    Token(String),
}

/// Takes notes; cheap to clone.
#[derive(Clone, Debug)]
pub struct LastSeen(mpsc::Sender<(Whose, i64)>);

impl LastSeen {
    /// Notes that somebody last seen at `before_ms` is seen at `now_ms`. Never waits.
    pub fn note(&self, whose: impl FnOnce() -> Whose, before_ms: i64, now_ms: i64) {
        if now_ms.saturating_sub(before_ms) >= RESOLUTION_MS {
            let _ = self.0.try_send((whose(), now_ms));
        }
    }
}

/// Starts the writer; it ends when `closing` is cancelled.
pub fn start(db: Db, closing: CancellationToken) -> (LastSeen, JoinHandle<()>) {
    let (sender, notes) = mpsc::channel(WAITING_MAX);
    (LastSeen(sender), tokio::spawn(run(db, notes, closing)))
}

async fn run(db: Db, mut notes: mpsc::Receiver<(Whose, i64)>, closing: CancellationToken) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            _ = notes.recv_many(&mut batch, WAITING_MAX) => {}
            () = closing.cancelled() => return,
        }
        // Requests of one page come together.
        let latest: BTreeMap<Whose, i64> = batch.drain(..).collect();
        if let Err(error) = write(&db, &latest).await {
            tracing::warn!(%error, "when people were last seen could not be written");
        }
    }
}

/// One transaction that need not wait for the disk.
async fn write(db: &Db, latest: &BTreeMap<Whose, i64>) -> store::Result<()> {
    let mut conn = db.derive().await?;
    for (whose, at_ms) in latest {
        match whose {
            Whose::Session(id) => sessions::seen(&mut conn, id, *at_ms).await?,
            Whose::Token(id) => tokens::seen(&mut conn, id, *at_ms).await?,
        }
    }
    conn.commit().await
}
