//! `store::withdrawals`.

use crate::common::on_both;
use crate::common::rows::{NOW_MS, id, ids, seed_journeys};
use store::withdrawals::{self, Withdrawal};

fn withdrawal(n: usize) -> Withdrawal {
    Withdrawal { journey_id: id("jrn", n), at_ms: NOW_MS, actor: "Ana".to_owned() }
}

#[tokio::test]
async fn a_link_is_withdrawn_once_and_restored_once() {
    on_both(async |t| {
        let mut conn = t.write().await;
        seed_journeys(&mut conn, 3).await;
        assert_eq!(withdrawals::of(&mut conn, ids("jrn", 3)).await.unwrap(), []);
        assert!(withdrawals::withdraw(&mut conn, &withdrawal(1)).await.unwrap());
        let again = Withdrawal { at_ms: NOW_MS + 1, actor: "Ben".to_owned(), ..withdrawal(1) };
        assert!(!withdrawals::withdraw(&mut conn, &again).await.unwrap());
        assert_eq!(withdrawals::of(&mut conn, ids("jrn", 3)).await.unwrap(), [withdrawal(1)]);
        assert_eq!(withdrawals::of(&mut conn, Vec::new()).await.unwrap(), []);
        assert!(!withdrawals::restore(&mut conn, &id("jrn", 0)).await.unwrap());
        assert!(withdrawals::restore(&mut conn, &id("jrn", 1)).await.unwrap());
        assert!(!withdrawals::restore(&mut conn, &id("jrn", 1)).await.unwrap());
        assert_eq!(withdrawals::of(&mut conn, ids("jrn", 3)).await.unwrap(), []);
        assert!(withdrawals::withdraw(&mut conn, &again).await.unwrap());
        assert!(withdrawals::withdraw(&mut conn, &withdrawal(9)).await.is_err(), "there is no such journey");
    })
    .await;
}
