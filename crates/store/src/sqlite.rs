//! SQLite in process: one connection that writes, a few that read, and a thread that moves the log into the file.
//!
//! Calls run where they are made, since handing each statement to a thread of its own costs more than most statements
//! do (docs/decisions/0014). [`aside`] keeps a slow one from holding up other tasks.

mod checkpoint;
mod open;

use crate::args::Value;
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::row::{Line, Row};
use crate::sql::{InsertMany, Sql};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};
use std::path::Path;
use std::sync::{Arc, Mutex as BlockingMutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub(crate) use open::Location;

/// Readers of one file; more than cores only queue on the page cache.
pub(crate) const READERS_MAX: usize = 4;
/// Rows of one call between two offers of the core; see [`give_way`].
const ROWS_AT_A_STRETCH: usize = 16;
/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// An open database file.
#[derive(Debug)]
pub(crate) struct File {
    location: Location,
    /// Empty once closed.
    writer: Arc<Mutex<Option<Writer>>>,
    readers: Readers,
    /// For ingest alone, so that no page that reads for long holds an acknowledgement up.
    lookups: Readers,
    checkpoints: checkpoint::Thread,
}

#[derive(Debug)]
pub(crate) struct Writer {
    conn: Connection,
    /// What `PRAGMA synchronous` says now.
    durable: bool,
    /// What [`data_version`] said last.
    seen: i64,
}

/// How much a commit promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It returns once the log is on disk. <https://www.sqlite.org/pragma.html#pragma_synchronous>
    Disk,
    /// The log reaches the disk with the next durable commit or checkpoint.
    Later,
}

impl File {
    pub(crate) fn open(url: &str) -> Result<Self> {
        let location = Location::parse(url)?;
        let conn = location.create()?;
        let log_pages = checkpoint::watch(&conn)?;
        let writer = Writer { seen: data_version(&conn)?, conn, durable: true };
        let writer = Arc::new(Mutex::new(Some(writer)));
        Ok(Self {
            checkpoints: checkpoint::Thread::start(location.clone(), Arc::clone(&writer), log_pages)?,
            location,
            writer,
            readers: Readers::new(READERS_MAX),
            lookups: Readers::new(1),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.location.path()
    }

    /// Runs what is missing of the migrations, all in one transaction: several processes may meet a new file at once.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let mut tx = self.write(Durability::Disk).await?;
        aside(|| migrate::sqlite(tx.conn()?))?;
        tx.commit()
    }

    pub(crate) async fn read(&self) -> Result<Reader> {
        self.readers.take(&self.location).await
    }

    pub(crate) async fn look_up(&self) -> Result<Reader> {
        self.lookups.take(&self.location).await
    }

    pub(crate) async fn write(&self, durability: Durability) -> Result<WriteTx> {
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.writer).lock_owned()).await;
        let mut turn = turn.map_err(|_| waited("the writer"))?;
        aside(|| turn.as_mut().ok_or_else(closed)?.begin(durability))?;
        Ok(WriteTx { writer: turn, wake: self.checkpoints.wake() })
    }

    /// Whether another process committed meanwhile: what this one writes goes through its one writer, whose own commits
    /// do not count.
    pub(crate) async fn changed_beside(&self) -> Result<bool> {
        let mut writer =
            timeout(ACQUIRE_TIMEOUT, self.writer.lock()).await.map_err(|_| waited("the writer"))?;
        let writer = writer.as_mut().ok_or_else(closed)?;
        let version = aside(|| data_version(&writer.conn))?;
        Ok(std::mem::replace(&mut writer.seen, version) != version)
    }

    /// Waits for those who use a connection, then closes. The last one moves the log into the file and removes it.
    pub(crate) async fn close(&self) {
        self.readers.close();
        self.lookups.close();
        self.checkpoints.stop();
        let writer = self.writer.lock().await.take();
        aside(|| drop(writer));
    }
}

impl Writer {
    fn begin(&mut self, durability: Durability) -> Result<()> {
        let durable = durability == Durability::Disk;
        if self.durable != durable {
            self.conn.pragma_update(None, "synchronous", if durable { "FULL" } else { "NORMAL" })?;
            self.durable = durable;
        }
        Ok(self.conn.prepare_cached("BEGIN IMMEDIATE")?.raw_execute().map(|_| ())?)
    }
}

/// Changes when another connection commits. <https://www.sqlite.org/pragma.html#pragma_data_version>
fn data_version(conn: &Connection) -> Result<i64> {
    Ok(conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// Connections for reading, opened as they are needed.
#[derive(Debug)]
struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<BlockingMutex<Vec<Connection>>>,
}

impl Readers {
    fn new(most: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(most)), idle: Arc::default() }
    }

    async fn take(&self, location: &Location) -> Result<Reader> {
        let permit = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| waited("a reader"))?.map_err(|_| closed())?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = idle.map_or_else(|| aside(|| location.open_reader()), Ok)?;
        Ok(Reader { conn: Some(conn), idle: Arc::clone(&self.idle), permit })
    }

    fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A connection for reading, given back when dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    conn: Option<Connection>,
    idle: Arc<BlockingMutex<Vec<Connection>>>,
    permit: OwnedSemaphorePermit,
}

