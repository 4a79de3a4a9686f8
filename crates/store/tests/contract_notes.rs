//! `store::notes`.

use crate::common::rows::{NOW_MS, id, seed_journeys, strings};
use crate::common::{HARD_TEXTS, on_both};
use store::StoreError;
use store::notes::{self, StoredNote};

fn note(n: usize, text: &str) -> StoredNote {
    StoredNote {
        journey_id: id("jrn", 0),
        id: id("nte", n),
        at_ms: NOW_MS,
        author: "Ana".to_owned(),
        text: text.to_owned(),
        tags: strings(["price", "call"]),
        priority: "normal".to_owned(),
        revision: 1,
        edited_at_ms: None,
        author_id: "per_ana".to_owned(),
        edited_by: None,
    }
}

#[tokio::test]
async fn notes_are_listed_newest_first() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        let all: Vec<StoredNote> = HARD_TEXTS.iter().enumerate().map(|(n, text)| note(n, text)).collect();
        for n in &all {
            notes::insert(&mut conn, n).await.unwrap();
        }
        let newest: Vec<StoredNote> = all.iter().rev().cloned().collect();
        let journey = id("jrn", 0);
        assert_eq!(notes::of_journey(&mut conn, &journey, None, 100).await.unwrap(), newest);
        let page = notes::of_journey(&mut conn, &journey, Some(&id("nte", 3)), 2).await.unwrap();
        assert_eq!(page, [all[2].clone(), all[1].clone()]);
        assert_eq!(notes::count(&mut conn, &journey).await.unwrap(), 8);
        assert_eq!(notes::count(&mut conn, &id("jrn", 1)).await.unwrap(), 0);
        assert!(notes::insert(&mut conn, &all[0]).await.is_err(), "each is written once");
    })
    .await;
}

#[tokio::test]
async fn a_note_is_changed_by_whoever_read_it_last() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 1).await;
        notes::insert(&mut conn, &note(1, "first")).await.unwrap();
        let changed = StoredNote {
            tags: Vec::new(),
            priority: "high".to_owned(),
            revision: 2,
            edited_at_ms: Some(NOW_MS + 1),
            edited_by: Some("Ben".to_owned()),
            ..note(1, "second")
        };
        notes::update(&mut conn, &changed).await.unwrap();
        let late = notes::update(&mut conn, &changed).await;
        assert!(matches!(late, Err(StoreError::LostWrite(_))), "{late:?}");
        let found = notes::get(&mut conn, &id("jrn", 0), &id("nte", 1)).await.unwrap();
        assert_eq!(found, Some(changed));
    })
    .await;
}

#[tokio::test]
async fn a_note_is_removed_once_and_from_its_own_journey() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 2).await;
        notes::insert(&mut conn, &note(1, "x")).await.unwrap();
        let (ours, other, nte) = (id("jrn", 0), id("jrn", 1), id("nte", 1));
        assert_eq!(notes::get(&mut conn, &other, &nte).await.unwrap(), None);
        assert!(!notes::delete(&mut conn, &other, &nte).await.unwrap());
        assert!(notes::delete(&mut conn, &ours, &nte).await.unwrap());
        assert!(!notes::delete(&mut conn, &ours, &nte).await.unwrap());
        assert_eq!(notes::get(&mut conn, &ours, &nte).await.unwrap(), None);
    })
    .await;
}
