//! `store::contents`.

use crate::common::rows::{NOW_MS, content, hypothesis, id, ids, seed, seed_journeys, version};
use crate::common::{HARD_TEXTS, TestDb, on_both};
use ledger::{Currency, Money};
use std::collections::BTreeMap;
use store::contents::{self, Pages, StoredContent, StoredHypothesis, StoredVersion};
use store::{StoreError, journeys};

async fn seeded(t: &TestDb) {
    let mut conn = t.write().await;
    seed(&mut conn).await;
    conn.commit().await.unwrap();
}

#[tokio::test]
async fn contents_and_hypotheses_come_back_as_they_were() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            let content = StoredContent { name: text.to_owned(), created_at_ms: i64::MIN, ..content(n) };
            contents::insert_content(&mut conn, &content).await.unwrap();
            assert_eq!(contents::get_content(&mut conn, &content.id).await.unwrap(), Some(content));
            let hypothesis = StoredHypothesis {
                statement: text.to_owned(),
                category: text.to_owned(),
                predicted_days: (n % 2 == 0).then_some(i64::MAX),
                ..hypothesis(n)
            };
            contents::insert_hypothesis(&mut conn, &hypothesis).await.unwrap();
            assert_eq!(contents::get_hypothesis(&mut conn, &hypothesis.id).await.unwrap(), Some(hypothesis));
        }
        assert_eq!(contents::get_content(&mut conn, "con_none").await.unwrap(), None);
        assert_eq!(contents::get_hypothesis(&mut conn, "hyp_none").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_probability_keeps_every_bit() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let values =
            [None, Some(0.0), Some(1.0), Some(0.1), Some(f64::EPSILON), Some(1.0 / 3.0), Some(5e-324)];
        for (n, predicted_probability) in values.into_iter().enumerate() {
            let hypothesis = StoredHypothesis { predicted_probability, ..hypothesis(n) };
            contents::insert_hypothesis(&mut conn, &hypothesis).await.unwrap();
            assert_eq!(contents::get_hypothesis(&mut conn, &hypothesis.id).await.unwrap(), Some(hypothesis));
        }
    })
    .await;
}

#[tokio::test]
async fn a_version_comes_back_as_it_was() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            let page = |name: &str| format!("{text}{name}");
            let version = StoredVersion {
                parent_id: (n > 0).then(|| id("ver", n + 1)),
                pages: Pages {
                    activation: page("1"),
                    agreement: page("2"),
                    confirmation: page("3"),
                    processing: page("4"),
                },
                price: Money::new(if n == 0 { i64::MIN } else { i64::MAX }, Currency::parse("JPY").unwrap()),
                elements: BTreeMap::from([(text.to_owned(), text.to_owned())]),
                journey_id: (n % 2 == 0).then(|| text.to_owned()),
                ..version(n + 2)
            };
            contents::insert_version(&mut conn, &version).await.unwrap();
            assert_eq!(contents::get_version(&mut conn, &version.id).await.unwrap(), Some(version));
        }
        assert_eq!(contents::get_version(&mut conn, "ver_none").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_number_is_given_once_and_all_it_names_must_exist() {
    on_both(async |t| {
        seeded(t).await;
        let refused = [
            version(1),
            StoredVersion { id: id("ver", 9), ..version(1) },
            StoredVersion { content_id: "con_none".to_owned(), ..version(2) },
            StoredVersion { hypothesis_id: "hyp_none".to_owned(), ..version(2) },
        ];
        for version in refused {
            let mut conn = t.write().await;
            let outcome = contents::insert_version(&mut conn, &version).await;
            assert!(matches!(outcome, Err(StoreError::Conflict(_))), "{version:?}: {outcome:?}");
        }
        let content = contents::insert_content(&mut t.write().await, &content(0)).await;
        assert!(matches!(content, Err(StoreError::Conflict(_))), "{content:?}");
        let hypothesis = contents::insert_hypothesis(&mut t.write().await, &hypothesis(0)).await;
        assert!(matches!(hypothesis, Err(StoreError::Conflict(_))), "{hypothesis:?}");
    })
    .await;
}

#[tokio::test]
async fn contents_are_paged_newest_first() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for n in 0..25 {
            contents::insert_content(&mut conn, &content(n)).await.unwrap();
        }
        let mut want = ids("con", 25);
        want.reverse();
        for limit in [1, 4, 5, 25, 26] {
            let mut got: Vec<String> = Vec::new();
            loop {
                let after = got.last().map(String::as_str);
                let page = contents::list_contents(&mut conn, after, limit).await.unwrap();
                if page.is_empty() {
                    break;
                }
                got.extend(page.into_iter().map(|c| c.id));
            }
            assert_eq!(got, want, "pages of {limit}");
        }
    })
    .await;
}

