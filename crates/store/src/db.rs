//! One database handle over two engines, small on purpose: fetch, execute, insert many, begin, commit.
//!
//! SQLite has one writer connection and a pool of readers; PostgreSQL one pool. [`Db::ledger`] opens a transaction
//! that excludes every other one of its kind, on all nodes: whoever recomputes payments and outcomes holds it.

use crate::args::Value;
use crate::bind::{postgres_args, postgres_columns, sqlite_args};
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::row::Row;
use crate::sql::{InsertMany, SQLITE_ROWS, Sql};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgPool, Postgres, SqlSafeStr as _, Sqlite};
use sqlx::{SqlitePool, Transaction};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

/// Readers of one SQLite file; more than cores only queue on the page cache.
const SQLITE_READERS_MAX: u32 = 4;
/// Connections to PostgreSQL per node: the ingest writer, apply, and requests.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite waits for another process (a backup, `whypaid token create`) to release the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages of the WAL before SQLite moves them into the database file. 32 MiB: under load the same index pages are written
/// again and again, and each checkpoint copies each of them once.
const WAL_AUTOCHECKPOINT_PAGES: &str = "4000";
/// Two payloads of usual size fit one page; of SQLite's usual 4 KiB each takes a page of its own.
const SQLITE_PAGE_BYTES: u32 = 8192;
/// Prepared statements kept per connection; there are about a hundred in all.
const STATEMENT_CACHE: usize = 256;
/// `pg_advisory_xact_lock` key of [`Db::ledger`]: "whypaid" in ASCII, 0x77_68_79_70_61_69_64.
const LEDGER_LOCK: &str = "SELECT pg_advisory_xact_lock(33610393014331748)";
/// Likewise, for [`Db::derive`].
const LEDGER_LOCK_DERIVED: &str =
    "SELECT pg_advisory_xact_lock(33610393014331748), set_config('synchronous_commit', 'off', true)";
/// SQLite: the commit returns once the WAL is on disk. <https://www.sqlite.org/pragma.html#pragma_synchronous>
const BEGIN_DURABLE: &str = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE";
/// SQLite: the WAL reaches the disk with the next durable commit or checkpoint.
const BEGIN_DERIVED: &str = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";
/// A node that lost its network in the middle of a transaction must not hold [`LEDGER_LOCK`] until TCP gives up, which
/// takes hours; nor must anybody wait for a lock without end.
///
/// Statements are prepared once, often while the tables are still empty, and PostgreSQL would keep walking whole tables
/// for them: measured, 43 % of its time. Nearly all of ours look rows up by key; those that must walk still can.
const POSTGRES_SESSION: &str = "SET idle_in_transaction_session_timeout = '20s'; SET lock_timeout = '30s'; \
                                SET enable_seqscan = off";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// Shared by several nodes.
    Postgres,
}

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Pools);

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool, ledger: Arc<Mutex<()>> },
}

