//! `store::lists`: whatever leads and however it is sorted, the answer is the one that looking at every journey gives.

use crate::common::rows::{NOW_MS, client, content, id, judgement, seed, usd, version};
use crate::common::{TestDb, on_both};
use ledger::{Currency, Money, Outcome, PaymentStatus};
use std::cmp::Reverse;
use store::clients::StoredClient;
use store::contents::StoredHypothesis;
use store::journeys::{self, StoredJourney};
use store::lists::{self, From, JourneyFilter, SCAN_ROWS, Sort};
use store::{clients, contents, entries};

const COUNT: usize = 60;

/// Of journey n: everything differs somehow.
fn journey(n: usize) -> StoredJourney {
    let hour = i64::try_from(n * 7 % 50).unwrap();
    let currency = if n.is_multiple_of(4) { "eur" } else { "usd" };
    StoredJourney {
        client_id: id("cli", n),
        content_version_id: id("ver", 1 + n % 2 * 10),
        hypothesis_id: id("hyp", n % 3 / 2),
        livemode: !n.is_multiple_of(5),
        price: Money::new(100 * i64::try_from(n % 9).unwrap() + 1, Currency::parse(currency).unwrap()),
        started_at_ms: NOW_MS + hour * 3_600_000,
        changed_at_ms: NOW_MS + i64::try_from(n * 13 % 40).unwrap(),
        judgement: judgement(Outcome::ALL[n % 2], PaymentStatus::ALL[n % 3]),
        ..crate::common::rows::journey(n)
    }
}

fn person(n: usize) -> StoredClient {
    let pairs = [("country", ["DE", "FR"][n % 2]), ("size", ["small", "large", "huge"][n % 3])];
    StoredClient {
        name: format!("Client {n}{}", if n.is_multiple_of(6) { " Lima" } else { "" }),
        attributes: pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        ..client(n)
    }
}

