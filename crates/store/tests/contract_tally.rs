//! `store::tally`: sums that are kept are those that counting gives.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, journey, judgement, seed};
use ledger::{Currency, Judgement, Outcome, PaymentStatus};
use store::journeys::{self, StoredJourney};
use store::tally::{self, Front, Sums};

fn paid(n: usize, currency: &str, net_minor: i64, after_ms: i64) -> StoredJourney {
    let judgement = Judgement {
        currency: Currency::parse(currency).unwrap(),
        net_minor,
        paid_at_ms: Some(NOW_MS + after_ms),
        ..judgement(Outcome::Paid, PaymentStatus::Paid)
    };
    StoredJourney { judgement, ..journey(n) }
}

#[tokio::test]
async fn sums_follow_every_change() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed(&mut conn).await;
        let minute = 60_000;
        let mut all = vec![journey(0), paid(1, "usd", 500, 3 * minute), paid(2, "usd", 700, 9 * minute)];
        all.push(paid(3, "eur", 900, 40 * 24 * 60 * minute));
        all.push(StoredJourney { livemode: false, ..paid(4, "usd", 11, minute) });
        journeys::insert_all(&mut conn, &all).await.unwrap();
        // A refund takes from the day of the payment.
        all[2] = paid(2, "usd", 100, 9 * minute);
        journeys::save(&mut conn, &all[2..3]).await.unwrap();
        let mut want = Sums::new();
        tally::add(&mut want, &all, 1);
        assert_eq!(tally::all(&mut conn).await.unwrap(), want);
        let states = tally::states(&mut conn, true).await.unwrap();
        let state = |o: &str, s: &str, n| (o.to_owned(), s.to_owned(), n);
        assert_eq!(states, [state("paid", "paid", 3), state("pending", "none", 1)]);
        let net = tally::net_since(&mut conn, true, NOW_MS).await.unwrap();
        assert_eq!(net.into_iter().collect::<Vec<_>>(), [("eur".to_owned(), 900), ("usd".to_owned(), 600)]);
        let later = tally::net_since(&mut conn, true, NOW_MS + 86_400_000).await.unwrap();
        assert_eq!(later.into_iter().collect::<Vec<_>>(), [("eur".to_owned(), 900)]);
        let median_ms = tally::median_paid_after_ms(&mut conn, true).await.unwrap().unwrap();
        assert!((9 * minute..10 * minute).contains(&median_ms), "{median_ms}");
        assert_eq!(tally::median_paid_after_ms(&mut conn, false).await.unwrap(), Some(90_000));
        for (livemode, since_ms) in [(true, NOW_MS), (true, NOW_MS + 86_400_000), (false, NOW_MS)] {
            let want = Front {
                live: tally::states(&mut conn, true).await.unwrap(),
                test: tally::states(&mut conn, false).await.unwrap(),
                net: tally::net_since(&mut conn, livemode, since_ms).await.unwrap(),
                median_paid_after_ms: tally::median_paid_after_ms(&mut conn, livemode).await.unwrap(),
            };
            assert_eq!(tally::front(&mut conn, livemode, since_ms).await.unwrap(), want);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_has_no_median() {
    on_both(async |t| {
        let mut conn = t.read().await;
        assert_eq!(tally::median_paid_after_ms(&mut conn, true).await.unwrap(), None);
        assert!(tally::states(&mut conn, true).await.unwrap().is_empty());
        assert_eq!(tally::front(&mut conn, true, NOW_MS).await.unwrap(), Front::default());
    })
    .await;
}
