//! One database handle over two engines, small on purpose: fetch, execute, insert many, begin, commit.
//!
//! SQLite has one writer connection and a pool of readers; PostgreSQL one pool. [`Db::ledger`] opens a transaction
//! that excludes every other one of its kind, on all nodes: whoever recomputes payments and outcomes holds it.

use crate::args::Value;
use crate::bind::{postgres_args, postgres_columns};
use crate::copied;
use crate::entries;
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::news::Listener;
use crate::postgres::{self, Kept};
use crate::row::{Line, Row};
use crate::sql::{InsertMany, Sql};
use crate::sqlite::{self, Durability, aside};
use futures_util::TryStreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, Postgres, SqlSafeStr as _, Transaction};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

/// How long a request waits for a connection before it is told that the database is away.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// `pg_advisory_xact_lock` key of [`Db::ledger`]: "whypaid" in ASCII, 0x77_68_79_70_61_69_64.
const LEDGER_LOCK: &str = "SELECT pg_advisory_xact_lock(33610393014331748)";
/// Likewise, for [`Db::derive`].
const LEDGER_LOCK_DERIVED: &str =
    "SELECT pg_advisory_xact_lock(33610393014331748), set_config('synchronous_commit', 'off', true)";

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
    Sqlite(Arc<sqlite::File>),
    Postgres { pool: PgPool, ledger: Arc<Mutex<()>>, kept: Arc<Kept> },
}

impl Db {
    /// Opens `sqlite://path/to/file.db` (created when missing) or `postgres://…`. Does not migrate.
    pub fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Ok(Self(Pools::Sqlite(Arc::new(aside(|| sqlite::File::open(url))?))))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = postgres::pool(url)?;
            Ok(Self(Pools::Postgres { pool, ledger: Arc::default(), kept: Arc::default() }))
        } else {
            Err(StoreError::Setup("the database URL must start with sqlite:// or postgres://".to_owned()))
        }
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Pools::Sqlite(_) => Engine::Sqlite,
            Pools::Postgres { .. } => Engine::Postgres,
        }
    }

    /// The file of a SQLite database; absent on PostgreSQL.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Pools::Sqlite(file) => Some(file.path()),
            Pools::Postgres { .. } => None,
        }
    }

    /// Brings the schema up to date, and enters into the lists what was stored before there were any.
    pub async fn migrate(&self) -> Result<()> {
        match &self.0 {
            Pools::Sqlite(file) => file.migrate().await?,
            Pools::Postgres { pool, .. } => migrate::postgres().run(pool).await.map_err(migrate::failed)?,
        }
        if !entries::is_unfilled(&mut self.read().await?).await? {
            return Ok(());
        }
        let mut conn = self.ledger().await?;
        // Another node may have been first.
        if entries::is_unfilled(&mut conn).await? {
            entries::fill(&mut conn).await?;
        }
        conn.commit().await
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite(file) => Link::SqliteRead(file.read().await?),
            Pools::Postgres { pool, .. } => Link::PostgresRead(pool.acquire().await?),
        }))
    }

    /// A connection for a quick look by ingest: on SQLite one that pages do not share.
    pub async fn look_up(&self) -> Result<Conn> {
        match &self.0 {
            Pools::Sqlite(file) => Ok(Conn(Link::SqliteRead(file.look_up().await?))),
            Pools::Postgres { .. } => self.read().await,
        }
    }

    /// A write transaction. Rolled back unless [`Conn::commit`] is called.
    pub async fn write(&self) -> Result<Conn> {
        Ok(Conn(match &self.0 {
            Pools::Sqlite(file) => Link::SqliteWrite(file.write(Durability::Disk).await?),
            Pools::Postgres { pool, .. } => Link::PostgresWrite(pool.begin().await?, None),
        }))
    }

    /// On PostgreSQL alone: inserts by one statement that is a transaction of its own, durable when this returns; see
    /// [`InsertMany::postgres_text_then`].
    pub(crate) async fn insert_at_once(
        &self,
        sql: &InsertMany,
        text: Arc<str>,
        rows: Vec<Vec<Value>>,
    ) -> Result<BTreeSet<String>> {
        let Pools::Postgres { pool, kept, .. } = &self.0 else {
            return Err(StoreError::Other("this statement is PostgreSQL's".to_owned()));
        };
        sql.check(&rows);
        let mut conn = match kept.take() {
            Some(conn) => conn,
            None => pool.acquire().await?,
        };
        // One that failed goes back to the pool, which asks whether it still answers.
        let fresh = new_rows(&mut conn, sql, text, rows).await?;
        kept.put(conn);
        Ok(fresh)
    }

    /// A write transaction that excludes every other one opened by this function or by [`Db::derive`], on any node. On
    /// SQLite every write transaction does.
    pub async fn ledger(&self) -> Result<Conn> {
        let Pools::Postgres { pool, ledger, .. } = &self.0 else { return self.write().await };
        Self::postgres_ledger(pool, ledger, LEDGER_LOCK).await
    }

    /// Likewise, for what can be computed again from stored events: its commit does not wait for the disk. After a power
    /// failure it may be gone as a whole, and the events it applied are then due again, as their status is part of it.
    pub async fn derive(&self) -> Result<Conn> {
        match &self.0 {
            Pools::Sqlite(file) => Ok(Conn(Link::SqliteWrite(file.write(Durability::Later).await?))),
            Pools::Postgres { pool, ledger, .. } => {
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
            Pools::Sqlite(file) => sqlite::prepare(file.read().await?.conn()?, &sql.sqlite_text())?,
            Pools::Postgres { pool, .. } => {
                pool.acquire().await?.prepare(sql.text.into_sql_str()).await?;
            }
        }
        Ok(())
    }

    /// Likewise for a many-row insert.
    pub async fn prepare_many(&self, sql: &InsertMany) -> Result<()> {
        match &self.0 {
            Pools::Sqlite(file) => sqlite::prepare(file.read().await?.conn()?, &sql.sqlite_text())?,
            Pools::Postgres { pool, .. } => {
                for text in [sql.postgres_text(), sql.postgres_text_new()] {
                    pool.acquire().await?.prepare(AssertSqlSafe(text).into_sql_str()).await?;
                }
            }
        }
        Ok(())
    }

    /// Hears what other nodes change; absent on SQLite, which has one node.
    pub fn listener(&self) -> Option<Listener> {
        match &self.0 {
            Pools::Sqlite(_) => None,
            Pools::Postgres { pool, .. } => Some(Listener::new(pool)),
        }
    }

    /// Whether another process committed to this SQLite file since this was asked last, or since it was opened; absent on
    /// PostgreSQL, see [`Db::listener`].
    pub async fn changed_beside(&self) -> Result<Option<bool>> {
        match &self.0 {
            Pools::Sqlite(file) => file.changed_beside().await.map(Some),
            Pools::Postgres { .. } => Ok(None),
        }
    }

    /// Waits until every connection is given back, then closes.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite(file) => file.close().await,
            Pools::Postgres { pool, kept, .. } => {
                drop(kept.take());
                pool.close().await;
            }
        }
    }
}

