//! One rendering for all the open pages with the same address: fifty browsers on one list cost about what one costs.
//!
//! A hub keeps at most [`MESSAGES_MAX`] messages for readers that are slow. Who falls further behind gets the whole list
//! instead, so the server does not grow with what somebody does not read.

use super::changes::Shown;
use super::query::Query;
use crate::api::Result;
use crate::app::App;
use crate::apply::QUIET;
use crate::live::{Numbered, Receiver};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex as BlockingMutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Mutex, broadcast};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Messages kept for slow readers.
const MESSAGES_MAX: usize = 16;
/// Between two looks at the database for one list at least; what changes meanwhile is told together. A quarter of the
/// time in which a change must be seen (SPEC H11).
const PAUSE: Duration = Duration::from_millis(25);

/// What a stream is told.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// As it goes over the wire.
    Message(Bytes),
    /// Connect again.
    End,
}

/// The open pages with one address.
pub(super) struct Hub {
    shown: Mutex<Shown>,
    sender: broadcast::Sender<Told>,
    /// The whole list as it was rendered last, while nothing changed since.
    whole: BlockingMutex<Option<Bytes>>,
    _gone: DropGuard,
}

/// All hubs of this process, by address.
#[derive(Default)]
pub(super) struct Hubs(BlockingMutex<BTreeMap<String, Weak<Hub>>>);

impl Hubs {
    /// The hub of this address; made when nobody else looks at it.
    pub(super) fn of(&self, app: &App, query: &Query) -> Arc<Hub> {
        let address = query.href("/live");
        let mut hubs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hub) = hubs.get(&address).and_then(Weak::upgrade) {
            return hub;
        }
        hubs.retain(|_, hub| hub.strong_count() > 0);
        let gone = CancellationToken::new();
        let hub = Arc::new(Hub {
            shown: Mutex::new(Shown::new(app.clone(), query.clone())),
            sender: broadcast::channel(MESSAGES_MAX).0,
            whole: BlockingMutex::default(),
            _gone: gone.clone().drop_guard(),
        });
        hubs.insert(address, Arc::downgrade(&hub));
        // Before anything is loaded: what changes in between is told twice rather than never.
        let receiver = app.live.subscribe(None).receiver;
        let weak = Arc::downgrade(&hub);
        tokio::spawn(async move {
            tokio::select! {
                () = follow(&weak, receiver) => {}
                () = gone.cancelled() => {}
            }
        });
        hub
    }
}

impl Hub {
    /// The whole list, and whatever is told after it.
    pub(super) async fn whole(&self) -> Result<(Bytes, broadcast::Receiver<Told>)> {
        let mut shown = self.shown.lock().await;
        let kept = self.whole.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept {
            return Ok((kept, self.sender.subscribe()));
        }
        let before = shown.ids();
        let whole = shown.everything().await?;
        if before != shown.ids() {
            // What made the difference is on its way to the others as a change, but not what it pushed off the page.
            let _ = self.sender.send(Told::Message(whole.clone()));
        }
        self.keep(Some(whole.clone()));
        Ok((whole, self.sender.subscribe()))
    }

    fn keep(&self, whole: Option<Bytes>) {
        *self.whole.lock().unwrap_or_else(PoisonError::into_inner) = whole;
    }

    /// Renders what changed and tells it. False when it cannot.
    async fn tell(&self, news: News) -> bool {
        let mut shown = self.shown.lock().await;
        let told = match news {
            News::Changed(ids) => shown.changed(ids).await,
            News::TooMuch => shown.everything().await.map(Some),
        };
        match told {
            Ok(Some(message)) => {
                self.keep(None);
                // Nobody listening is not an error.
                let _ = self.sender.send(Told::Message(message));
                true
            }
            Ok(None) => true,
            Err(_) => {
                // Logged where it arose. The pages connect again and are told all.
                self.keep(None);
                let _ = self.sender.send(Told::End);
                false
            }
        }
    }
}

/// What happened since the last look.
enum News {
    /// These journeys changed.
    Changed(BTreeSet<String>),
    /// More than was kept up with, or heard.
    TooMuch,
}

async fn follow(hub: &Weak<Hub>, mut receiver: Receiver) {
    let mut looked_at = Instant::now();
    while let Some(news) = news(&mut receiver, looked_at + PAUSE).await {
        let Some(hub) = hub.upgrade() else { return };
        if !hub.tell(news).await {
            // Everything is loaded for whoever connects again; until then there is nothing to follow.
            receiver = receiver.resubscribe();
        }
        looked_at = Instant::now();
    }
}

/// Waits for a change, then until `not_before`, and takes all that came. `None` when nothing more is announced.
async fn news(receiver: &mut Receiver, not_before: Instant) -> Option<News> {
    let first: Arc<Numbered> = loop {
        match receiver.recv().await {
            Err(RecvError::Closed) => return None,
            Err(RecvError::Lagged(_)) => return Some(too_much(receiver)),
            // The list shows neither what clients look at nor what sellers note.
            Ok(numbered) if QUIET.contains(&numbered.change.change) => {}
            Ok(numbered) => break numbered,
        }
    };
    sleep_until(not_before).await;
    let mut ids = BTreeSet::from([first.change.journey_id.clone()]);
    loop {
        match receiver.try_recv() {
            Ok(numbered) if QUIET.contains(&numbered.change.change) => {}
            Ok(numbered) => drop(ids.insert(numbered.change.journey_id.clone())),
            Err(TryRecvError::Lagged(_)) => return Some(too_much(receiver)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(News::Changed(ids)),
        }
    }
}

/// Forgets what is waiting: the whole list, loaded after this, has it all.
fn too_much(receiver: &mut Receiver) -> News {
    *receiver = receiver.resubscribe();
    News::TooMuch
}
