//! Many clicks at once, on several servers.

use super::{press, session_id};
use crate::util::app::{Setup, node};
use crate::util::fake_stripe::{Fault, with_stripe};
use futures_util::future::join_all;
use server::checkout;
use std::collections::BTreeSet;

/// Clicks at once, on each of two servers.
const CLICKS: usize = 8;

#[tokio::test]
async fn clicks_at_once_on_two_servers_open_one_session() {
    with_stripe(async |app, fake| {
        let setup = Setup {
            secret_key: Some("sk_test_blackbox"),
            stripe_api_base: Some(fake.base.clone()),
            ..Setup::default()
        };
        let other = node(&app.database.url, &app.clock, &setup).await;
        for fault in [Fault::None, Fault::Lost, Fault::Status(500), Fault::Garbage] {
            let client = app.client("races@example.com", None).await;
            let journey = app.journey_of(&client).await;
            let before = fake.open().len();
            fake.faults(&[fault; 3]);
            let here = (0..CLICKS).map(|_| checkout::open(&app.server.app, &journey.id));
            let there = (0..CLICKS).map(|_| checkout::open(&other.app, &journey.id));
            let opened = join_all(here.chain(there)).await;
            let ids: BTreeSet<String> =
                opened.iter().map(|o| o.as_ref().unwrap().session_id.clone()).collect();
            assert_eq!(ids.len(), 1, "{fault:?}: {opened:?}");
            assert_eq!(fake.open().len(), before + 1, "{fault:?}");
            let new = opened.iter().filter(|o| o.as_ref().unwrap().new).count();
            assert_eq!(new, 1, "{fault:?}: one of them opened it");
            let keys: BTreeSet<String> = fake.creations().into_iter().map(|asked| asked.key).collect();
            assert!(keys.contains(&format!("checkout-{}-1", journey.id)));
            assert!(!keys.contains(&format!("checkout-{}-2", journey.id)), "{fault:?}: one attempt");
            app.announce(&journey.id).await;
        }
        other.stop().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_price_that_changes_between_clicks_leaves_one_session_open() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        for price in [60_000, 70_000, 80_000] {
            let clicks = (0..CLICKS).map(|_| press(app, &journey.id));
            let change = async {
                let sql = format!("UPDATE journey SET amount_minor = {price} WHERE id = '{}'", journey.id);
                app.database.meddle(&sql).await;
            };
            let (answers, ()) = tokio::join!(join_all(clicks), change);
            assert!(answers.iter().all(|a| [200, 201].contains(&a.status)), "{answers:?}");
            let last = press(app, &journey.id).await;
            let id = session_id(&last, last.status);
            assert_eq!(fake.open(), [id], "{price}");
        }
    })
    .await;
}
