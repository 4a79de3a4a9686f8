//! `store::audit`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id};
use store::audit::{self, AuditFilter, Entry};

fn entry(n: usize) -> Entry {
    Entry {
        id: id("aud", n),
        at_ms: NOW_MS,
        actor: "Ana".to_owned(),
        actor_id: id("per", n),
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
        assert!(
            audit::list(&mut conn, &AuditFilter::default(), None, 2).await.unwrap() == [entry(2), entry(1)]
        );
        assert!(
            audit::list(&mut conn, &AuditFilter::default(), Some(&id("aud", 1)), 2).await.unwrap()
                == [entry(0)]
        );
    })
    .await;
}

#[tokio::test]
async fn each_filter_finds_what_it_names_and_no_more() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let mut other = entry(3);
        (other.action, other.at_ms) = ("journeys.mark".to_owned(), NOW_MS + 1_000);
        for e in [entry(1), entry(2), other.clone()] {
            audit::insert(&mut conn, &e).await.unwrap();
        }
        let text = |text: &str| Some(text.to_owned());
        let none = AuditFilter::default;
        let table = [
            (AuditFilter { actor_id: Some(id("per", 2)), ..none() }, vec![entry(2)]),
            (AuditFilter { actor_id: text("Ana"), ..none() }, vec![]),
            (AuditFilter { action: text("journey"), ..none() }, vec![entry(2), entry(1)]),
            (AuditFilter { action: text("journey.mark"), ..none() }, vec![entry(2), entry(1)]),
            (AuditFilter { action: text("journey.m"), ..none() }, vec![]),
            (AuditFilter { action: text("%"), ..none() }, vec![]),
            (AuditFilter { object_id: Some(id("jrn", 1)), ..none() }, vec![entry(1)]),
            (AuditFilter { from_ms: Some(NOW_MS + 1), ..none() }, vec![other.clone()]),
            (AuditFilter { to_ms: Some(NOW_MS + 1_000), ..none() }, vec![entry(2), entry(1)]),
        ];
        for (filter, want) in table {
            assert_eq!(audit::list(&mut conn, &filter, None, 9).await.unwrap(), want, "{filter:?}");
        }
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