#[tokio::test]
async fn versions_are_paged_newest_first_within_their_content() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        contents::insert_content(&mut conn, &content(1)).await.unwrap();
        let other = StoredVersion { content_id: id("con", 1), id: "ver_other".to_owned(), ..version(99) };
        contents::insert_version(&mut conn, &other).await.unwrap();
        // Ten comes after nine by number, not by spelling.
        for number in 2..=12 {
            contents::insert_version(&mut conn, &version(number)).await.unwrap();
        }
        let newest = contents::newest_version(&mut conn, &id("con", 0)).await.unwrap();
        assert_eq!(newest, Some(version(12)));
        assert_eq!(contents::newest_version(&mut conn, "con_none").await.unwrap(), None);
        let mut got: Vec<i64> = Vec::new();
        loop {
            let before = got.last().copied();
            let page = contents::versions(&mut conn, &id("con", 0), before, 5).await.unwrap();
            if page.is_empty() {
                break;
            }
            got.extend(page.into_iter().map(|v| v.number));
        }
        assert_eq!(got, (1..=12).rev().collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_journeys_own_copy_takes_a_number_and_is_never_the_newest() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.write().await;
        let of_journey = StoredVersion { journey_id: Some(id("jrn", 0)), ..version(2) };
        contents::insert_version(&mut conn, &of_journey).await.unwrap();
        assert_eq!(
            contents::get_version(&mut conn, &of_journey.id).await.unwrap().as_ref(),
            Some(&of_journey)
        );
        let newest = contents::newest_version(&mut conn, &id("con", 0)).await.unwrap();
        assert_eq!(newest, Some(version(1)));
        let asked = vec![id("con", 0), "con_none".to_owned()];
        assert_eq!(contents::newest_versions(&mut conn, asked).await.unwrap(), [version(1)]);
        assert_eq!(contents::next_number(&mut conn, &id("con", 0)).await.unwrap(), 3);
        assert_eq!(contents::next_number(&mut conn, "con_none").await.unwrap(), 1);
        let all = contents::versions(&mut conn, &id("con", 0), None, 5).await.unwrap();
        assert_eq!(all, [of_journey, version(1)]);
    })
    .await;
}

#[tokio::test]
async fn known_ids_are_told_from_unknown_ones() {
    on_both(async |t| {
        seeded(t).await;
        let mut conn = t.read().await;
        let asked = vec![id("ver", 1), id("hyp", 0), "ver_none".to_owned()];
        let versions = contents::version_ids(&mut conn, asked.clone()).await.unwrap();
        assert_eq!(versions, [(id("ver", 1), id("hyp", 0))]);
        assert_eq!(contents::hypothesis_ids(&mut conn, asked).await.unwrap(), [id("hyp", 0)]);
        assert_eq!(contents::version_ids(&mut conn, Vec::new()).await.unwrap(), []);
        assert_eq!(contents::hypothesis_ids(&mut conn, Vec::new()).await.unwrap(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn versions_and_the_journeys_through_them_are_counted() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 3).await;
        contents::insert_version(&mut conn, &version(2)).await.unwrap();
        contents::insert_content(&mut conn, &content(1)).await.unwrap();
        let asked = vec![id("con", 0), id("con", 1), "con_none".to_owned()];
        assert_eq!(contents::tally(&mut conn, asked).await.unwrap(), [(id("con", 0), 2, 3)]);
        let versions = vec![id("ver", 1), id("ver", 2)];
        assert_eq!(contents::journeys_of(&mut conn, versions.clone()).await.unwrap(), [(id("ver", 1), 3)]);
        let price = version(2).price;
        journeys::give(&mut conn, &id("jrn", 1), &id("ver", 2), &id("hyp", 0), price, NOW_MS).await.unwrap();
        let mut given = contents::journeys_of(&mut conn, versions.clone()).await.unwrap();
        given.sort();
        assert_eq!(given, [(id("ver", 1), 2), (id("ver", 2), 1)], "each counts where it is");
        let mut found = contents::versions_by_ids(&mut conn, versions).await.unwrap();
        found.sort_by_key(|v| v.number);
        assert_eq!(found, [version(1), version(2)]);
        let asked = vec![id("hyp", 0), "hyp_none".to_owned()];
        assert_eq!(contents::hypotheses(&mut conn, asked).await.unwrap(), [hypothesis(0)]);
    })
    .await;
}
