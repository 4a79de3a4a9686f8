//! One reconciliation at a time, on all nodes: a lease that a heartbeat keeps.

use super::ReconcileError;
use crate::app::App;
use crate::ids;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Conn, StoreError, leases};
use tokio::task::JoinHandle;

/// Its name in the table.
const NAME: &str = "reconciliation";
/// How long it outlives a node that was killed, in ms.
pub(super) const LIFE_MS: i64 = 15_000;
/// How often it is renewed.
const BEAT: Duration = Duration::from_secs(4);

/// Held while it lives.
pub(super) struct Lease {
    app: App,
    holder: String,
    lost: Arc<AtomicBool>,
    heart: JoinHandle<()>,
}

impl Lease {
    pub(super) async fn take(app: &App) -> Result<Self, ReconcileError> {
        let holder = ids::secret();
        if !renew(app, &holder).await? {
            let until_ms = leases::until_ms(&mut app.db.read().await?, NAME).await?;
            return Err(ReconcileError::Busy { until_ms: until_ms.unwrap_or(0) });
        }
        let lost = Arc::new(AtomicBool::new(false));
        let heart = tokio::spawn(beat(app.clone(), holder.clone(), Arc::clone(&lost)));
        Ok(Self { app: app.clone(), holder, lost, heart })
    }

    /// An error once another node has it.
    pub(super) fn check(&self) -> Result<(), ReconcileError> {
        if self.lost.load(Ordering::SeqCst) { Err(ReconcileError::TakenOver) } else { Ok(()) }
    }

    /// Best effort: it ends by itself.
    pub(super) async fn release(self) {
        self.heart.abort();
        let released = async {
            let mut conn = self.app.db.write().await?;
            leases::release(&mut conn, NAME, &self.holder).await?;
            conn.commit().await
        };
        let released: Result<(), StoreError> = released.await;
        if let Err(error) = released {
            tracing::debug!(%error, "the lease of a reconciliation ends by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

/// True while somebody has it.
pub(super) async fn is_held(app: &App, conn: &mut Conn) -> Result<bool, StoreError> {
    let until_ms = leases::until_ms(conn, NAME).await?;
    Ok(until_ms.is_some_and(|until_ms| until_ms > app.context.clock.now_ms()))
}

async fn renew(app: &App, holder: &str) -> Result<bool, StoreError> {
    let now_ms = app.context.clock.now_ms();
    let mut conn = app.db.write().await?;
    let held = leases::take(&mut conn, NAME, holder, now_ms + LIFE_MS, now_ms).await?;
    conn.commit().await?;
    Ok(held)
}

async fn beat(app: App, holder: String, lost: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(BEAT).await;
        // A database that is away stops the comparison itself.
        if let Ok(false) = renew(&app, &holder).await {
            lost.store(true, Ordering::SeqCst);
            return;
        }
    }
}
