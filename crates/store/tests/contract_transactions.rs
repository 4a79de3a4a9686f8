//! `store::Conn`: what is committed stays, what is dropped never was, and the connection serves the next one.

use crate::common::rows::{client, event, id};
use crate::common::{TestDb, on_both, on_one};
use futures_util::FutureExt as _;
use std::sync::Mutex;
use store::{Engine, StoreError, clients, events};
use tokio::sync::oneshot;

async fn names(t: &TestDb) -> Vec<String> {
    let clients = clients::list(&mut t.read().await, None, 1000).await.unwrap();
    clients.into_iter().map(|c| c.id).collect()
}

#[tokio::test]
async fn a_commit_is_read_at_once_and_nothing_before_it() {
    on_both(async |t| {
        let mut reader = t.read().await;
        for n in 0..10 {
            let mut conn = t.write().await;
            clients::insert(&mut conn, &client(n)).await.unwrap();
            assert_eq!(clients::get(&mut conn, &id("cli", n)).await.unwrap(), Some(client(n)));
            assert_eq!(clients::get(&mut reader, &id("cli", n)).await.unwrap(), None);
            conn.commit().await.unwrap();
            assert_eq!(clients::get(&mut reader, &id("cli", n)).await.unwrap(), Some(client(n)));
            assert_eq!(names(t).await.len(), n + 1, "on any other connection too");
        }
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_never_was_and_the_next_one_works() {
    on_both(async |t| {
        // More often than there are connections.
        for n in 0..40 {
            let mut conn = if n % 2 == 0 { t.write().await } else { t.db.ledger().await.unwrap() };
            clients::insert(&mut conn, &client(n)).await.unwrap();
            drop(conn);
        }
        assert_eq!(names(t).await, Vec::<String>::new());
        let mut conn = t.write().await;
        clients::insert(&mut conn, &client(0)).await.unwrap();
        conn.commit().await.unwrap();
        assert_eq!(names(t).await, [id("cli", 0)]);
    })
    .await;
}

#[tokio::test]
async fn a_refused_statement_leaves_a_connection_that_works() {
    on_both(async |t| {
        let mut conn = t.write().await;
        clients::insert(&mut conn, &client(0)).await.unwrap();
        conn.commit().await.unwrap();
        for _ in 0..20 {
            let mut conn = t.write().await;
            clients::insert(&mut conn, &client(1)).await.unwrap();
            let refused = clients::insert(&mut conn, &client(0)).await;
            assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
        }
        assert_eq!(names(t).await, [id("cli", 0)], "the row before the refused one went with it");
    })
    .await;
}

/// The request went away while its rows were on their way: polled once, or a few times, then dropped.
#[tokio::test]
async fn a_write_that_is_abandoned_halfway_never_was() {
    on_both(async |t| {
        for polls in 0..12 {
            let mut conn = t.write().await;
            clients::insert(&mut conn, &client(0)).await.unwrap();
            let mut insert = Box::pin(events::insert(&mut conn, (0..700).map(event).collect()));
            for _ in 0..polls {
                if insert.as_mut().now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(insert);
            drop(conn);
            let mut conn = t.write().await;
            let left = events::due(&mut conn, i64::MAX, 0, 9).await.unwrap();
            assert_eq!(left, [], "{polls} polls");
            assert_eq!(clients::get(&mut conn, &id("cli", 0)).await.unwrap(), None);
            conn.commit().await.unwrap();
        }
    })
    .await;
}

/// Likewise, but the transaction goes on: what follows gets its own answers, not those of the abandoned question.
#[tokio::test]
async fn an_abandoned_read_does_not_confuse_the_next() {
    on_both(async |t| {
        let mut conn = t.write().await;
        events::insert(&mut conn, (0..700).map(event).collect()).await.unwrap();
        conn.commit().await.unwrap();
        let mut conns = [t.read().await, t.write().await];
        for polls in 0..24 {
            let conn = &mut conns[polls % 2];
            let mut read = Box::pin(events::due(conn, i64::MAX, 0, 700));
            for _ in 0..polls / 2 {
                if read.as_mut().now_or_never().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(read);
            let next = events::due(conn, i64::MAX, 0, 3).await.unwrap();
            assert_eq!(next.into_iter().map(|e| e.id).collect::<Vec<_>>(), [0, 1, 2].map(|n| id("evt", n)));
        }
    })
    .await;
}

/// Nobody waits for the outcome of `write`, `ledger` or `commit` any more.
#[tokio::test]
async fn an_abandoned_begin_or_commit_blocks_nobody() {
    on_both(async |t| {
        for polls in 0..8 {
            for kind in 0..3 {
                let mut begin = match kind {
                    0 => t.db.write().boxed(),
                    1 => t.db.ledger().boxed(),
                    _ => async {
                        let mut conn = t.db.write().await?;
                        clients::insert(&mut conn, &client(0)).await?;
                        conn.commit().await?;
                        Err(StoreError::LostWrite("not reached by so few polls, or committed"))
                    }
                    .boxed(),
                };
                for _ in 0..polls {
                    if begin.as_mut().now_or_never().is_some() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                drop(begin);
                let mut conn = t.db.ledger().await.unwrap();
                events::insert(&mut conn, vec![event(0)]).await.unwrap();
                drop(conn);
            }
        }
        assert!(events::due(&mut t.read().await, i64::MAX, 0, 9).await.unwrap().is_empty());
    })
    .await;
}

/// The second gets in only after the first ended, by commit or by drop; both then see the first one's work, or not.
#[tokio::test]
async fn the_ledger_is_held_by_one_at_a_time() {
    on_both(async |t| {
        // A node of its own, with its own pool.
        let other = store::Db::open(&t.url).unwrap();
        for (n, commits) in [(0, true), (1, false), (2, true)] {
            let order = Mutex::new(Vec::new());
            let (asked, hears) = oneshot::channel();
            let first = async {
                let mut conn = t.db.ledger().await.unwrap();
                order.lock().unwrap().push("first in");
                clients::insert(&mut conn, &client(n)).await.unwrap();
                asked.send(()).unwrap();
                // Time enough for the second to get in, if it could: it runs whenever this one waits.
                for _ in 0..200 {
                    clients::get(&mut conn, &id("cli", n)).await.unwrap();
                }
                order.lock().unwrap().push("first out");
                if commits {
                    conn.commit().await.unwrap();
                }
            };
            let second = async {
                hears.await.unwrap();
                let mut conn = other.ledger().await.unwrap();
                order.lock().unwrap().push("second in");
                let seen = clients::get(&mut conn, &id("cli", n)).await.unwrap();
                conn.commit().await.unwrap();
                seen
            };
            let ((), seen) = tokio::join!(first, second);
            assert_eq!(order.into_inner().unwrap(), ["first in", "first out", "second in"]);
            assert_eq!(seen.is_some(), commits);
        }
        other.close().await;
    })
    .await;
}

/// Ingest must not wait for whoever recomputes: on PostgreSQL a plain write passes the ledger by.
#[tokio::test]
async fn a_read_never_waits_for_the_ledger() {
    on_both(async |t| {
        let mut ledger = t.db.ledger().await.unwrap();
        clients::insert(&mut ledger, &client(0)).await.unwrap();
        assert_eq!(names(t).await, Vec::<String>::new());
        if t.db.engine() == Engine::Postgres {
            let mut conn = t.write().await;
            events::insert(&mut conn, vec![event(0)]).await.unwrap();
            conn.commit().await.unwrap();
        }
        ledger.commit().await.unwrap();
        assert_eq!(names(t).await, [id("cli", 0)]);
    })
    .await;
}

/// Those who wait for the ledger took every connection of the pool, and ingest found none.
#[tokio::test]
async fn a_queue_for_the_ledger_leaves_connections_to_others() {
    on_one(Engine::Postgres, async |t| {
        let held = t.db.ledger().await.unwrap();
        let mut queue: Vec<_> = (0..40).map(|_| t.db.ledger().boxed()).collect();
        for _ in 0..20 {
            for waiting in &mut queue {
                assert!(waiting.as_mut().now_or_never().is_none());
            }
            // A round trip each: time for the queue to take what it can get.
            let mut conn = t.write().await;
            clients::list(&mut conn, None, 1).await.unwrap();
        }
        held.commit().await.unwrap();
        for waiting in queue {
            waiting.await.unwrap().commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn as_many_writers_as_come_all_get_their_turn() {
    on_both(async |t| {
        let write = async |n| {
            let mut conn = if n % 2 == 0 { t.db.write().await } else { t.db.ledger().await }.unwrap();
            clients::insert(&mut conn, &client(n)).await.unwrap();
            conn.commit().await.unwrap();
        };
        futures_util::future::join_all((0..60).map(write)).await;
        assert_eq!(names(t).await.len(), 60);
    })
    .await;
}
