//! `store::reconciliations` and `store::leases`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id, ids, snapshot, strings};
use store::reconciliations::{
    self as all, Difference, DifferenceFilter, ReconciliationFilter, StoredReconciliation,
};
use store::{StoreError, leases, snapshots};

fn one(n: usize) -> StoredReconciliation {
    StoredReconciliation {
        id: id("rec", n),
        livemode: n.is_multiple_of(2),
        since_s: (n.is_multiple_of(2)).then_some(NOW_MS / 1000),
        started_at_ms: NOW_MS,
        finished_at_ms: None,
        progress: "{}".to_owned(),
    }
}

fn difference(n: usize) -> Difference {
    Difference {
        object_id: id("ch", n),
        kind: "charges".to_owned(),
        currency: (n.is_multiple_of(2)).then(|| "usd".to_owned()),
        what: "amount".to_owned(),
        stripe: (n.is_multiple_of(3)).then(|| "5".to_owned()),
        ours: None,
    }
}

#[tokio::test]
async fn they_come_back_as_they_were_newest_first() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for n in 0..4 {
            all::insert(&mut conn, &one(n)).await.unwrap();
        }
        let any = ReconciliationFilter::default();
        assert_eq!(all::list(&mut conn, any, None, 2).await.unwrap(), [one(3), one(2)]);
        assert_eq!(all::list(&mut conn, any, Some(&id("rec", 2)), 5).await.unwrap(), [one(1), one(0)]);
        let done =
            StoredReconciliation { finished_at_ms: Some(NOW_MS + 1), progress: "[1]".to_owned(), ..one(1) };
        all::save(&mut conn, &done).await.unwrap();
        assert_eq!(all::get(&mut conn, &done.id).await.unwrap(), Some(done));
        assert_eq!(all::get(&mut conn, "rec_none").await.unwrap(), None);
        let lost = all::save(&mut conn, &one(9)).await;
        assert!(matches!(lost, Err(StoreError::LostWrite(_))), "{lost:?}");
    })
    .await;
}

#[tokio::test]
async fn differences_are_paged_and_the_first_of_an_object_stays() {
    on_both(async |t| {
        let mut conn = t.write().await;
        all::insert(&mut conn, &one(0)).await.unwrap();
        let found: Vec<Difference> = (0..5).map(difference).collect();
        all::add_differences(&mut conn, &id("rec", 0), &found).await.unwrap();
        let other = Difference { what: "other".to_owned(), ..difference(1) };
        all::add_differences(&mut conn, &id("rec", 0), &[other]).await.unwrap();
        let any = DifferenceFilter::default();
        assert_eq!(all::count_differences(&mut conn, &id("rec", 0)).await.unwrap(), 5);
        assert_eq!(all::differences(&mut conn, &id("rec", 0), &any, "", 2).await.unwrap(), found[..2]);
        assert_eq!(
            all::differences(&mut conn, &id("rec", 0), &any, &id("ch", 1), 9).await.unwrap(),
            found[2..]
        );
        assert_eq!(all::differences(&mut conn, &id("rec", 1), &any, "", 9).await.unwrap(), []);
        let mut filtered = async |filter: DifferenceFilter| {
            all::differences(&mut conn, &id("rec", 0), &filter, "", 9).await.unwrap()
        };
        let some = |text: &str| Some(text.to_owned());
        let usd = DifferenceFilter { currency: some("usd"), ..any.clone() };
        assert_eq!(filtered(usd).await, [difference(0), difference(2), difference(4)]);
        let refunds = DifferenceFilter { kind: some("refunds"), ..any.clone() };
        assert_eq!(filtered(refunds).await, []);
        let one = DifferenceFilter { kind: some("charges"), object_id: Some(id("ch", 3)), ..any };
        assert_eq!(filtered(one).await, [difference(3)]);
    })
    .await;
}

