//! What only the connections themselves can tell.

use super::*;
use tempfile::TempDir;

static INSERT: Sql = Sql::new("INSERT", "INSERT INTO event_payload (event_id, body) VALUES ($1, $2)");
static COUNT: Sql = Sql::new("COUNT", "SELECT count(*) FROM event_payload");

async fn sqlite() -> (Db, TempDir) {
    let dir = TempDir::new().unwrap();
    let db = Db::open(&format!("sqlite://{}", dir.path().join("w.db").display())).await.unwrap();
    db.migrate().await.unwrap();
    (db, dir)
}

fn pools(db: &Db) -> (&SqlitePool, &SqlitePool) {
    match &db.0 {
        Pools::Sqlite { writer, readers } => (writer, readers),
        Pools::Postgres { .. } => unreachable!("opened as SQLite"),
    }
}

async fn count(db: &Db) -> i64 {
    db.read().await.unwrap().fetch_all(&COUNT, Vec::new()).await.unwrap()[0].get(0).unwrap()
}

#[tokio::test]
async fn every_sqlite_connection_is_set_up_alike() {
    let (db, _dir) = sqlite().await;
    let (writer, readers) = pools(&db);
    let mut conns = vec![writer.acquire().await.unwrap()];
    for _ in 0..SQLITE_READERS_MAX {
        conns.push(readers.acquire().await.unwrap());
    }
    for (i, conn) in conns.iter_mut().enumerate() {
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut **conn).await.unwrap();
        assert_eq!(mode, "wal", "connection {i}");
        let wanted = [
            ("PRAGMA synchronous", 2),
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA busy_timeout", 5000),
            ("PRAGMA wal_autocheckpoint", 4000),
            ("PRAGMA page_size", 8192),
            ("PRAGMA temp_store", 2),
            ("PRAGMA cache_size", if i == 0 { -16000 } else { -4000 }),
            ("PRAGMA query_only", i64::from(i > 0)),
        ];
        for (sql, want) in wanted {
            let got: i64 = sqlx::query_scalar(sql).fetch_one(&mut **conn).await.unwrap();
            assert_eq!(got, want, "connection {i}: {sql}");
        }
    }
}

/// One connection serves both kinds of transaction, so each must say how durable it is.
#[tokio::test]
async fn a_write_after_a_derived_one_waits_for_the_disk_again() {
    let (db, _dir) = sqlite().await;
    let (writer, _) = pools(&db);
    let synchronous =
        async || -> i64 { sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await.unwrap() };
    for (derived, want) in [(true, 1), (false, 2), (true, 1), (false, 2)] {
        let conn = if derived { db.derive().await } else { db.write().await };
        conn.unwrap().commit().await.unwrap();
        assert_eq!(synchronous().await, want);
    }
}

/// SQLite rolls back by itself when the disk is full, and sqlx kept counting a transaction: every later write failed
/// until the process was started again.
#[tokio::test]
async fn the_writer_recovers_from_a_full_disk() {
    let (db, _dir) = sqlite().await;
    let (writer, _) = pools(&db);
    sqlx::query("PRAGMA max_page_count = 100").execute(writer).await.unwrap();
    let mut conn = db.write().await.unwrap();
    let huge = vec![Value::from("evt_huge"), Value::from(vec![0; 20 << 20])];
    let full = conn.execute(&INSERT, huge).await.unwrap_err();
    assert!(full.is_unavailable(), "{full:?}");
    drop(conn);

    sqlx::query("PRAGMA max_page_count = 1000000").execute(writer).await.unwrap();
    let mut conn = db.write().await.unwrap();
    conn.execute(&INSERT, vec![Value::from("evt_small"), Value::from(vec![0])]).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(count(&db).await, 1);
}

/// What such an error leaves behind, made by hand: a transaction that ended without sqlx.
#[tokio::test]
async fn a_transaction_that_sqlite_ended_itself_does_not_block_the_next() {
    let (db, _dir) = sqlite().await;
    let mut conn = db.write().await.unwrap();
    let Link::SqliteWrite(tx) = &mut conn.0 else { unreachable!("a write on SQLite") };
    sqlx::query("ROLLBACK").execute(&mut **tx).await.unwrap();
    drop(conn);

    let mut conn = db.write().await.unwrap();
    conn.execute(&INSERT, vec![Value::from("evt_1"), Value::from(vec![0])]).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (db, _dir) = sqlite().await;
    let mut conn = db.read().await.unwrap();
    let refused = conn.execute(&INSERT, vec![Value::from("evt_1"), Value::from(vec![0])]).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn a_statement_is_prepared_once_per_connection() {
    let (db, _dir) = sqlite().await;
    let mut conn = db.write().await.unwrap();
    let before = conn.cached_statements();
    for n in 0..10 {
        conn.execute(&INSERT, vec![Value::from(format!("evt_{n}")), Value::from(vec![0])]).await.unwrap();
    }
    assert_eq!(conn.cached_statements(), before + 1);
}

impl Conn {
    fn cached_statements(&mut self) -> usize {
        match self.target() {
            Target::Sqlite(conn) => conn.cached_statements_size(),
            Target::Postgres(conn) => conn.cached_statements_size(),
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_database_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (db, dir) = sqlite().await;
    let mut conn = db.write().await.unwrap();
    conn.execute(&INSERT, vec![Value::from("evt_1"), Value::from(vec![0])]).await.unwrap();
    conn.commit().await.unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["w.db", "w.db-shm", "w.db-wal"]);
}
