//! PostgreSQL's connections: how each is set up, which of them is kept, and how one is found that fell silent.

use crate::db::ACQUIRE_TIMEOUT;
use crate::error::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgPool, Postgres};
use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Connections to PostgreSQL per node: the ingest writer, apply, and requests.
const CONNECTIONS_MAX: u32 = 16;
/// How long a connection is kept between two uses; one that is idle for longer may have been cut off unnoticed.
const KEPT_MAX: Duration = Duration::from_secs(1);
/// Prepared statements kept per connection; there are about a hundred in all.
const STATEMENT_CACHE: usize = 256;
/// A node that lost its network in the middle of a transaction must not hold the ledger's lock until TCP gives up, which
/// takes hours; nor must anybody wait for a lock without end.
///
/// Statements are prepared once, often while the tables are still empty, and PostgreSQL would keep walking whole tables
/// for them: measured, 43 % of its time. Nearly all of ours look rows up by key; those that must walk still can.
/// It then takes a walk for so dear that it would compile it first: measured, 190 ms for a table of three rows.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '30s'; \
                       SET enable_seqscan = off; SET jit = off";

/// Opens no connection yet.
pub(crate) fn pool(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| StoreError::Setup(format!("the database URL is not usable: {e}")))?
        .statement_cache_capacity(STATEMENT_CACHE)
        .application_name("whypaid");
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|conn, _| Box::pin(prepare_session(conn)))
        .after_release(|conn, _| Box::pin(still_answers(conn)));
    Ok(pool.connect_lazy_with(options))
}

/// Closes a connection that fell silent. The pool itself would wait for its answer without end, and would be one
/// connection smaller each time.
async fn still_answers(conn: &mut PgConnection) -> sqlx::Result<bool> {
    let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(ACQUIRE_TIMEOUT, conn.ping()).await.map_err(silent)??;
    Ok(true)
}

async fn prepare_session(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute(SESSION).await?;
    Ok(())
}

/// A connection between two uses by one that has many: the pool would ask three times whether it still answers.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<Idle>>);

#[derive(Debug)]
struct Idle {
    conn: PoolConnection<Postgres>,
    since: Instant,
}

impl Kept {
    /// The connection, if there is one that was used just now.
    pub(crate) fn take(&self) -> Option<PoolConnection<Postgres>> {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        idle.filter(|idle| idle.since.elapsed() < KEPT_MAX).map(|idle| idle.conn)
    }

    pub(crate) fn put(&self, conn: PoolConnection<Postgres>) {
        let idle = Idle { conn, since: Instant::now() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(idle);
    }
}
