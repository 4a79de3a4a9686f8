//! What only the connections themselves can tell.

use super::*;
use crate::sql::Sql;
use tempfile::TempDir;

static INSERT: Sql = Sql::new(
    "INSERT",
    "INSERT INTO event (id, type, livemode, created_at_ms, received_at_ms, handled, thin, attempts, body) \
     VALUES ($1, 'x', FALSE, 0, 0, FALSE, FALSE, 0, $2)",
);
static COUNT: Sql = Sql::new("COUNT", "SELECT count(*) FROM event");

async fn file() -> (File, TempDir) {
    let dir = TempDir::new().unwrap();
    let file = File::open(&format!("sqlite://{}", dir.path().join("w.db").display())).unwrap();
    file.migrate().await.unwrap();
    (file, dir)
}

fn row(id: &str, bytes: usize) -> Vec<Value> {
    vec![Value::from(id), Value::from(vec![0; bytes])]
}

async fn insert(file: &File, id: &str, bytes: usize) -> Result<()> {
    let mut tx = file.write(Durability::Disk).await?;
    execute(tx.conn()?, &INSERT, &row(id, bytes))?;
    tx.commit()
}

async fn count(file: &File) -> i64 {
    let mut reader = file.read().await.unwrap();
    fetch_all(reader.conn().unwrap(), &COUNT, &[]).unwrap()[0].get(0).unwrap()
}

fn pragma<T: rusqlite::types::FromSql>(conn: &Connection, name: &str) -> T {
    conn.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn every_connection_is_set_up_alike() {
    let (file, _dir) = file().await;
    let mut readers = Vec::new();
    for _ in 0..READERS_MAX {
        readers.push(file.read().await.unwrap());
    }
    let writer = file.writer.lock().await;
    let mut conns = vec![&writer.as_ref().unwrap().conn];
    conns.extend(readers.iter_mut().map(|reader| &*reader.conn().unwrap()));
    for (n, conn) in conns.into_iter().enumerate() {
        assert_eq!(pragma::<String>(conn, "journal_mode"), "wal", "connection {n}");
        let wanted = [
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 5000),
            ("wal_autocheckpoint", 0),
            ("page_size", i64::from(open::PAGE_BYTES)),
            ("temp_store", 2),
            ("query_only", i64::from(n > 0)),
        ];
        for (name, want) in wanted {
            assert_eq!(pragma::<i64>(conn, name), want, "connection {n}: {name}");
        }
    }
}

/// As it is bundled, all connections would share one page cache under one lock (docs/decisions/0027).
#[tokio::test]
async fn sqlite_is_built_for_many_connections() {
    let (file, _dir) = file().await;
    let mut reader = file.read().await.unwrap();
    let mut statement = reader.conn().unwrap().prepare("PRAGMA compile_options").unwrap();
    let options = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let options = options.collect::<rusqlite::Result<Vec<_>>>().unwrap();
    let has = |option: &str| options.iter().any(|o| o == option);
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "build inside the checkout, where .cargo/config.toml is read");
    assert!(has("DEFAULT_MEMSTATUS=0") && has("OMIT_SHARED_CACHE"), "{options:?}");
}

/// One connection serves both kinds of transaction, so each must say how durable it is.
#[tokio::test]
async fn a_write_after_a_derived_one_waits_for_the_disk_again() {
    let (file, _dir) = file().await;
    let (later, disk) = ((Durability::Later, 1), (Durability::Disk, 2));
    for (durability, want) in [later, disk, later, disk] {
        let mut tx = file.write(durability).await.unwrap();
        assert_eq!(pragma::<i64>(tx.conn().unwrap(), "synchronous"), want);
        tx.commit().unwrap();
    }
}

/// SQLite rolls back by itself when the disk is full; a driver that kept counting a transaction refused every later
/// write until the process was started again.
#[tokio::test]
async fn the_writer_recovers_from_a_full_disk() {
    let (file, _dir) = file().await;
    let limit = async |pages: i64| {
        let writer = file.writer.lock().await;
        let set = format!("PRAGMA max_page_count = {pages}");
        writer.as_ref().unwrap().conn.query_row(&set, [], |_| Ok(())).unwrap();
    };
    limit(100).await;
    let full = insert(&file, "evt_huge", 20 << 20).await.unwrap_err();
    assert!(full.is_unavailable(), "{full:?}");
    limit(1_000_000).await;
    insert(&file, "evt_small", 1).await.unwrap();
    assert_eq!(count(&file).await, 1);
}

/// What such an error leaves behind, made by hand: a transaction that ended by itself.
#[tokio::test]
async fn a_transaction_that_sqlite_ended_itself_does_not_block_the_next() {
    let (file, _dir) = file().await;
    let mut tx = file.write(Durability::Disk).await.unwrap();
    tx.conn().unwrap().execute_batch("ROLLBACK").unwrap();
    drop(tx);
    insert(&file, "evt_1", 1).await.unwrap();
    assert_eq!(count(&file).await, 1);
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let (file, _dir) = file().await;
    let mut tx = file.write(Durability::Disk).await.unwrap();
    execute(tx.conn().unwrap(), &INSERT, &row("evt_1", 1)).unwrap();
    drop(tx);
    assert_eq!(count(&file).await, 0);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (file, _dir) = file().await;
    let mut reader = file.read().await.unwrap();
    let refused = execute(reader.conn().unwrap(), &INSERT, &row("evt_1", 1));
    assert!(refused.is_err(), "{refused:?}");
}

/// Without checkpoints of its own a connection's log would grow for ever; the thread must begin it anew.
#[tokio::test]
async fn the_log_is_moved_into_the_file_while_it_is_written() {
    let (file, dir) = file().await;
    let log = dir.path().join("w.db-wal");
    let limit_bytes = 3 * i64::from(checkpoint::LOG_BYTES);
    let mut written = 0;
    for n in 0.. {
        insert(&file, &format!("evt_{n}"), 1 << 20).await.unwrap();
        written += 1 << 20;
        if written > limit_bytes {
            break;
        }
    }
    file.checkpoints.finish_pending();
    let length = i64::try_from(std::fs::metadata(log).unwrap().len()).unwrap();
    assert!(length < written, "a log of {length} bytes after {written} written: it was never begun anew");
}

#[tokio::test]
async fn the_last_to_close_leaves_one_file() {
    let (file, dir) = file().await;
    insert(&file, "evt_1", 1).await.unwrap();
    assert_eq!(count(&file).await, 1);
    file.close().await;
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["w.db"]);
    assert!(file.write(Durability::Disk).await.unwrap_err().is_unavailable());
    assert!(file.read().await.unwrap_err().is_unavailable());
}

#[test]
fn a_url_names_a_file() {
    for url in ["sqlite://", "sqlite::memory:", "sqlite://w.db?mode=ro", "sqlite:"] {
        assert!(matches!(Location::parse(url), Err(StoreError::Setup(_))), "{url}");
    }
    assert!(Location::parse("sqlite://some where/w.db").is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_database_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (file, dir) = file().await;
    insert(&file, "evt_1", 1).await.unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["w.db", "w.db-shm", "w.db-wal"]);
}
