//! Client pages are slowed down per link and per address. The test's clock stands, so nothing is let in again meanwhile.

use super::{header, link, page};
use crate::util::on_both;
use std::time::Duration;

/// Requests that one link takes at once.
const LINK_BURST: usize = 60;
/// Likewise one address.
const ADDRESS_BURST: usize = 120;

#[tokio::test]
async fn a_link_opened_too_often_waits_and_others_do_not() {
    on_both(async |app| {
        let (path, other) = (link(&app.offered().await), link(&app.offered().await));
        for n in 0..LINK_BURST {
            assert_eq!(app.open_link(&path).await.status, 200, "{n}");
        }
        let answer = app.open_link(&path).await;
        assert!(page(&answer, 429).contains("Please wait a minute"));
        assert!(header(&answer, "retry-after").parse::<u64>().is_ok_and(|s| (1..=60).contains(&s)));
        assert_eq!(app.open_link(&other).await.status, 200);
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(app.open_link(&path).await.status, 200);
        assert_eq!(app.open_link(&path).await.status, 429);
    })
    .await;
}

#[tokio::test]
async fn guessing_links_is_slowed_down_whatever_the_headers_say() {
    on_both(async |app| {
        for n in 0..ADDRESS_BURST {
            let path = format!("/j/{n:048x}");
            assert_eq!(
                app.open_as(&path, &[("x-forwarded-for", &format!("192.0.2.{n}"))]).await.status,
                404,
                "{n}"
            );
        }
        let answer = app.open_as("/j/x", &[("x-forwarded-for", "192.0.2.200")]).await;
        assert_eq!(answer.status, 429);
        // The seller's own pages go on.
        app.get("/api/v1/journeys").await;
    })
    .await;
}