impl Db {
    /// Opens `sqlite://path/to/file.db` (created when missing) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url)
        } else {
            Err(StoreError::Setup("the database URL must start with sqlite:// or postgres://".to_owned()))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self> {
        let setup = |e: sqlx::Error| StoreError::Setup(format!("cannot open {url}: {e}"));
        let options = SqliteConnectOptions::from_str(url)
            .map_err(setup)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .page_size(SQLITE_PAGE_BYTES)
            .statement_cache_capacity(STATEMENT_CACHE)
            .pragma("wal_autocheckpoint", WAL_AUTOCHECKPOINT_PAGES)
            .pragma("cache_size", "-16000")
            // The journal of a many-row upsert would be a file of its own each time.
            .pragma("temp_store", "MEMORY");
        create_private(options.get_filename())
            .map_err(|e| StoreError::Setup(format!("cannot create the file of {url}: {e}")))?;
        let pool = || SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
        let writer = pool().max_connections(1).after_release(|conn, _| Box::pin(is_at_rest(conn)));
        let writer = writer.connect_with(options.clone()).await.map_err(setup)?;
        // Whatever is written goes through the one writer.
        let options = options.pragma("query_only", "ON").pragma("cache_size", "-4000");
        let readers = pool().max_connections(SQLITE_READERS_MAX).connect_lazy_with(options);
        Ok(Self(Pools::Sqlite { writer, readers }))
    }

    fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| StoreError::Setup(format!("the database URL is not usable: {e}")))?
            .statement_cache_capacity(STATEMENT_CACHE)
            .application_name("whypaid");
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|conn, _| Box::pin(prepare_session(conn)))
            .after_release(|conn, _| Box::pin(still_answers(conn)));
        Ok(Self(Pools::Postgres { pool: pool.connect_lazy_with(options), ledger: Arc::default() }))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<()> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                // sqlx locks nothing on SQLite, and two processes may meet a new file at once.
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                migrate::sqlite().run(&mut *tx).await.map_err(migrate::failed)?;
                Ok(tx.commit().await?)
            }
            Pools::Postgres { pool, .. } => migrate::postgres().run(pool).await.map_err(migrate::failed),
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite { readers, .. } => Link::SqliteRead(readers.acquire().await?),
            Pools::Postgres { pool, .. } => Link::PostgresRead(pool.acquire().await?),
        }))
    }

    /// A write transaction. Rolled back unless [`Conn::commit`] is called.
    pub async fn write(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite { writer, .. } => Link::SqliteWrite(writer.begin_with(BEGIN_DURABLE).await?),
            Pools::Postgres { pool, .. } => Link::PostgresWrite(pool.begin().await?, None),
        }))
    }

    /// A write transaction that excludes every other one opened by this function or by [`Db::derive`], on any node. On
    /// SQLite every write transaction does.
    pub async fn ledger(&self) -> Result<Conn> {
        let Pools::Postgres { pool, ledger } = &self.0 else { return self.write().await };
        Self::postgres_ledger(pool, ledger, LEDGER_LOCK).await
    }

    /// Likewise, for what can be computed again from stored events: its commit does not wait for the disk. After a power
    /// failure it may be gone as a whole, and the events it applied are then due again, as their status is part of it.
    pub async fn derive(&self) -> Result<Conn> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                Ok(Conn(Link::SqliteWrite(writer.begin_with(BEGIN_DERIVED).await?)))
            }
            Pools::Postgres { pool, ledger } => {
                Self::postgres_ledger(pool, ledger, LEDGER_LOCK_DERIVED).await
            }
        }
    }

    async fn postgres_ledger(pool: &PgPool, ledger: &Arc<Mutex<()>>, lock: &'static str) -> Result<Conn> {
        // Only one of a node's connections waits for the lock; the others are left to those who need no lock.
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(ledger).lock_owned()).await;
        let turn = turn.map_err(|_| StoreError::Unavailable("waited too long for the ledger".to_owned()))?;
        let mut tx = pool.begin().await?;
        sqlx::query(lock).execute(&mut *tx).await?;
        Ok(Conn(Link::PostgresWrite(tx, Some(turn))))
    }

    /// Asks the database to prepare a text; for the test that prepares every statement.
    pub async fn prepare(&self, sql: &Sql) -> Result<()> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                writer.acquire().await?.prepare(AssertSqlSafe(sql.sqlite_text()).into_sql_str()).await?;
            }
            Pools::Postgres { pool, .. } => {
                pool.acquire().await?.prepare(sql.text.into_sql_str()).await?;
            }
        }
        Ok(())
    }

    /// Likewise for a many-row insert, in every size.
    pub async fn prepare_many(&self, sql: &InsertMany) -> Result<()> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                for size in 0..SQLITE_ROWS.len() {
                    let text = AssertSqlSafe(sql.sqlite_text(size)).into_sql_str();
                    writer.acquire().await?.prepare(text).await?;
                }
            }
            Pools::Postgres { pool, .. } => {
                pool.acquire().await?.prepare(AssertSqlSafe(sql.postgres_text()).into_sql_str()).await?;
            }
        }
        Ok(())
    }

    /// Waits until every connection is given back, then closes.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }
}

/// A new database file, and the WAL that takes its rights from it, is for its owner only: it holds strangers' money.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

/// False for a connection that still counts a transaction after the rollback: SQLite ends one by itself when the disk
/// is full or fails, sqlx does not notice, and every later `BEGIN IMMEDIATE` would be refused. The pool then opens
/// another one.
async fn is_at_rest(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    if !conn.is_in_transaction() {
        return Ok(true);
    }
    // A dropped transaction only queued its rollback; the answer to the ping comes after it.
    conn.ping().await?;
    Ok(!conn.is_in_transaction())
}

