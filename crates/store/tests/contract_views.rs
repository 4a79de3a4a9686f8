//! `store::views`.

use crate::common::rows::{NOW_MS, id, ids};
use crate::common::{HARD_TEXTS, ROW_COUNTS, on_both};
use store::views::{self, PageView};

fn view(n: usize) -> PageView {
    PageView {
        journey_id: id("jrn", 0),
        id: id("viw", n),
        at_ms: NOW_MS,
        step: "activation".to_owned(),
        content_version_id: id("ver", 1),
        visible_ms: 0,
    }
}

#[tokio::test]
async fn views_come_back_as_they_were_newest_first_within_their_journey() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let other = PageView { journey_id: id("jrn", 1), ..view(999) };
        views::insert(&mut conn, std::slice::from_ref(&other)).await.unwrap();
        for count in ROW_COUNTS {
            let all: Vec<PageView> = (0..count).map(view).collect();
            views::insert(&mut conn, &all).await.unwrap();
        }
        let mut got: Vec<String> = Vec::new();
        loop {
            let before = got.last().map(String::as_str);
            let page = views::of_journey(&mut conn, &id("jrn", 0), before, 300).await.unwrap();
            if page.is_empty() {
                break;
            }
            got.extend(page.into_iter().map(|v| v.id));
        }
        let mut want = ids("viw", 1000);
        want.reverse();
        assert_eq!(got, want);
        for (n, text) in HARD_TEXTS.into_iter().enumerate() {
            let odd =
                PageView { step: text.to_owned(), at_ms: i64::MAX, journey_id: id("jrn", 2), ..view(n) };
            views::insert(&mut conn, std::slice::from_ref(&odd)).await.unwrap();
            assert_eq!(views::of_journey(&mut conn, &id("jrn", 2), None, 1).await.unwrap(), [odd]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_view_is_seen_no_longer_than_it_has_been_there() {
    on_both(async |t| {
        let mut conn = t.write().await;
        views::insert(&mut conn, &[view(1)]).await.unwrap();
        // (said, ms after it was served, whether it counts, seen in all)
        let table = [
            (0, 10, false, 0),
            (300, 1_000, true, 300),
            (300, 2_000, false, 300),
            (200, 2_000, false, 300),
            (9_000, 2_000, true, 2_000),
            (i64::MAX, 2_500, true, 2_500),
            (9_000, -5_000, false, 2_500),
            (-1, 60_000, false, 2_500),
        ];
        for (said, after_ms, counts, seen) in table {
            let now_ms = NOW_MS + after_ms;
            let noted = views::seen(&mut conn, &id("jrn", 0), &id("viw", 1), said, now_ms).await.unwrap();
            let view = views::of_journey(&mut conn, &id("jrn", 0), None, 1).await.unwrap().remove(0);
            assert_eq!((noted, view.visible_ms), (counts, seen), "{said} after {after_ms}");
        }
        let now_ms = NOW_MS + 60_000;
        assert!(!views::seen(&mut conn, &id("jrn", 1), &id("viw", 1), 5_000, now_ms).await.unwrap());
        assert!(!views::seen(&mut conn, &id("jrn", 0), &id("viw", 2), 5_000, now_ms).await.unwrap());
    })
    .await;
}
