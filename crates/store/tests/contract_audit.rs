//! `store::audit`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id};
use store::audit::{self, Entry};

fn entry(n: usize) -> Entry {
    Entry {
        id: id("aud", n),
        at_ms: NOW_MS,
        actor: "Ana".to_owned(),
        action: "journey.mark".to_owned(),
        object_id: (n > 0).then(|| id("jrn", n)),
        detail: r#"{"to":"ghosted"}"#.to_owned(),
    }
}

#[tokio::test]
async fn changes_are_listed_newest_first() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for n in [1, 0, 2] {
            audit::insert(&mut conn, &entry(n)).await.unwrap();
        }
        assert!(audit::list(&mut conn, None, 2).await.unwrap() == [entry(2), entry(1)]);
        assert!(audit::list(&mut conn, Some(&id("aud", 1)), 2).await.unwrap() == [entry(0)]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_written_once() {
    on_both(async |t| {
        let mut conn = t.write().await;
        audit::insert(&mut conn, &entry(1)).await.unwrap();
        assert!(audit::insert(&mut conn, &entry(1)).await.is_err());
    })
    .await;
}
