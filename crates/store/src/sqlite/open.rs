//! Where the file lies, and how each connection to it is set up.

use crate::error::{Result, StoreError};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for another process (a backup, `whypaid token create`) to release the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Of a new file; one that is there keeps its own (docs/decisions/0028).
pub(crate) const PAGE_BYTES: u32 = 16_384;
/// Prepared statements kept per connection; there are about a hundred and fifty in all.
pub(crate) const STATEMENT_CACHE: usize = 256;
/// Page cache of the writer.
const WRITER_CACHE_KIB: i32 = 16_000;
/// Page cache of each reader.
const READER_CACHE_KIB: i32 = 4_000;

/// A database file.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    url: String,
    path: PathBuf,
}

impl Location {
    /// `sqlite://path/to/file.db`
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or_default();
        if path.is_empty() || path.starts_with(':') || path.contains('?') {
            let why = "a SQLite URL is sqlite://path/to/file.db: a file, and no parameters";
            return Err(StoreError::Setup(format!("cannot open {url}: {why}")));
        }
        Ok(Self { url: url.to_owned(), path: path.into() })
    }

    /// Where the file lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the writer, and makes the file when there is none. A new file, and the log that takes its rights from it,
    /// is for its owner only: it holds strangers' money.
    pub(crate) fn create(&self) -> Result<Connection> {
        create_private(&self.path)
            .map_err(|e| StoreError::Setup(format!("cannot create the file of {}: {e}", self.url)))?;
        self.connect(WRITER_CACHE_KIB).map_err(|e| self.cannot_open(&e))
    }

    /// Whatever is written goes through the one writer.
    pub(crate) fn open_reader(&self) -> Result<Connection> {
        let conn = self.connect(READER_CACHE_KIB)?;
        conn.pragma_update(None, "query_only", true)?;
        Ok(conn)
    }

    /// For checkpoints.
    pub(crate) fn open_plain(&self) -> Result<Connection> {
        self.connect(READER_CACHE_KIB).map_err(|e| self.cannot_open(&e))
    }

    fn connect(&self, cache_kib: i32) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.path, flags)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        conn.pragma_update(None, "page_size", PAGE_BYTES)?;
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // The thread of `checkpoint` does them.
        conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        conn.pragma_update(None, "cache_size", -cache_kib)?;
        // The journal of a many-row upsert would be a file of its own each time.
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(conn)
    }

    fn cannot_open(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Setup(format!("cannot open {}: {error}", self.url))
    }
}

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