/// The alarm and the hourly run must see past those that never came to their end, and past the other mode's.
#[tokio::test]
async fn the_newest_that_finished_is_found() {
    on_both(async |t| {
        let mut conn = t.write().await;
        let done = |n: usize| StoredReconciliation { finished_at_ms: Some(NOW_MS), ..one(n) };
        let other_mode = |n: usize| StoredReconciliation { livemode: !one(n).livemode, ..done(n) };
        let mode = one(0).livemode;
        assert_eq!(all::newest_finished(&mut conn, mode).await.unwrap(), None);
        for r in [done(0), done(1), other_mode(2)] {
            all::insert(&mut conn, &r).await.unwrap();
        }
        for n in 3..40 {
            let running = StoredReconciliation { livemode: mode, finished_at_ms: None, ..one(n) };
            all::insert(&mut conn, &running).await.unwrap();
        }
        assert_eq!(all::newest_finished(&mut conn, !mode).await.unwrap(), Some(other_mode(2)));
        let newest = all::newest_finished(&mut conn, mode).await.unwrap().unwrap();
        assert_eq!(newest.id, if one(1).livemode == mode { id("rec", 1) } else { id("rec", 0) });
        all::add_differences(&mut conn, &id("rec", 5), &[difference(0)]).await.unwrap();
        let differs = ReconciliationFilter { livemode: Some(mode), differs: true };
        let found = all::list(&mut conn, differs, None, 9).await.unwrap();
        assert_eq!(found.into_iter().map(|r| r.id).collect::<Vec<_>>(), [id("rec", 5)]);
    })
    .await;
}

#[tokio::test]
async fn what_stripe_did_not_list_is_found() {
    on_both(async |t| {
        let mut conn = t.write().await;
        all::insert(&mut conn, &one(0)).await.unwrap();
        let rows: Vec<_> = (0..6).map(snapshot).collect();
        snapshots::upsert(&mut conn, &rows).await.unwrap();
        let with_facts: Vec<String> =
            rows.iter().filter(|r| r.facts.is_some()).map(|r| r.id.clone()).collect();
        let found = async |conn: &mut store::Conn, after: &str| {
            let found = all::unseen(conn, &id("rec", 0), after, 100).await.unwrap();
            found.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(found(&mut conn, "").await, with_facts);
        for _ in 0..2 {
            all::add_seen(&mut conn, &id("rec", 0), with_facts[..2].to_vec()).await.unwrap();
        }
        assert_eq!(found(&mut conn, "").await, with_facts[2..]);
        assert_eq!(found(&mut conn, &with_facts[2]).await, with_facts[3..]);
        all::save(&mut conn, &StoredReconciliation { finished_at_ms: Some(1), ..one(0) }).await.unwrap();
        assert_eq!(found(&mut conn, "").await, with_facts, "forgotten at the end");
    })
    .await;
}

#[tokio::test]
async fn events_that_no_webhook_brought_are_remembered() {
    on_both(async |t| {
        let mut conn = t.write().await;
        for _ in 0..2 {
            all::add_taken_in(&mut conn, ids("evt", 3)).await.unwrap();
        }
        let known = all::taken_in(&mut conn, strings(["evt_000001", "evt_x"])).await.unwrap();
        assert_eq!(known.into_iter().collect::<Vec<_>>(), ["evt_000001"]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_ends() {
    on_both(async |t| {
        let mut conn = t.write().await;
        assert_eq!(leases::until_ms(&mut conn, "x").await.unwrap(), None);
        assert!(leases::take(&mut conn, "x", "a", 100, 0).await.unwrap());
        assert!(!leases::take(&mut conn, "x", "b", 200, 99).await.unwrap());
        assert!(leases::take(&mut conn, "y", "b", 200, 99).await.unwrap(), "another one");
        assert!(leases::take(&mut conn, "x", "a", 150, 50).await.unwrap(), "renewed");
        assert_eq!(leases::until_ms(&mut conn, "x").await.unwrap(), Some(150));
        assert!(leases::take(&mut conn, "x", "b", 300, 150).await.unwrap(), "it has ended");
        leases::release(&mut conn, "x", "a").await.unwrap();
        assert!(!leases::take(&mut conn, "x", "a", 300, 151).await.unwrap(), "not a's to release");
        leases::release(&mut conn, "x", "b").await.unwrap();
        assert!(leases::take(&mut conn, "x", "a", 300, 151).await.unwrap());
    })
    .await;
}