impl Reader {
    pub(crate) fn conn(&mut self) -> Result<&mut Connection> {
        self.conn.as_mut().ok_or_else(closed)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Not kept once the file is closed: an open connection would keep the log from being removed.
        let open = !self.permit.semaphore().is_closed();
        if let Some(conn) = self.conn.take().filter(|_| open) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

/// A write transaction, rolled back when dropped.
#[derive(Debug)]
pub(crate) struct WriteTx {
    writer: OwnedMutexGuard<Option<Writer>>,
    wake: checkpoint::Wake,
}

impl WriteTx {
    pub(crate) fn conn(&mut self) -> Result<&mut Connection> {
        Ok(&mut self.writer.as_mut().ok_or_else(closed)?.conn)
    }

    pub(crate) fn commit(mut self) -> Result<()> {
        aside(|| Ok::<_, StoreError>(self.conn()?.prepare_cached("COMMIT")?.raw_execute()?))?;
        self.wake.after_commit();
        Ok(())
    }
}

impl Drop for WriteTx {
    fn drop(&mut self) {
        // After a full disk SQLite has rolled back by itself.
        if let Some(writer) = self.writer.as_ref().filter(|writer| !writer.conn.is_autocommit())
            && let Err(error) = aside(|| writer.conn.execute_batch("ROLLBACK"))
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// Runs what may wait for the disk or compute long without holding up the tasks of this thread.
pub(crate) fn aside<T>(call: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(call)
        }
        _ => call(),
    }
}

pub(crate) fn fetch_all(conn: &Connection, sql: &Sql, args: &[Value]) -> Result<Vec<Row>> {
    let mut statement = bound(conn, &sql.sqlite_text(), args)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        give_way(all.len());
        let values = (0..width).map(|n| row.get(n)).collect::<rusqlite::Result<Vec<_>>>()?;
        all.push(Row::Sqlite(values));
    }
    Ok(all)
}

pub(crate) fn fetch_each(
    conn: &Connection,
    sql: &Sql,
    args: &[Value],
    mut each: impl FnMut(&Line<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = bound(conn, &sql.sqlite_text(), args)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        each(&Line::Sqlite(row))?;
    }
    Ok(())
}

pub(crate) fn execute(conn: &Connection, sql: &Sql, args: &[Value]) -> Result<u64> {
    Ok(bound(conn, &sql.sqlite_text(), args)?.raw_execute()? as u64)
}

/// Inserts row by row, with one statement: in process that costs no more than many rows in one. Returns whether each
/// row was written.
pub(crate) fn insert_many(conn: &Connection, sql: &InsertMany, rows: &[Vec<Value>]) -> Result<Vec<bool>> {
    let mut statement = conn.prepare_cached(&sql.sqlite_text())?;
    let mut insert = |(n, row): (usize, &Vec<Value>)| {
        give_way(n);
        bind(&mut statement, row)?;
        Ok(statement.raw_execute()? > 0)
    };
    rows.iter().enumerate().map(&mut insert).collect()
}

/// Offers the core to threads that wait for one. A batch of events keeps it for tens of milliseconds, and the system
/// takes it away at its own ticks only, 4 ms apart where it was measured: so long may an acknowledgement wait whose
/// bytes are on disk already.
fn give_way(row: usize) {
    if row % ROWS_AT_A_STRETCH == ROWS_AT_A_STRETCH - 1 {
        std::thread::yield_now();
    }
}

pub(crate) fn prepare(conn: &Connection, text: &str) -> Result<()> {
    conn.prepare(text)?;
    Ok(())
}

fn bound<'c>(conn: &'c Connection, text: &str, args: &[Value]) -> Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(text)?;
    bind(&mut statement, args)?;
    Ok(statement)
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Value]) -> Result<()> {
    for (n, value) in (1..).zip(args) {
        statement.raw_bind_parameter(n, value)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let null = ValueRef::Null;
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(v) => v.as_ref().map_or(null, |v| ValueRef::Text(v.as_bytes())),
            Self::Int(v) => v.map_or(null, ValueRef::Integer),
            Self::Real(v) => v.map_or(null, ValueRef::Real),
            Self::Bool(v) => v.map_or(null, |v| ValueRef::Integer(v.into())),
            Self::Bytes(v) => ValueRef::Blob(v),
            Self::Texts(v) => {
                return Ok(ToSqlOutput::Owned(serde_json::Value::from(&v[..]).to_string().into()));
            }
        }))
    }
}

fn waited(whom: &str) -> StoreError {
    StoreError::Unavailable(format!("waited too long for {whom}"))
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".to_owned())
}

#[cfg(test)]
mod tests;
