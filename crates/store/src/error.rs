//! What can go wrong with the database, sorted by what the caller can do about it.

/// Shorthand of this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is away, full, locked or slow: try again later; nothing was written.
    #[error("the database cannot be used right now: {0}")]
    Unavailable(String),
    /// A row holds what this program never writes.
    #[error("corrupt row in {table}: {why}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// What was found.
        why: String,
    },
    /// A write touched fewer rows than it must.
    #[error("lost write: {0}")]
    LostWrite(&'static str),
    /// A unique value exists already, or a referenced row does not.
    #[error("the database refused the row: {0}")]
    Conflict(String),
    /// The URL or the schema is not usable.
    #[error("{0}")]
    Setup(String),
    /// Anything else the driver reports.
    #[error("database error: {0}")]
    Other(String),
}

impl StoreError {
    /// True when trying again later may succeed without anything being fixed in whypaid.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// SQLite primary result codes that pass by themselves or by freeing disk: busy, locked, I/O error, full, cannot open.
const SQLITE_UNAVAILABLE: &[i32] = &[5, 6, 10, 13, 14];
/// Extended codes: unique, primary key, foreign key.
const SQLITE_CONFLICT: &[i32] = &[2067, 1555, 787];
/// PostgreSQL classes: 08 connection, 53 resources (disk full, too many connections), 57 operator intervention,
/// 58 system error, 40 serialisation and deadlock, 55 lock not available.
const POSTGRES_UNAVAILABLE: &[&str] = &["08", "53", "57", "58", "40", "55"];
/// PostgreSQL 25006 read-only transaction: a standby, or a disk that went read-only.
const POSTGRES_READ_ONLY: &str = "25006";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(text),
            sqlx::Error::Database(db) if is_unavailable(db.as_ref()) => Self::Unavailable(text),
            sqlx::Error::Database(db) if db.is_unique_violation() || db.is_foreign_key_violation() => {
                Self::Conflict(text)
            }
            _ => Self::Other(text),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error().map(|e| e.extended_code) {
            // The low byte of an extended code is the primary one: <https://www.sqlite.org/rescode.html>.
            Some(code) if SQLITE_UNAVAILABLE.contains(&(code & 0xff)) => Self::Unavailable(text),
            Some(code) if SQLITE_CONFLICT.contains(&code) => Self::Conflict(text),
            _ => Self::Other(text),
        }
    }
}

fn is_unavailable(error: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    code == POSTGRES_READ_ONLY || POSTGRES_UNAVAILABLE.iter().any(|class| code.starts_with(class))
}
