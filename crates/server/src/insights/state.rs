//! The handle: the columns behind a lock that nobody holds for long, and who is told when they change.

use super::cache::{Cache, Key};
use super::load::{self, Owned};
use crate::clock::Clock;
use crate::live::Live;
use insight::facts::{Columns, CurrencyCode};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock, TryLockError};
use std::time::Duration;
use store::{Db, StoreError};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

/// Reports computed at the same time; each uses all cores for its passes.
const REPORTS_MAX: usize = 2;
/// How long an answer waits for changes that were announced before it was asked for.
const CATCH_UP_MAX: Duration = Duration::from_millis(250);
/// Between two tries to write while reports read. A writer that waited in the lock itself would keep new readers out.
const WRITE_RETRY: Duration = Duration::from_millis(2);
/// After this the writer waits in the lock: answers would fall behind.
const WRITE_PATIENCE: Duration = Duration::from_secs(3);

/// Journeys as columns, and what they say; cheap to clone.
#[derive(Clone, Debug)]
pub struct Insights(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    clock: Clock,
    live: Live,
    columns: RwLock<Columns>,
    /// What the columns hold; before they are loaded, nothing.
    held: watch::Sender<Option<AsOf>>,
    /// The same, told at most once per second.
    told: watch::Sender<Option<AsOf>>,
    cache: Cache,
    places: Arc<Semaphore>,
}

/// Up to which change the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AsOf {
    /// Counts every time the columns changed in this process.
    pub version: u64,
    /// The last change of [`Live`] taken in.
    pub change: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// The columns are still being loaded.
    #[error("the journeys are still being read")]
    Loading,
    /// Names could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program failed while it computed.
    #[error("the report could not be computed")]
    Failed,
}

