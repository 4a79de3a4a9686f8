//! What the streams of open pages have in common: how many there may be, that each says now and then that it lives, and
//! that it ends.

use crate::api::{Problem, Result};
use crate::app::App;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Told to a page this often when nothing else is, so that it can tell a quiet stream from a dead one.
/// `assets/live.js` waits for two and a half of these.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Open pages of a kind per process; each costs one connection.
const STREAMS_MAX: usize = 1000;

/// Room for the open pages of one kind.
#[derive(Debug)]
pub(super) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS_MAX)))
    }
}

impl Places {
    /// One's place, for as long as it is held.
    pub(super) fn take(&self) -> Result<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        place.map_err(|_| Problem::unavailable("Too many pages are open at once."))
    }
}

/// Comes after `life`, or when the server stops. The page then connects again, and who may no longer see it is found out.
pub(super) fn end(app: &App, life: Duration) -> impl Future<Output = ()> + Send + use<> {
    let stop = app.stop.clone();
    async move {
        let _ = timeout(life, stop.cancelled()).await;
    }
}