async fn filled(t: &TestDb) {
    let mut conn = t.write().await;
    seed(&mut conn).await;
    contents::insert_content(&mut conn, &content(1)).await.unwrap();
    let other = StoredHypothesis { category: "price".to_owned(), ..crate::common::rows::hypothesis(1) };
    contents::insert_hypothesis(&mut conn, &other).await.unwrap();
    let second = store::contents::StoredVersion { content_id: id("con", 1), number: 1, ..version(11) };
    contents::insert_version(&mut conn, &second).await.unwrap();
    clients::insert_all(&mut conn, &(1..COUNT).map(person).collect::<Vec<_>>()).await.unwrap();
    journeys::insert_all(&mut conn, &(1..COUNT).map(journey).collect::<Vec<_>>()).await.unwrap();
    conn.commit().await.unwrap();
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a filter's field")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// Each filter alone, with another, and all of them.
fn filters() -> Vec<JourneyFilter> {
    let set: [fn(&mut JourneyFilter); 8] = [
        |f| f.livemode = Some(true),
        |f| f.outcome = text("responded"),
        |f| f.payment_status = text("failed"),
        |f| f.content_id = Some(id("con", 1)),
        |f| f.category = text("price"),
        |f| f.segment = Some(("size".to_owned(), "huge".to_owned())),
        |f| (f.from_ms, f.before_ms) = (Some(NOW_MS + 10 * 3_600_000), Some(NOW_MS + 30 * 3_600_000)),
        |f| f.q = text("LIM cli"),
    ];
    let mut all = vec![JourneyFilter::default()];
    for (n, one) in set.iter().enumerate() {
        for other in &set[n..] {
            let mut filter = JourneyFilter::default();
            one(&mut filter);
            other(&mut filter);
            all.push(filter);
        }
    }
    all
}

async fn wanted(t: &TestDb, filter: &JourneyFilter, sort: Sort) -> Vec<String> {
    let ids = (1..COUNT).map(|n| id("jrn", n)).collect();
    let mut lines = journeys::lines(&mut t.read().await, ids).await.unwrap();
    lines.retain(|line| lists::fits(filter, line));
    let key = |j: &StoredJourney| {
        sort.key(
            &j.id,
            j.started_at_ms,
            j.changed_at_ms,
            j.price.currency.as_str().to_owned(),
            j.price.amount_minor,
        )
    };
    match sort {
        Sort::Oldest => lines.sort_by_key(|line| key(&line.journey)),
        _ => lines.sort_by_key(|line| Reverse(key(&line.journey))),
    }
    lines.into_iter().map(|line| line.journey.id).collect()
}

/// All pages there, then all of them back.
async fn paged(t: &TestDb, filter: &JourneyFilter, sort: Sort, limit: i64) -> (Vec<String>, Vec<String>) {
    let mut conn = t.read().await;
    let (mut there, mut back, mut from) = (Vec::new(), Vec::new(), From::Start);
    let ids = |page: &lists::Listed| page.lines.iter().map(|l| l.journey.id.clone()).collect::<Vec<_>>();
    loop {
        let page = lists::list(&mut conn, filter, sort, &from, limit).await.unwrap();
        assert_eq!(page.searched_to_ms, None, "few enough to look at all");
        there.extend(ids(&page));
        match page.next {
            Some(next) => from = From::After(sort.read(&next.text()).unwrap()),
            None => break,
        }
    }
    let last = there.last().map(|last| {
        let (last, number) = (last.clone(), last[4..].parse().unwrap());
        let j: StoredJourney = journey(number);
        sort.key(
            &last,
            j.started_at_ms,
            j.changed_at_ms,
            j.price.currency.as_str().to_owned(),
            j.price.amount_minor,
        )
    });
    let mut from = last;
    while let Some(key) = from {
        let page = lists::list(&mut conn, filter, sort, &From::Before(key), limit).await.unwrap();
        back.splice(0..0, ids(&page));
        from = page.previous;
    }
    (there, back)
}

#[tokio::test]
async fn every_filter_in_every_order_gives_what_fits_there_and_back() {
    on_both(async |t| {
        filled(t).await;
        for filter in filters() {
            for sort in Sort::ALL {
                let want = wanted(t, &filter, sort).await;
                let (there, mut back) = paged(t, &filter, sort, 7).await;
                assert_eq!(there, want, "{sort:?} {filter:?}");
                back.extend(want.last().cloned());
                assert_eq!(back, want, "back: {sort:?} {filter:?}");
            }
        }
        let found = wanted(t, &filters()[36], Sort::Newest).await;
        assert!(!found.is_empty() && found.len() < 12, "the test tests something: {found:?}");
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_words_by_how_they_begin() {
    on_both(async |t| {
        filled(t).await;
        for (q, want) in
            [("client 5", 11), ("EXAMPLE", 59), ("lim", 9), ("ima", 0), ("%", 0), ("client59@", 1), ("5", 11)]
        {
            let filter = JourneyFilter { q: text(q), ..JourneyFilter::default() };
            let page =
                lists::list(&mut t.read().await, &filter, Sort::Newest, &From::Start, 200).await.unwrap();
            assert_eq!(page.lines.len(), want, "{q}");
        }
        let filter = JourneyFilter { q: Some(id("jrn", 3)), ..JourneyFilter::default() };
        let page = lists::list(&mut t.read().await, &filter, Sort::Newest, &From::Start, 9).await.unwrap();
        assert_eq!(page.lines[0].journey.id, id("jrn", 3));
    })
    .await;
}

#[tokio::test]
async fn a_walk_that_finds_nothing_says_how_far_it_came() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        let count = usize::try_from(SCAN_ROWS).unwrap() + 1500;
        // The one that is looked for is the oldest of many; nothing rarer leads to it.
        let made = |n: usize| StoredJourney {
            started_at_ms: NOW_MS + i64::try_from(n).unwrap(),
            judgement: match n {
                0 => judgement(Outcome::Responded, PaymentStatus::Failed),
                _ if n.is_multiple_of(2) => judgement(Outcome::Pending, PaymentStatus::Failed),
                _ => judgement(Outcome::Responded, PaymentStatus::None),
            },
            ..crate::common::rows::journey(n)
        };
        journeys::insert_all(&mut conn, &(0..count).map(made).collect::<Vec<_>>()).await.unwrap();
        let filter = JourneyFilter {
            outcome: text("responded"),
            payment_status: text("failed"),
            ..JourneyFilter::default()
        };
        let mut page = lists::list(&mut conn, &filter, Sort::Changed, &From::Start, 5).await.unwrap();
        assert!(page.lines.is_empty() && page.searched_to_ms.is_some(), "{page:?}");
        let next = page.next.unwrap();
        page = lists::list(&mut conn, &filter, Sort::Changed, &From::After(next), 5).await.unwrap();
        assert_eq!(page.lines[0].journey.id, id("jrn", 0));
        assert_eq!((page.next, page.searched_to_ms), (None, None), "the end is an end");
    })
    .await;
}

#[tokio::test]
async fn entries_follow_what_they_are_of() {
    on_both(async |t| {
        filled(t).await;
        let mut conn = t.write().await;
        let all: Vec<_> = (1..COUNT).map(journey).collect();
        let differences = entries::differences(&mut conn, &all).await.unwrap();
        assert!(differences.is_empty(), "{differences:?}");
        let paid = StoredJourney {
            judgement: judgement(Outcome::Paid, PaymentStatus::Paid),
            changed_at_ms: 9,
            ..journey(1)
        };
        journeys::save(&mut conn, std::slice::from_ref(&paid)).await.unwrap();
        journeys::give(&mut conn, &id("jrn", 2), &id("ver", 11), &id("hyp", 1), usd(5), NOW_MS)
            .await
            .unwrap();
        let renamed = StoredClient {
            name: "Zoë".to_owned(),
            attributes: [("a".to_owned(), "b".to_owned())].into(),
            ..person(3)
        };
        conn.commit().await.unwrap();
        t.raw("UPDATE client SET name = 'Zoë', attributes = '{\"a\":\"b\"}' WHERE id = 'cli_000003'")
            .await
            .unwrap();
        let mut conn = t.write().await;
        entries::client_changed(&mut conn, &person(3), &renamed).await.unwrap();
        let found = journeys::by_ids(&mut conn, all.iter().map(|j| j.id.clone()).collect()).await.unwrap();
        assert!(entries::differences(&mut conn, &found).await.unwrap().is_empty());
        for (q, segment) in [(text("zoë"), None), (None, Some(("a".to_owned(), "b".to_owned())))] {
            let filter = JourneyFilter { q, segment, ..JourneyFilter::default() };
            let page = lists::list(&mut conn, &filter, Sort::Newest, &From::Start, 9).await.unwrap();
            assert_eq!(page.lines.iter().map(|l| l.journey.id.as_str()).collect::<Vec<_>>(), [id("jrn", 3)]);
        }
        conn.commit().await.unwrap();
        t.raw("UPDATE journey_entry SET outcome = 'ghosted' WHERE journey_id = 'jrn_000004'").await.unwrap();
        t.raw("DELETE FROM journey_segment WHERE journey_id = 'jrn_000005'").await.unwrap();
        let wrong = entries::differences(&mut t.read().await, &found).await.unwrap();
        assert_eq!(wrong.into_iter().collect::<Vec<_>>(), [id("jrn", 4), id("jrn", 5)]);
    })
    .await;
}

/// A database of an earlier version has journeys and no entries.
#[tokio::test]
async fn what_was_stored_before_there_were_lists_is_entered_by_the_migration() {
    on_both(async |t| {
        filled(t).await;
        for sql in [
            "DELETE FROM journey_entry",
            "DELETE FROM journey_segment",
            "DELETE FROM client_word",
            "DELETE FROM journey_tally",
            "UPDATE client SET words = ''",
        ] {
            sqlx_raw(t, sql).await;
        }
        t.db.migrate().await.unwrap();
        let found =
            journeys::by_ids(&mut t.read().await, (1..COUNT).map(|n| id("jrn", n)).collect()).await.unwrap();
        assert!(entries::differences(&mut t.read().await, &found).await.unwrap().is_empty());
        let mut want = store::tally::Sums::new();
        store::tally::add(&mut want, &found, 1);
        assert_eq!(store::tally::all(&mut t.read().await).await.unwrap(), want);
        let filter = JourneyFilter { q: text("lima"), ..JourneyFilter::default() };
        let page = lists::list(&mut t.read().await, &filter, Sort::Newest, &From::Start, 99).await.unwrap();
        assert_eq!(page.lines.len(), 9);
    })
    .await;
}

async fn sqlx_raw(t: &TestDb, sql: &'static str) {
    t.raw(sql).await.unwrap();
}