impl Insights {
    pub(super) fn new(db: Db, clock: Clock, live: Live) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            live,
            columns: RwLock::default(),
            held: watch::Sender::new(None),
            told: watch::Sender::new(None),
            cache: Cache::default(),
            places: Arc::new(Semaphore::new(REPORTS_MAX)),
        }))
    }

    /// Where the columns come from.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub(super) fn live(&self) -> &Live {
        &self.0.live
    }

    /// Unix seconds.
    pub fn now_s(&self) -> u32 {
        u32::try_from(self.0.clock.now_s()).unwrap_or(0)
    }

    /// What the columns hold now; `None` while they are being loaded.
    pub fn as_of(&self) -> Option<AsOf> {
        *self.0.held.borrow()
    }

    /// Tells when the columns have changed, at most once per second: for open pages. `None` while they are being loaded.
    pub fn changes(&self) -> watch::Receiver<Option<AsOf>> {
        self.0.told.subscribe()
    }

    pub(super) fn told(&self) -> &watch::Sender<Option<AsOf>> {
        &self.0.told
    }

    pub(super) fn held(&self) -> watch::Receiver<Option<AsOf>> {
        self.0.held.subscribe()
    }

    /// Looks at the columns. Keep it short: nothing is taken in meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Columns) -> T) -> Result<T, Unready> {
        if self.as_of().is_none() {
            return Err(Unready::Loading);
        }
        Ok(look(&self.0.columns.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Columns loaded afresh, beside those that are kept: what following changes must come to.
    pub async fn fresh(&self) -> Result<Columns, StoreError> {
        load::everything(&self.0.db).await
    }

    /// Currencies of a mode's journeys, ascending.
    pub fn currencies(&self, livemode: bool) -> Result<Vec<CurrencyCode>, Unready> {
        self.read(|columns| columns.currencies_of(livemode))
    }

    /// Of these `key=value`, the one that most journeys of the mode have.
    pub fn largest_segment(&self, livemode: bool, pairs: Vec<String>) -> Result<Option<String>, Unready> {
        self.read(|columns| {
            let size = |pair: &String| columns.count_segment(livemode, pair);
            pairs.into_iter().max_by_key(size)
        })
    }

    /// Puts freshly loaded columns in the place of what was there. They hold all changes up to `change`.
    pub(super) async fn replace(&self, columns: Columns, change: u64) {
        let old = self.write(change, move |held| std::mem::replace(held, columns)).await;
        // Millions of rows are given back to the system, which takes a moment.
        tokio::task::spawn_blocking(move || drop(old));
    }

    /// Takes changed journeys in.
    pub(super) async fn take_in(&self, facts: Vec<Owned>, change: u64) {
        let put = move |columns: &mut Columns| facts.iter().for_each(|fact| fact.put(columns));
        self.write(change, put).await;
    }

    /// Has open pages ask again, though no journey changed: what is made of them did.
    pub async fn renew(&self) {
        if let Some(held) = self.as_of() {
            self.write(held.change, |_| ()).await;
        }
    }

    /// Readers go first, for a while.
    async fn write<T>(&self, change: u64, write: impl FnOnce(&mut Columns) -> T) -> T {
        let started = Instant::now();
        while self.is_being_read() && started.elapsed() < WRITE_PATIENCE {
            sleep(WRITE_RETRY).await;
        }
        let mut columns = self.0.columns.write().unwrap_or_else(PoisonError::into_inner);
        let written = write(&mut columns);
        let held = self.as_of().unwrap_or(AsOf { version: 0, change });
        let as_of = AsOf { version: held.version + 1, change: held.change.max(change) };
        // Under the lock: whoever reads afterwards finds no older number than the columns have.
        self.0.held.send_replace(Some(as_of));
        written
    }

    fn is_being_read(&self) -> bool {
        matches!(self.0.columns.try_write(), Err(TryLockError::WouldBlock))
    }

    /// Waits a moment until what was announced before now is taken in.
    pub(super) async fn catch_up(&self) -> Result<AsOf, Unready> {
        let announced = self.0.live.last();
        let mut held = self.held();
        if held.borrow().is_none() {
            return Err(Unready::Loading);
        }
        let reached = held.wait_for(|held| held.is_some_and(|held| held.change >= announced));
        let _ = timeout(CATCH_UP_MAX, reached).await;
        self.as_of().ok_or(Unready::Loading)
    }

    /// An answer, computed once for all who ask the same at the same time. `compute` runs on a thread where it may take
    /// long; `name` then gives names to what it found.
    pub(super) async fn answer<R, T, N>(
        &self,
        key: Key,
        compute: impl FnOnce(&Columns, Moment) -> R + Send + 'static,
        name: impl FnOnce(R, Db, Moment) -> N + Send + 'static,
    ) -> Result<Arc<T>, Unready>
    where
        R: Send + 'static,
        T: Send + Sync + 'static,
        N: Future<Output = Result<T, StoreError>> + Send,
    {
        let as_of = self.catch_up().await?;
        let this = self.clone();
        let make = move || async move {
            let found = this.clone().compute(compute).await?;
            let (found, moment) = found;
            let value = name(found, this.db().clone(), moment).await?;
            Ok((value, moment))
        };
        self.0.cache.get(key, as_of, self.now_s(), make).await
    }

    async fn compute<R: Send + 'static>(
        self,
        compute: impl FnOnce(&Columns, Moment) -> R + Send + 'static,
    ) -> Result<(R, Moment), Unready> {
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(|_| Unready::Failed)?;
        let work = move || {
            let _place = place;
            let columns = self.0.columns.read().unwrap_or_else(PoisonError::into_inner);
            let as_of = self.as_of().ok_or(Unready::Loading)?;
            let moment = Moment { as_of, now_s: self.now_s(), journeys: columns.len() };
            Ok((compute(&columns, moment), moment))
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "a report could not be computed");
            Unready::Failed
        })?
    }
}

/// Of what an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) as_of: AsOf,
    /// Unix seconds.
    pub(super) now_s: u32,
    /// In the columns.
    pub(super) journeys: usize,
}
