//! Tells open streams what changed: a ring of recent changes, numbered by this process, and a broadcast.
//!
//! With several nodes on one PostgreSQL a change is told to the others in the transaction that makes it, and heard by a
//! task of each ([`listen`]). Numbers are a node's own: a stream that goes on elsewhere is told to load afresh.

mod beside;
mod wire;

use crate::apply::Change;
use crate::clock::Clock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::news::{self, Heard};
use store::{Conn, Db};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Changes kept for streams that reconnect.
const RING_CHANGES: usize = 4096;
/// Changes a slow stream may lag behind before it is told to load afresh.
const LAG_CHANGES_MAX: usize = 1024;
/// Between two tries to listen while the database is away.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
/// How long a stream waits for this node to listen. Later it is told to load afresh once it does.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// A change with its number.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Counts from 1 since this process started.
    pub number: u64,
    /// What changed.
    pub change: Change,
}

#[derive(Clone, Debug)]
enum News {
    Changed(Arc<Numbered>),
    /// Something changed that nobody here knows.
    Missed,
}

/// Announces changes; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    sender: broadcast::Sender<News>,
    ring: Arc<Mutex<Ring>>,
    /// Tells this process's numbers from an earlier one's, and from another node's.
    boot: Arc<str>,
    /// True once changes of other nodes are heard.
    ready: Arc<watch::Sender<bool>>,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    recent: VecDeque<Arc<Numbered>>,
}

/// Where a stream starts.
#[derive(Debug)]
pub struct Subscription {
    /// Missed since the id it named.
    pub missed: Vec<Arc<Numbered>>,
    /// False when too much was missed, or the id is of an earlier process: the reader must load afresh.
    pub resumed: bool,
    /// The number up to which the reader is told by `missed` or by loading.
    pub number: u64,
    /// What comes.
    pub receiver: Receiver,
}

/// What comes, one change after the other. `Lagged` says that some were missed and all must be loaded afresh, whether the
/// reader was slow or this node did not hear them.
#[derive(Debug)]
pub struct Receiver(broadcast::Receiver<News>);

impl Receiver {
    /// Waits for the next change.
    pub async fn recv(&mut self) -> Result<Arc<Numbered>, RecvError> {
        match self.0.recv().await? {
            News::Changed(numbered) => Ok(numbered),
            News::Missed => Err(RecvError::Lagged(1)),
        }
    }

    /// The next change, if there is one already.
    pub fn try_recv(&mut self) -> Result<Arc<Numbered>, TryRecvError> {
        match self.0.try_recv()? {
            News::Changed(numbered) => Ok(numbered),
            News::Missed => Err(TryRecvError::Lagged(1)),
        }
    }

    /// From here on, without what waits.
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        Self(self.0.resubscribe())
    }
}

impl Live {
    /// `boot` must differ between processes.
    pub fn new(boot: &str) -> Self {
        let (sender, _) = broadcast::channel(LAG_CHANGES_MAX);
        let (ready, _) = watch::channel(true);
        Self { sender, ring: Arc::default(), boot: Arc::from(boot), ready: Arc::new(ready) }
    }

    /// Commits what made `changes`, and tells every stream of every node. The one way to announce a change.
    pub async fn commit(&self, mut conn: Conn, changes: Vec<Change>) -> store::Result<()> {
        for payload in wire::payloads(&self.boot, &changes) {
            news::tell(&mut conn, &payload).await?;
        }
        conn.commit().await?;
        self.announce(changes);
        Ok(())
    }

    /// Tells the streams of this node of what is committed already; [`Live::commit`] tells those of the others as well.
    pub fn announce(&self, changes: Vec<Change>) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            ring.last += 1;
            let numbered = Arc::new(Numbered { number: ring.last, change });
            if ring.recent.len() == RING_CHANGES {
                ring.recent.pop_front();
            }
            ring.recent.push_back(Arc::clone(&numbered));
            // No stream open is not an error.
            let _ = self.sender.send(News::Changed(numbered));
        }
    }

    /// The number of the last change.
    pub fn last(&self) -> u64 {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Tells every stream of this node to load afresh. Nobody can resume after what came before.
    fn missed(&self) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        ring.recent.clear();
        let _ = self.sender.send(News::Missed);
    }

    /// The `id:` of a change on a stream.
    pub fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.boot)
    }

    /// Waits until changes of other nodes are heard too, for a while. Call before [`Live::subscribe`].
    pub async fn ready(&self) {
        let mut ready = self.ready.subscribe();
        let _ = timeout(READY_TIMEOUT, ready.wait_for(|ready| *ready)).await;
    }

    /// Starts a stream after the change whose id is `last_id`.
    pub fn subscribe(&self, last_id: Option<&str>) -> Subscription {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = Receiver(self.sender.subscribe());
        let number = ring.last;
        let seen =
            last_id.and_then(|id| id.strip_prefix(&*self.boot)?.strip_prefix('-')?.parse::<u64>().ok());
        let oldest = ring.recent.front().map_or(ring.last + 1, |n| n.number);
        match seen.filter(|seen| *seen <= number && seen + 1 >= oldest) {
            Some(seen) => {
                let missed = ring.recent.iter().filter(|n| n.number > seen).cloned().collect();
                Subscription { missed, resumed: true, number, receiver }
            }
            None => Subscription { missed: Vec::new(), resumed: false, number, receiver },
        }
    }

    fn hear(&self, heard: Heard) {
        let Heard::Payload(payload) = heard else { return self.missed() };
        match wire::read(&self.boot, &payload) {
            wire::Told::Own => {}
            wire::Told::Changes(changes) => self.announce(changes),
            wire::Told::Many => self.missed(),
        }
    }
}

