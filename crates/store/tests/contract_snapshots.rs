//! `store::snapshots`.

use crate::common::rows::{id, ids, snapshot, strings};
use crate::common::{ROW_COUNTS, TestDb, on_both};
use store::snapshots::{self, StoredSnapshot};

async fn upsert(t: &TestDb, rows: &[StoredSnapshot]) {
    let mut conn = t.write().await;
    snapshots::upsert(&mut conn, rows).await.unwrap();
    conn.commit().await.unwrap();
}

fn sorted(mut rows: Vec<StoredSnapshot>) -> Vec<StoredSnapshot> {
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows
}

/// Known only by name.
fn mentioned(n: usize) -> StoredSnapshot {
    StoredSnapshot { facts: None, ..snapshot(n) }
}

#[tokio::test]
async fn any_number_is_written_and_rewritten() {
    on_both(async |t| {
        for count in ROW_COUNTS {
            let first: Vec<_> = (0..count).map(mentioned).collect();
            upsert(t, &first).await;
            let found = snapshots::by_ids(&mut t.read().await, ids("ch", count)).await.unwrap();
            assert_eq!(sorted(found), first);

            let second: Vec<_> = (0..count)
                .map(|n| StoredSnapshot {
                    parent_id: Some(id("pi", n)),
                    payment_id: id("pi", n),
                    ..snapshot(n)
                })
                .collect();
            upsert(t, &second).await;
            let found = snapshots::by_ids(&mut t.read().await, ids("ch", count)).await.unwrap();
            assert_eq!(sorted(found), second);
        }
    })
    .await;
}

#[tokio::test]
async fn the_objects_of_payments_are_found() {
    on_both(async |t| {
        let of = |n: usize| StoredSnapshot { payment_id: id("pi", n / 3), ..snapshot(n) };
        let all: Vec<_> = (0..9).map(of).collect();
        upsert(t, &all).await;
        let mut conn = t.read().await;
        let found = snapshots::by_payments(&mut conn, vec![id("pi", 0), id("pi", 2)]).await.unwrap();
        assert_eq!(sorted(found), [&all[0..3], &all[6..9]].concat());
        assert_eq!(snapshots::by_payments(&mut conn, strings(["pi_none", "ch_000000"])).await.unwrap(), []);
        assert_eq!(snapshots::by_payments(&mut conn, Vec::new()).await.unwrap(), []);
        assert_eq!(snapshots::by_ids(&mut conn, Vec::new()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn payment_ids_are_walked_in_order_and_once() {
    on_both(async |t| {
        let child = |n| StoredSnapshot { payment_id: id("pi", n / 2), ..snapshot(n) };
        let root = |n| StoredSnapshot { id: id("pi", n), payment_id: id("pi", n), ..snapshot(n) };
        upsert(t, &(0..40).map(child).chain((0..20).map(root)).collect::<Vec<_>>()).await;
        let mut conn = t.read().await;
        let mut got: Vec<String> = Vec::new();
        loop {
            let after = got.last().map_or("", String::as_str);
            let page = snapshots::payment_ids(&mut conn, after, 7).await.unwrap();
            if page.is_empty() {
                break;
            }
            got.extend(page);
        }
        assert_eq!(got, ids("pi", 20));
    })
    .await;
}
