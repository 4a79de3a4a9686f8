//! The task that makes events durable, and then acknowledges them.

use super::on_the_way::{Noted, OnTheWay, decode, encode};
use super::{COMMIT_TIMEOUT, Incoming, Ingest, QUEUE_BYTES_MAX, QUEUE_EVENTS_MAX, Refused, Reply, Stored};
use crate::app::spawn_apart;
use crate::apply::worker::{BATCH_EVENTS_MAX, HandedOver};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;
use store::events::{self, DueEvent, NewEvent};
use store::inbox::{Inbox, Record};
use store::{Db, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Turns given to other tasks before a commit, for requests that are being read.
const GATHER_YIELDS: usize = 2;
/// Events handed over to apply and not taken in by it yet.
pub const HANDED_OVER_EVENTS_MAX: usize = 2048;
/// How long apply may make ingest wait, once, before the table's events are left to the sweep and others are refused.
const HAND_OVER_TIMEOUT: Duration = Duration::from_millis(500);
/// Why events are refused though the disk took them so far.
const NO_ROOM: &str = "those acknowledged before are not in the database yet, and there is no room for more";
/// Without a failure for so long, an outage is over.
const BACK_AFTER: Duration = Duration::from_millis(250);

/// Starts the writer. Once `closing` is cancelled it refuses what comes, stores what waits, and ends.
pub fn start(
    db: Db,
    hand_over: mpsc::UnboundedSender<HandedOver>,
    closing: CancellationToken,
) -> (Ingest, tokio::task::JoinHandle<Closed>) {
    let (queue, waiting) = mpsc::channel(QUEUE_EVENTS_MAX);
    let engine = db.engine();
    let bytes = Arc::new(Semaphore::new(QUEUE_BYTES_MAX));
    let mut writer = Writer {
        db,
        inbox: None,
        on_the_way: OnTheWay::default(),
        waiting,
        hand_over,
        turns: Arc::new(Semaphore::new(HANDED_OVER_EVENTS_MAX)),
        outage: None,
        apply_is_behind: false,
    };
    writer.open_inbox();
    let on_the_way = writer.on_the_way.clone();
    (Ingest { queue, bytes, on_the_way }, spawn_apart(engine, writer.run(closing)))
}

/// What the writer leaves.
#[derive(Debug)]
pub struct Closed(Option<(Inbox, OnTheWay)>);

impl Closed {
    /// Once apply has ended, too: removes the inbox, when it is empty.
    pub fn clear(self) {
        if let Some((inbox, on_the_way)) = self.0 {
            inbox.close(on_the_way.moved_upto());
        }
    }
}

struct Writer {
    db: Db,
    /// Where events are made durable on SQLite; the table itself elsewhere, and while another process holds the inbox.
    inbox: Option<Inbox>,
    on_the_way: OnTheWay,
    waiting: mpsc::Receiver<Incoming>,
    hand_over: mpsc::UnboundedSender<HandedOver>,
    /// What bounds `hand_over`.
    turns: Arc<Semaphore>,
    /// Told once, not per event.
    outage: Option<Outage>,
    /// Apply did not take the last batch in time: the next ones do not wait for it.
    apply_is_behind: bool,
}

impl Writer {
    async fn run(mut self, closing: CancellationToken) -> Closed {
        let mut batch = Vec::with_capacity(BATCH_EVENTS_MAX);
        loop {
            tokio::select! {
                biased;
                () = closing.cancelled(), if !self.waiting.is_closed() => self.waiting.close(),
                taken = self.waiting.recv_many(&mut batch, BATCH_EVENTS_MAX) => if taken == 0 { break } else {
                    self.gather(&mut batch).await;
                    self.take(std::mem::take(&mut batch)).await;
                },
                () = over_at(self.outage) => self.tell_back(),
            }
        }
        Closed(self.inbox.map(|inbox| (inbox, self.on_the_way)))
    }

    /// Hands over first what a crash left in the inbox. Files with a record that cannot be read are left as they are:
    /// somebody was told that it was received.
    fn open_inbox(&mut self) {
        let Some(path) = self.db.path() else { return };
        match Inbox::open(path) {
            Ok(Some((inbox, left))) => {
                let unread =
                    left.chunks(BATCH_EVENTS_MAX).map(|records| self.hand_over_left(records)).sum::<usize>();
                if unread == 0 {
                    self.inbox = Some(inbox);
                } else {
                    tracing::error!(
                        unread,
                        "the inbox files hold records that this version cannot read: start the version that wrote them; \
                         until then events go to the database's tables"
                    );
                }
            }
            Ok(None) => {
                tracing::info!("another process takes events into this file, too; they go to its tables");
            }
            Err(error) => tracing::warn!(%error, "events go to the database's tables instead"),
        }
    }

    /// Returns how many of them cannot be read.
    fn hand_over_left(&self, records: &[Record]) -> usize {
        let Some(upto) = records.last().map(|record| record.number) else { return 0 };
        let events: Vec<NewEvent> = records.iter().filter_map(|record| decode(record.clone()).ok()).collect();
        let unread = records.len() - events.len();
        self.on_the_way.noted(&events, upto);
        let _ = self.hand_over.send(HandedOver::Noted(Noted { events, upto, room: Vec::new() }));
        unread
    }

    /// Lets requests that have arrived already be read, so that they share this commit: the last commit woke many
    /// senders at once. Costs microseconds when there is none.
    async fn gather(&mut self, batch: &mut Vec<Incoming>) {
        for _ in 0..GATHER_YIELDS {
            tokio::task::yield_now().await;
            while batch.len() < BATCH_EVENTS_MAX
                && let Ok(incoming) = self.waiting.try_recv()
            {
                batch.push(incoming);
            }
        }
    }

    async fn take(&mut self, batch: Vec<Incoming>) {
        let (events, replies): (Vec<NewEvent>, Vec<_>) =
            batch.into_iter().map(|i| (i.event, i.reply)).unzip();
        let ids: Vec<String> = events.iter().map(|e| e.id.clone()).collect();
        let kept = if self.inbox.is_some() { self.note(events).await } else { self.commit(events).await };
        match kept {
            Ok(kept) => {
                self.note_stored();
                let places = acknowledge(&ids, &kept.fresh(), replies);
                self.pass_on(kept, places).await;
            }
            Err(NotKept::NoRoom) => {
                self.note_away(&NO_ROOM, replies.len());
                refuse(replies, Refused::QueueFull);
            }
            Err(NotKept::Failed(error)) => {
                self.note_away(&error, replies.len());
                refuse(replies, Refused::NotCommitted);
            }
        }
    }

    /// Into the table.
    async fn commit(&self, mut events: Vec<NewEvent>) -> Result<Kept, NotKept> {
        let due: Vec<DueEvent> = events.iter_mut().filter_map(NewEvent::due).collect();
        let late = |_| StoreError::Unavailable("it took too long to commit".to_owned());
        let stored = tokio::time::timeout(COMMIT_TIMEOUT, events::store(&self.db, events)).await;
        let fresh = stored.map_err(late)??;
        Ok(Kept::InTable { due, fresh })
    }

    /// Into the inbox. From there only apply takes it, so what apply has no room for is refused.
    async fn note(&mut self, mut events: Vec<NewEvent>) -> Result<Kept, NotKept> {
        let mut seen = BTreeSet::new();
        events.retain(|e| !self.on_the_way.contains(&e.id) && seen.insert(e.id.clone()));
        // Looked up after `on_the_way`: what left that meanwhile is in the table.
        let stored = events::existing(&mut self.db.look_up().await?, seen.into_iter().collect()).await?;
        events.retain(|e| !stored.contains(&e.id));
        if events.is_empty() {
            return Ok(Kept::Nothing);
        }
        let turn = self.turn(events.len()).await.ok_or(NotKept::NoRoom)?;
        let Some(inbox) = &mut self.inbox else { return Err(NotKept::NoRoom) };
        let payloads = events.iter().map(encode).collect::<Result<Vec<_>, _>>();
        let payloads = payloads.map_err(|e| StoreError::Other(e.to_string()))?;
        let upto = inbox.append(payloads.iter().map(Vec::as_slice), self.on_the_way.moved_upto())?;
        self.on_the_way.noted(&events, upto);
        Ok(Kept::InInbox { events, upto, turn })
    }

    async fn pass_on(&mut self, kept: Kept, mut room: Vec<OwnedSemaphorePermit>) {
        match kept {
            Kept::Nothing => {}
            Kept::InInbox { events, upto, turn } => {
                room.push(turn);
                let _ = self.hand_over.send(HandedOver::Noted(Noted { events, upto, room }));
            }
            Kept::InTable { mut due, fresh } => {
                drop(room);
                let mut passed = BTreeSet::new();
                due.retain(|event| fresh.contains(&event.id) && passed.insert(event.id.clone()));
                // What finds no room is found by the sweep.
                if !due.is_empty()
                    && let Some(turn) = self.turn(due.len()).await
                {
                    let _ = self.hand_over.send(HandedOver::Stored(due, turn));
                }
            }
        }
    }

    /// Room for so many events at apply; waited for only while apply keeps up.
    async fn turn(&mut self, events: usize) -> Option<OwnedSemaphorePermit> {
        let wait = if self.apply_is_behind { Duration::ZERO } else { HAND_OVER_TIMEOUT };
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        let turn = tokio::time::timeout(wait, Arc::clone(&self.turns).acquire_many_owned(events)).await;
        self.apply_is_behind = turn.is_err();
        turn.ok()?.ok()
    }

    fn note_away(&mut self, error: &dyn Display, refused: usize) {
        if self.outage.replace(Outage { failed: Instant::now(), stored_since: false }).is_none() {
            tracing::error!(%error, refused, "events cannot be stored; answering 503 until the database is back");
        }
    }

    fn note_stored(&mut self) {
        if let Some(outage) = &mut self.outage {
            outage.stored_since = true;
            if outage.failed.elapsed() >= BACK_AFTER {
                self.tell_back();
            }
        }
    }

    fn tell_back(&mut self) {
        tracing::info!("the database is back; events are stored again");
        self.outage = None;
    }
}

/// On a disk that is nearly full a small batch still finds room where the next one does not: an outage is over once
/// events were stored and nothing has failed for a while.
#[derive(Clone, Copy)]
struct Outage {
    failed: Instant,
    stored_since: bool,
}

async fn over_at(outage: Option<Outage>) {
    match outage {
        Some(Outage { failed, stored_since: true }) => tokio::time::sleep_until(failed + BACK_AFTER).await,
        _ => std::future::pending().await,
    }
}

/// Events made durable just now; without those that were before.
enum Kept {
    Nothing,
    InTable { due: Vec<DueEvent>, fresh: BTreeSet<String> },
    InInbox { events: Vec<NewEvent>, upto: u64, turn: OwnedSemaphorePermit },
}

impl Kept {
    fn fresh(&self) -> BTreeSet<&str> {
        match self {
            Self::Nothing => BTreeSet::new(),
            Self::InTable { fresh, .. } => fresh.iter().map(String::as_str).collect(),
            Self::InInbox { events, .. } => events.iter().map(|e| e.id.as_str()).collect(),
        }
    }
}

enum NotKept {
    NoRoom,
    Failed(StoreError),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

fn refuse(replies: Vec<Reply>, why: Refused) {
    metrics::counter!("whypaid_events_refused_total").increment(replies.len() as u64);
    for reply in replies {
        drop(reply.send(Err(why)));
    }
}

/// The first of several copies in one batch is the new one. Returns the events' places in the queue.
fn acknowledge(ids: &[String], fresh: &BTreeSet<&str>, replies: Vec<Reply>) -> Vec<OwnedSemaphorePermit> {
    let mut first = BTreeSet::new();
    let mut places = Vec::with_capacity(replies.len());
    for (id, reply) in ids.iter().zip(replies) {
        let new = fresh.contains(id.as_str()) && first.insert(id);
        places.push(reply.send(Ok(if new { Stored::New } else { Stored::Duplicate })));
    }
    metrics::counter!("whypaid_events_stored_total").increment(fresh.len() as u64);
    metrics::counter!("whypaid_events_duplicate_total").increment((ids.len() - first.len()) as u64);
    places
}
