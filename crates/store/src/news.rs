//! Changes told from node to node: PostgreSQL's `LISTEN` and `NOTIFY`, the one thing here that SQLite has no like of and
//! no need for, as it has one node. Told inside the transaction that makes the change, so never without it.

use crate::args::args;
use crate::db::{Conn, Engine};
use crate::error::{Result, StoreError};
use crate::sql::Sql;
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{Executor as _, PgPool};
use std::time::Duration;
use tokio::time::timeout;

/// Name of the channel.
const CHANNEL: &str = "whypaid_changes";
/// Bytes that PostgreSQL passes on at most: <https://www.postgresql.org/docs/current/sql-notify.html>.
pub const PAYLOAD_BYTES_MAX: usize = 7999;
/// After so long in silence the connection is asked whether it still lives.
const SILENCE: Duration = Duration::from_secs(10);
/// How long it may take to say so, or to be made.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Not listed in `sql.rs`: SQLite does not know it.
static NOTIFY: Sql = Sql::new("NOTIFY", "SELECT pg_notify('whypaid_changes', $1)");

/// Tells `payload` to every node that listens, once the transaction commits. On SQLite nobody else listens.
pub async fn tell(conn: &mut Conn, payload: &str) -> Result<()> {
    debug_assert!(payload.len() <= PAYLOAD_BYTES_MAX, "{} bytes", payload.len());
    if conn.engine() == Engine::Postgres {
        conn.fetch_all(&NOTIFY, args![payload]).await?;
    }
    Ok(())
}

/// What a node hears.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// A payload.
    Payload(String),
    /// The connection was lost and is back: what was told meanwhile is not known.
    Missed,
}

/// Listens on a connection of its own.
#[derive(Debug)]
pub struct Listener {
    pool: PgPool,
    /// Absent while the database is away.
    listener: Option<PgListener>,
}

impl Listener {
    pub(crate) fn new(pool: &PgPool) -> Self {
        let options = pool.connect_options().as_ref().clone();
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER_TIMEOUT);
        Self { pool: pool.connect_lazy_with(options), listener: None }
    }

    /// Waits for what comes next. An error means that the database is away: ask again after a while.
    pub async fn next(&mut self) -> Result<Heard> {
        let Some(listener) = &mut self.listener else {
            self.listener = Some(connect(&self.pool).await?);
            return Ok(Heard::Missed);
        };
        loop {
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(news))) => return Ok(Heard::Payload(news.payload().to_owned())),
                Err(_) if still_answers(listener).await => {}
                Ok(Ok(None) | Err(_)) | Err(_) => break,
            }
        }
        self.listener = None;
        Err(StoreError::Unavailable("the connection that listens for changes is lost".to_owned()))
    }
}

async fn connect(pool: &PgPool) -> Result<PgListener> {
    let connected = async {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok::<_, sqlx::Error>(listener)
    };
    let late = |_| StoreError::Unavailable("the database does not answer".to_owned());
    Ok(timeout(ANSWER_TIMEOUT, connected).await.map_err(late)??)
}

/// A connection that fell silent would otherwise be waited on until TCP gives up.
async fn still_answers(listener: &mut PgListener) -> bool {
    matches!(timeout(ANSWER_TIMEOUT, listener.execute("SELECT 1")).await, Ok(Ok(_)))
}