/// Closes a connection that fell silent. The pool itself would wait for its answer without end, and would be one
/// connection smaller each time.
async fn still_answers(conn: &mut PgConnection) -> sqlx::Result<bool> {
    let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(ACQUIRE_TIMEOUT, conn.ping()).await.map_err(silent)??;
    Ok(true)
}

async fn prepare_session(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute(POSTGRES_SESSION).await?;
    Ok(())
}

/// A connection or an open transaction.
#[derive(Debug)]
pub struct Conn(Link);

#[derive(Debug)]
enum Link {
    SqliteRead(PoolConnection<Sqlite>),
    SqliteWrite(Transaction<'static, Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    /// With this node's turn at the ledger, when it has that.
    PostgresWrite(
        Transaction<'static, Postgres>,
        #[expect(dead_code, reason = "held until the transaction ends")] Option<OwnedMutexGuard<()>>,
    ),
}

/// Where a statement goes.
enum Target<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Conn {
    fn target(&mut self) -> Target<'_> {
        match &mut self.0 {
            Link::SqliteRead(conn) => Target::Sqlite(conn),
            Link::SqliteWrite(tx) => Target::Sqlite(tx),
            Link::PostgresRead(conn) => Target::Postgres(conn),
            Link::PostgresWrite(tx, _) => Target::Postgres(tx),
        }
    }

    /// Makes the writes durable.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Link::SqliteWrite(tx) => Ok(tx.commit().await?),
            Link::PostgresWrite(tx, _) => Ok(tx.commit().await?),
            Link::SqliteRead(_) | Link::PostgresRead(_) => Ok(()),
        }
    }

    pub(crate) async fn fetch_all(&mut self, sql: &Sql, args: Vec<Value>) -> Result<Vec<Row>> {
        match self.target() {
            Target::Sqlite(conn) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.sqlite_text()), sqlite_args(args)?);
                Ok(query.fetch_all(conn).await?.into_iter().map(Row::Sqlite).collect())
            }
            Target::Postgres(conn) => {
                let query = sqlx::query_with(sql.text, postgres_args(args)?);
                Ok(query.fetch_all(conn).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    pub(crate) async fn fetch_optional(&mut self, sql: &Sql, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Returns the number of rows touched.
    pub(crate) async fn execute(&mut self, sql: &Sql, args: Vec<Value>) -> Result<u64> {
        match self.target() {
            Target::Sqlite(conn) => {
                let query = sqlx::query_with(AssertSqlSafe(sql.sqlite_text()), sqlite_args(args)?);
                Ok(query.execute(conn).await?.rows_affected())
            }
            Target::Postgres(conn) => {
                let query = sqlx::query_with(sql.text, postgres_args(args)?);
                Ok(query.execute(conn).await?.rows_affected())
            }
        }
    }

    /// Inserts all rows, in one statement on PostgreSQL and in a few on SQLite. Returns what `RETURNING` gave.
    pub(crate) async fn insert_many(&mut self, sql: &InsertMany, rows: Vec<Vec<Value>>) -> Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        debug_assert!(
            rows.iter().all(|row| row.len() == sql.columns.len()),
            "{}: a value per column",
            sql.name
        );
        match self.target() {
            Target::Sqlite(conn) => insert_many_sqlite(conn, sql, rows).await,
            Target::Postgres(conn) => {
                let args = postgres_columns(sql.columns, rows)?;
                let query = sqlx::query_with(AssertSqlSafe(sql.postgres_text()), args);
                Ok(query.fetch_all(conn).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

async fn insert_many_sqlite(
    conn: &mut SqliteConnection,
    sql: &InsertMany,
    rows: Vec<Vec<Value>>,
) -> Result<Vec<Row>> {
    let mut returned = Vec::new();
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for (size, &count) in SQLITE_ROWS.iter().enumerate() {
        while left >= count {
            left -= count;
            let args = sqlite_args(rows.by_ref().take(count).flatten().collect())?;
            let query = sqlx::query_with(AssertSqlSafe(sql.sqlite_text(size)), args);
            returned.extend(query.fetch_all(&mut *conn).await?.into_iter().map(Row::Sqlite));
        }
    }
    Ok(returned)
}

#[cfg(test)]
mod tests;
