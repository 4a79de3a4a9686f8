//! Writes down which pages clients were served and how long they looked, without making them wait: a bounded queue, and
//! one task that writes what has gathered. Never in the way of money: when it is full, notes are dropped and counted.

use crate::apply::VIEW;
use crate::apply::journeys::change;
use crate::live::Live;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::views::{self, PageView};
use store::{Db, facts, journeys};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Notes that may wait; at 100 pages a second that is 40 seconds of a database that is away.
const WAITING_NOTES_MAX: usize = 4_096;
/// Notes written in one transaction.
const BATCH_NOTES_MAX: usize = 256;
/// Between tries while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What a client did.
#[derive(Clone, Debug)]
pub enum Note {
    /// A page was served.
    Viewed(PageView),
    /// It was looked at for so long, as told at `at_ms`.
    Seen {
        /// Whose.
        journey_id: String,
        /// `viw_…`
        view_id: String,
        /// In all, as claimed.
        visible_ms: i64,
        /// Unix ms.
        at_ms: i64,
    },
}

impl Note {
    fn journey_id(&self) -> &str {
        match self {
            Self::Viewed(view) => &view.journey_id,
            Self::Seen { journey_id, .. } => journey_id,
        }
    }
}

/// Takes notes; cheap to clone.
#[derive(Clone, Debug)]
pub struct Visits(mpsc::Sender<Note>);

impl Visits {
    /// Notes something. Never waits.
    pub fn note(&self, note: Note) {
        if self.0.try_send(note).is_err() {
            metrics::counter!("whypaid_visit_notes_dropped_total").increment(1);
        }
    }
}

/// Starts the writer. It writes what was noted until `closing` is cancelled, and ends.
pub fn start(db: Db, live: Live, closing: CancellationToken) -> (Visits, JoinHandle<()>) {
    let (sender, notes) = mpsc::channel(WAITING_NOTES_MAX);
    (Visits(sender), tokio::spawn(run(db, live, notes, closing)))
}

async fn run(db: Db, live: Live, mut notes: mpsc::Receiver<Note>, closing: CancellationToken) {
    let mut batch = Vec::new();
    while !closing.is_cancelled() {
        tokio::select! {
            _ = notes.recv_many(&mut batch, BATCH_NOTES_MAX) => {}
            () = closing.cancelled() => {}
        }
        write_until(&db, &live, &batch, &closing).await;
        batch.clear();
    }
    notes.close();
    while notes.recv_many(&mut batch, BATCH_NOTES_MAX).await > 0 {
        write_until(&db, &live, &batch, &closing).await;
        batch.clear();
    }
}

/// Tries until it is written, the database says that it never will be, or the program stops.
async fn write_until(db: &Db, live: &Live, batch: &[Note], closing: &CancellationToken) {
    if batch.is_empty() {
        return;
    }
    loop {
        let error = match write(db, live, batch).await {
            Ok(()) => return,
            Err(error) => error,
        };
        if !error.is_unavailable() || closing.is_cancelled() {
            tracing::error!(%error, notes = batch.len(), "what clients saw could not be written; it is dropped");
            metrics::counter!("whypaid_visit_notes_dropped_total").increment(batch.len() as u64);
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = closing.cancelled() => {}
        }
    }
}

/// One transaction that need not wait for the disk: a power failure may take the last views, never a payment.
async fn write(db: &Db, live: &Live, batch: &[Note]) -> store::Result<()> {
    let mut conn = db.derive().await?;
    let viewed: Vec<PageView> = batch
        .iter()
        .filter_map(|note| match note {
            Note::Viewed(view) => Some(view.clone()),
            Note::Seen { .. } => None,
        })
        .collect();
    views::insert(&mut conn, &viewed).await?;
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for view in &viewed {
        let at_ms = first.entry(&view.journey_id).or_insert(view.at_ms);
        *at_ms = view.at_ms.min(*at_ms);
    }
    for (journey_id, at_ms) in first {
        journeys::set_first_viewed(&mut conn, journey_id, at_ms).await?;
    }
    for note in batch {
        if let Note::Seen { journey_id, view_id, visible_ms, at_ms } = note {
            views::seen(&mut conn, journey_id, view_id, *visible_ms, *at_ms).await?;
        }
    }
    let concerned: BTreeSet<String> = batch.iter().map(|note| note.journey_id().to_owned()).collect();
    let concerned: Vec<String> = concerned.into_iter().collect();
    facts::note_views(&mut conn, concerned.clone()).await?;
    let journeys = journeys::by_ids(&mut conn, concerned).await?;
    live.commit(conn, journeys.iter().map(|journey| change(journey, VIEW)).collect()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(n: usize) -> PageView {
        PageView {
            journey_id: "jrn_1".to_owned(),
            id: format!("viw_{n:06}"),
            at_ms: 1,
            step: "activation".to_owned(),
            content_version_id: "ver_1".to_owned(),
            visible_ms: 0,
        }
    }

    /// On one thread the writer gets no turn while notes are made, so the queue fills up.
    #[tokio::test]
    async fn a_full_queue_drops_notes_and_a_stop_writes_what_is_in_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("visits.db").display());
        let db = Db::open(&url).unwrap();
        db.migrate().await.unwrap();
        let closing = CancellationToken::new();
        let (visits, writer) = start(db.clone(), Live::new("test"), closing.clone());
        for n in 0..WAITING_NOTES_MAX + 100 {
            visits.note(Note::Viewed(view(n)));
        }
        closing.cancel();
        writer.await.unwrap();
        let mut conn = db.read().await.unwrap();
        let written = views::of_journey(&mut conn, "jrn_1", None, 10_000).await.unwrap();
        assert_eq!(written.len(), WAITING_NOTES_MAX);
        assert_eq!(written.last(), Some(&view(0)), "the oldest are kept");
    }

    #[tokio::test]
    async fn a_database_that_never_comes_back_does_not_keep_the_program_from_stopping() {
        let db = Db::open("postgres://nobody@127.0.0.1:9/none").unwrap();
        let closing = CancellationToken::new();
        let (visits, writer) = start(db, Live::new("test"), closing.clone());
        visits.note(Note::Viewed(view(0)));
        tokio::task::yield_now().await;
        closing.cancel();
        tokio::time::timeout(Duration::from_secs(20), writer).await.expect("it ends").unwrap();
    }
}