/// Hears what other nodes change, and on SQLite what other processes do, until told to stop.
pub fn listen(
    db: &Db,
    clock: &Clock,
    live: &Live,
    stop: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let (listener, live) = (db.listener(), live.clone());
    let beside = beside::watch(db.clone(), clock.clone(), live.clone(), stop.clone());
    if listener.is_some() {
        live.ready.send_replace(false);
    }
    async move {
        let Some(mut listener) = listener else { return beside.await };
        loop {
            let heard = tokio::select! {
                heard = listener.next() => heard,
                () = stop.cancelled() => return,
            };
            match heard {
                Ok(heard) => {
                    let is_first = heard == Heard::Missed && !live.ready.send_replace(true);
                    // Who came before this node listened, or while it did not, may have missed something.
                    if !is_first || live.sender.receiver_count() > 0 {
                        live.hear(heard);
                    }
                }
                Err(error) => {
                    if live.ready.send_replace(false) {
                        tracing::warn!(%error, "changes of other nodes are not heard; trying again");
                    }
                    tokio::select! {
                        () = sleep(LISTEN_AGAIN) => {}
                        () = stop.cancelled() => return,
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Outcome, PaymentStatus};

    fn changes(count: usize) -> Vec<Change> {
        let change = |n| Change {
            journey_id: format!("jrn_{n}"),
            outcome: Outcome::Paid,
            payment_status: PaymentStatus::Paid,
            change: "payment",
        };
        (0..count).map(change).collect()
    }

    #[test]
    fn a_stream_resumes_after_the_last_change_it_saw() {
        let live = Live::new("b");
        live.announce(changes(3));
        let subscription = live.subscribe(Some("b-1"));
        let missed: Vec<u64> = subscription.missed.iter().map(|n| n.number).collect();
        assert_eq!((missed, subscription.resumed), (vec![2, 3], true));
        assert!(live.subscribe(Some("b-3")).missed.is_empty());
    }

    #[test]
    fn a_stream_that_missed_too_much_loads_afresh() {
        let live = Live::new("b");
        live.announce(changes(RING_CHANGES + 2));
        for last_id in [Some("b-1"), Some("a-4000"), Some("b-99999"), Some("junk"), None] {
            assert!(!live.subscribe(last_id).resumed, "{last_id:?}");
        }
        assert!(live.subscribe(Some("b-2")).resumed);
    }

    #[tokio::test]
    async fn after_a_lost_listener_nobody_resumes_and_everybody_loads_afresh() {
        let live = Live::new("b");
        live.announce(changes(2));
        let mut open = live.subscribe(None).receiver;
        live.hear(Heard::Missed);
        assert_eq!(open.recv().await.unwrap_err(), RecvError::Lagged(1));
        assert!(!live.subscribe(Some("b-2")).resumed);
        live.announce(changes(1));
        assert_eq!(open.recv().await.unwrap().number, 4);
        assert!(live.subscribe(Some("b-3")).resumed && live.subscribe(Some("b-4")).resumed);
    }

    #[tokio::test]
    async fn what_another_node_tells_is_announced_and_what_this_one_told_is_not_again() {
        let (here, there) = (Live::new("here"), Live::new("there"));
        let mut open = here.subscribe(None).receiver;
        for boot in [&here.boot, &there.boot] {
            for payload in wire::payloads(boot, &changes(2)) {
                here.hear(Heard::Payload(payload));
            }
        }
        assert_eq!(open.recv().await.unwrap().change, changes(1)[0]);
        assert_eq!(open.recv().await.unwrap().change.journey_id, "jrn_1");
        assert_eq!(open.try_recv().unwrap_err(), TryRecvError::Empty);
        for payload in wire::payloads(&there.boot, &changes(100_000)) {
            here.hear(Heard::Payload(payload));
        }
        assert_eq!(open.recv().await.unwrap_err(), RecvError::Lagged(1));
    }
}
