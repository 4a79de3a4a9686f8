//! `store::StoreError`: each failure is named for what the caller can do about it.

use crate::common::rows::{checkout, event, history, id, payment, seed_journeys, snapshot};
use crate::common::{TestDb, on_both, on_one};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::net::{Ipv4Addr, TcpListener};
use store::event_list::{self, EventFilter};
use store::{
    Db, Engine, StoreError, checkouts, clients, contents, events, history, journeys, payments, snapshots,
};

fn corrupt_table<T: std::fmt::Debug>(outcome: store::Result<T>) -> &'static str {
    match outcome {
        Err(StoreError::Corrupt { table, .. }) => table,
        other => panic!("expected a corrupt row, got {other:?}"),
    }
}

async fn full_house(t: &TestDb) {
    let mut conn = t.write().await;
    seed_journeys(&mut conn, 1).await;
    events::insert(&mut conn, vec![event(0)]).await.unwrap();
    snapshots::upsert(&mut conn, &[snapshot(0)]).await.unwrap();
    payments::upsert(&mut conn, &[payment(0)]).await.unwrap();
    checkouts::insert(&mut conn, &checkout(0)).await.unwrap();
    history::insert(&mut conn, &[history(1)]).await.unwrap();
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn json_that_does_not_fit_is_a_corrupt_row() {
    on_both(async |t| {
        full_house(t).await;
        for sql in [
            "UPDATE client SET attributes = '{\"a\":'",
            "UPDATE content_version SET elements = '[1]'",
            "UPDATE journey SET judgement = '{}'",
            "UPDATE snapshot SET facts = 'null'",
            "UPDATE payment SET facts = ''",
        ] {
            t.raw(sql).await.unwrap();
        }
        let mut conn = t.read().await;
        assert_eq!(corrupt_table(clients::get(&mut conn, &id("cli", 0)).await), "client");
        assert_eq!(corrupt_table(contents::get_version(&mut conn, &id("ver", 1)).await), "content_version");
        assert_eq!(corrupt_table(journeys::get(&mut conn, &id("jrn", 0)).await), "journey");
        assert_eq!(corrupt_table(snapshots::by_ids(&mut conn, vec![id("ch", 0)]).await), "snapshot");
        assert_eq!(corrupt_table(payments::by_ids(&mut conn, vec![id("pi", 0)]).await), "payment");
    })
    .await;
}

#[tokio::test]
async fn a_word_nobody_writes_is_a_corrupt_row() {
    on_both(async |t| {
        full_house(t).await;
        for sql in [
            "UPDATE event_waiting SET status = 'Received'",
            "UPDATE history SET to_outcome = 'won'",
            "UPDATE checkout SET currency = 'dollars'",
            "UPDATE journey SET mark = 'paid'",
            "UPDATE payment SET matched_by = 'magic'",
        ] {
            t.raw(sql).await.unwrap();
        }
        let mut conn = t.read().await;
        assert_eq!(corrupt_table(events::get(&mut conn, &id("evt", 0)).await), "event_waiting");
        let all = EventFilter::default();
        assert_eq!(corrupt_table(event_list::list(&mut conn, &all, None, 9).await), "event_waiting");
        assert_eq!(corrupt_table(history::of_journey(&mut conn, &id("jrn", 0), None, 9).await), "history");
        assert_eq!(corrupt_table(checkouts::by_sessions(&mut conn, vec![id("cs", 0)]).await), "checkout");
        assert_eq!(corrupt_table(journeys::get(&mut conn, &id("jrn", 0)).await), "journey");
        assert_eq!(corrupt_table(payments::by_ids(&mut conn, vec![id("pi", 0)]).await), "payment");
    })
    .await;
}

/// SQLite lets any type into any column.
#[tokio::test]
async fn a_value_of_another_type_is_a_corrupt_row() {
    on_one(Engine::Sqlite, async |t| {
        full_house(t).await;
        t.raw("UPDATE client SET created_at_ms = 'yesterday'").await.unwrap();
        let outcome = clients::get(&mut t.read().await, &id("cli", 0)).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
    })
    .await;
}

/// One corrupt row does not take the connection along.
#[tokio::test]
async fn a_connection_works_on_after_a_corrupt_row() {
    on_both(async |t| {
        full_house(t).await;
        t.raw("UPDATE client SET attributes = 'x'").await.unwrap();
        let mut conn = t.write().await;
        corrupt_table(clients::list(&mut conn, None, 9).await);
        assert_eq!(payments::by_ids(&mut conn, vec![id("pi", 0)]).await.unwrap(), [payment(0)]);
        conn.commit().await.unwrap();
    })
    .await;
}

/// Time is paused, so the driver's patience passes at once.
#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there_is_unavailable() {
    let port = {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let db = Db::open(&format!("postgres://postgres@127.0.0.1:{port}/x")).unwrap();
    for outcome in
        [db.read().await.err(), db.write().await.err(), db.ledger().await.err(), db.migrate().await.err()]
    {
        assert!(outcome.as_ref().is_some_and(StoreError::is_unavailable), "{outcome:?}");
    }
}

async fn end_connections(t: &TestDb) {
    let mut admin = PgConnection::connect(&t.url).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE application_name = 'whypaid' AND datname = current_database()";
    sqlx::query(kill).execute(&mut admin).await.unwrap();
}

/// Ingest keeps its connection from one batch to the next, and nobody asks meanwhile whether it still answers.
#[tokio::test]
async fn a_kept_connection_that_was_lost_is_unavailable_once_at_most() {
    on_one(Engine::Postgres, async |t| {
        events::store(&t.db, vec![event(0)]).await.unwrap();
        end_connections(t).await;
        // Kept for too long already, it is another one that works.
        if let Err(lost) = events::store(&t.db, vec![event(1)]).await {
            assert!(lost.is_unavailable(), "{lost:?}");
        }
        events::store(&t.db, vec![event(1)]).await.expect("another connection");
        assert_eq!(events::due(&mut t.read().await, i64::MAX, 0, 9).await.unwrap().len(), 2);
    })
    .await;
}

/// The server ends the connection in the middle of a transaction: away for now, and back with the next one.
#[tokio::test]
async fn a_lost_connection_is_unavailable_and_the_next_works() {
    on_one(Engine::Postgres, async |t| {
        let mut conn = t.write().await;
        clients::list(&mut conn, None, 1).await.unwrap();
        end_connections(t).await;
        let lost = clients::list(&mut conn, None, 1).await.unwrap_err();
        assert!(lost.is_unavailable(), "{lost:?}");
        let lost = conn.commit().await.unwrap_err();
        assert!(lost.is_unavailable(), "{lost:?}");
        let mut conn = t.write().await;
        clients::list(&mut conn, None, 1).await.unwrap();
        conn.commit().await.unwrap();
    })
    .await;
}

/// Another process holds the file, for longer than anybody waits.
#[tokio::test]
async fn a_locked_file_is_unavailable_and_works_when_released() {
    on_one(Engine::Sqlite, async |t| {
        let mut other = SqliteConnection::connect(&t.url).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let (locked, read) =
            tokio::join!(t.db.write(), async { clients::list(&mut t.read().await, None, 1).await });
        assert!(locked.as_ref().is_err_and(StoreError::is_unavailable), "{locked:?}");
        assert_eq!(read.unwrap(), [], "readers read on");
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        t.write().await.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_that_was_not_migrated_is_neither_away_nor_corrupt() {
    crate::common::on_both_empty(async |t| {
        let outcome = clients::list(&mut t.read().await, None, 1).await;
        assert!(matches!(outcome, Err(StoreError::Other(_))), "{outcome:?}");
    })
    .await;
}