/// Writes `rows` by `text`, a spelling of `sql` that answers with the first column of the new ones.
async fn new_rows(
    conn: &mut PgConnection,
    sql: &InsertMany,
    text: Arc<str>,
    rows: Vec<Vec<Value>>,
) -> Result<BTreeSet<String>> {
    let query = sqlx::query_with(AssertSqlSafe(text), postgres_columns(sql.columns, rows)?);
    query.fetch_all(conn).await?.into_iter().map(|row| Row::Postgres(row).get(0)).collect()
}

/// A connection or an open transaction.
#[derive(Debug)]
pub struct Conn(Link);

#[derive(Debug)]
enum Link {
    SqliteRead(sqlite::Reader),
    SqliteWrite(sqlite::WriteTx),
    PostgresRead(PoolConnection<Postgres>),
    /// With this node's turn at the ledger, when it has that.
    PostgresWrite(
        Transaction<'static, Postgres>,
        #[expect(dead_code, reason = "held until the transaction ends")] Option<OwnedMutexGuard<()>>,
    ),
}

/// Where a statement goes.
enum Target<'a> {
    Sqlite(&'a mut rusqlite::Connection),
    Postgres(&'a mut PgConnection),
}

impl Conn {
    pub(crate) fn engine(&self) -> Engine {
        match self.0 {
            Link::SqliteRead(_) | Link::SqliteWrite(_) => Engine::Sqlite,
            Link::PostgresRead(_) | Link::PostgresWrite(..) => Engine::Postgres,
        }
    }

    fn target(&mut self) -> Result<Target<'_>> {
        Ok(match &mut self.0 {
            Link::SqliteRead(reader) => Target::Sqlite(reader.conn()?),
            Link::SqliteWrite(tx) => Target::Sqlite(tx.conn()?),
            Link::PostgresRead(conn) => Target::Postgres(conn),
            Link::PostgresWrite(tx, _) => Target::Postgres(tx),
        })
    }

    /// Makes the writes durable.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Link::SqliteWrite(tx) => tx.commit(),
            Link::PostgresWrite(tx, _) => Ok(tx.commit().await?),
            Link::SqliteRead(_) | Link::PostgresRead(_) => Ok(()),
        }
    }

    pub(crate) async fn fetch_all(&mut self, sql: &Sql, args: Vec<Value>) -> Result<Vec<Row>> {
        match self.target()? {
            Target::Sqlite(conn) => aside(|| sqlite::fetch_all(conn, sql, &args)),
            Target::Postgres(conn) => {
                let query = sqlx::query_with(sql.text, postgres_args(args)?);
                Ok(query.fetch_all(conn).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Reads row by row without keeping them: for answers of any length.
    pub(crate) async fn fetch_each(
        &mut self,
        sql: &Sql,
        args: Vec<Value>,
        mut each: impl FnMut(&Line<'_>) -> Result<()>,
    ) -> Result<()> {
        match self.target()? {
            Target::Sqlite(conn) => aside(|| sqlite::fetch_each(conn, sql, &args, each)),
            Target::Postgres(conn) => {
                let mut rows = sqlx::query_with(sql.text, postgres_args(args)?).fetch(conn);
                while let Some(row) = rows.try_next().await? {
                    each(&Line::Postgres(&row))?;
                }
                Ok(())
            }
        }
    }

    /// The same for a statement without arguments that walks a whole table.
    pub(crate) async fn walk(&mut self, sql: &Sql, each: impl FnMut(&Line<'_>) -> Result<()>) -> Result<()> {
        match self.target()? {
            Target::Sqlite(conn) => aside(|| sqlite::fetch_each(conn, sql, &[], each)),
            Target::Postgres(conn) => copied::each(conn, sql, each).await,
        }
    }

    pub(crate) async fn fetch_optional(&mut self, sql: &Sql, args: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, args).await?.into_iter().next())
    }

    /// Returns the number of rows touched.
    pub(crate) async fn execute(&mut self, sql: &Sql, args: Vec<Value>) -> Result<u64> {
        match self.target()? {
            Target::Sqlite(conn) => aside(|| sqlite::execute(conn, sql, &args)),
            Target::Postgres(conn) => {
                let query = sqlx::query_with(sql.text, postgres_args(args)?);
                Ok(query.execute(conn).await?.rows_affected())
            }
        }
    }

    /// Inserts all rows, in one statement on PostgreSQL.
    pub(crate) async fn insert_many(&mut self, sql: &InsertMany, rows: Vec<Vec<Value>>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        sql.check(&rows);
        match self.target()? {
            Target::Sqlite(conn) => aside(|| sqlite::insert_many(conn, sql, &rows)).map(|_| ()),
            Target::Postgres(conn) => {
                let args = postgres_columns(sql.columns, rows)?;
                sqlx::query_with(AssertSqlSafe(sql.postgres_text()), args).execute(conn).await?;
                Ok(())
            }
        }
    }

    /// Likewise, where rows that are there already stay as they are. Returns the first column, a text, of the new ones.
    pub(crate) async fn insert_new(
        &mut self,
        sql: &InsertMany,
        rows: Vec<Vec<Value>>,
    ) -> Result<BTreeSet<String>> {
        if rows.is_empty() {
            return Ok(BTreeSet::new());
        }
        sql.check(&rows);
        match self.target()? {
            Target::Sqlite(conn) => {
                let fresh = aside(|| sqlite::insert_many(conn, sql, &rows))?;
                let fresh = rows.into_iter().zip(fresh).filter(|(_, fresh)| *fresh);
                Ok(fresh.filter_map(|(row, _)| row.into_iter().next()?.into_text()).collect())
            }
            Target::Postgres(conn) => new_rows(conn, sql, sql.postgres_text_new(), rows).await,
        }
    }
}
