//! `store::Db`: opening, migrating, and the schema itself.

use crate::common::rows::{client, event, id, seed_journeys};
use crate::common::{TestDb, on_both, on_both_empty, on_one};
use store::{Db, Engine, StoreError, clients, events};
use tempfile::TempDir;

const TABLES_SQLITE: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
const TABLES_POSTGRES: &str = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
const MIGRATIONS: &str = "SELECT count(*) FROM _sqlx_migrations";

async fn tables(t: &TestDb) -> i64 {
    t.raw_number(if t.db.engine() == Engine::Sqlite { TABLES_SQLITE } else { TABLES_POSTGRES }).await
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    on_both_empty(async |t| {
        assert_eq!(tables(t).await, 0);
        t.db.migrate().await.unwrap();
        let (made, migrations) = (tables(t).await, t.raw_number(MIGRATIONS).await);
        assert!(made > 10, "{made} tables");
        let mut conn = t.write().await;
        clients::insert(&mut conn, &client(0)).await.unwrap();
        conn.commit().await.unwrap();

        t.db.migrate().await.unwrap();
        Db::open(&t.url).unwrap().migrate().await.unwrap();
        assert_eq!((tables(t).await, t.raw_number(MIGRATIONS).await), (made, migrations));
        assert_eq!(clients::get(&mut t.read().await, &id("cli", 0)).await.unwrap(), Some(client(0)));
    })
    .await;
}

/// Several nodes start at once on an empty database; sqlx has no lock for that on SQLite.
#[tokio::test]
async fn nodes_can_migrate_at_the_same_time() {
    on_both_empty(async |t| {
        let mut nodes = Vec::new();
        for _ in 0..4 {
            nodes.push(Db::open(&t.url).unwrap());
        }
        let outcomes = futures_util::future::join_all(nodes.iter().map(Db::migrate)).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        for node in nodes {
            node.close().await;
        }
    })
    .await;
}

/// A newer whypaid was here; the older one must not touch its tables.
#[tokio::test]
async fn a_schema_from_the_future_is_refused() {
    on_both(async |t| {
        t.raw("UPDATE _sqlx_migrations SET version = version + 9998").await.unwrap();
        let refused = t.db.migrate().await;
        assert!(matches!(refused, Err(StoreError::Setup(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_outlives_the_handle() {
    on_both(async |t| {
        let mut conn = t.write().await;
        events::insert(&mut conn, vec![event(0)]).await.unwrap();
        conn.commit().await.unwrap();
        t.db.close().await;
        assert!(t.db.read().await.unwrap_err().is_unavailable());
        assert!(t.db.write().await.unwrap_err().is_unavailable());

        let reopened = Db::open(&t.url).unwrap();
        let mut conn = reopened.read().await.unwrap();
        let (_, body) = events::get(&mut conn, &id("evt", 0)).await.unwrap().expect("stored");
        assert_eq!(body, event(0).body);
        drop(conn);
        reopened.close().await;
    })
    .await;
}

/// Behind the store's back too: the database itself guards.
#[tokio::test]
async fn what_is_referred_to_cannot_go() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        conn.commit().await.unwrap();
        for sql in [
            "DELETE FROM client",
            "DELETE FROM content",
            "DELETE FROM hypothesis",
            "DELETE FROM content_version",
            "DELETE FROM journey",
        ] {
            let refused = StoreError::from(t.raw(sql).await.unwrap_err());
            assert!(matches!(refused, StoreError::Conflict(_)), "{sql}: {refused:?}");
        }
    })
    .await;
}

/// Else order, cursors and the index itself hang on the system's idea of a language.
#[tokio::test]
async fn every_indexed_text_compares_by_bytes() {
    const OTHERS: &str = "SELECT count(*) FROM pg_index i \
        JOIN pg_attribute a ON a.attrelid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_collation o ON o.oid = a.attcollation \
        WHERE n.nspname = 'public' AND o.collname <> 'C' AND c.relname <> '_sqlx_migrations'";
    on_one(Engine::Postgres, async |t| assert_eq!(t.raw_number(OTHERS).await, 0)).await;
}

#[tokio::test]
async fn a_url_that_cannot_work_says_so_at_once() {
    let missing = TempDir::new().unwrap();
    let no_folder = format!("sqlite://{}", missing.path().join("no/such/folder/x.db").display());
    let a_folder = format!("sqlite://{}", missing.path().display());
    for url in [
        "",
        "whypaid.db",
        "mysql://localhost/whypaid",
        "POSTGRES://localhost/x",
        "postgres://[::bad/x",
        "postgres://localhost:notaport/x",
        "sqlite://x.db?mode=nonsense",
        &no_folder,
        &a_folder,
    ] {
        let refused = Db::open(url);
        assert!(matches!(refused, Err(StoreError::Setup(_))), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes.db");
    std::fs::write(&path, "these are my notes, not a database at all\n".repeat(200)).unwrap();
    let refused = Db::open(&format!("sqlite://{}", path.display()));
    assert!(matches!(refused, Err(StoreError::Setup(_))), "{refused:?}");
}
