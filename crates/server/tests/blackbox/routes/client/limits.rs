//! Client pages are slowed down per link and per address.

use super::{header, link, page};
use crate::util::on_both;

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
        let answer = app.until("the link has to wait", async || {
            let answer = app.open_link(&path).await;
            if answer.status == 429 { Ok(answer) } else { Err(answer.status.to_string()) }
        });
        let answer = answer.await;
        assert!(page(&answer, 429).contains("Please wait a minute"));
        assert!(header(&answer, "retry-after").parse::<u64>().is_ok_and(|s| (1..=60).contains(&s)));
        assert_eq!(app.open_link(&other).await.status, 200);
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
        app.until("the address has to wait", async || {
            let answer = app.open_as("/j/x", &[("x-forwarded-for", "192.0.2.200")]).await;
            if answer.status == 429 { Ok(()) } else { Err(answer.status.to_string()) }
        })
        .await;
        // The seller's own pages go on.
        app.get("/api/v1/journeys").await;
    })
    .await;
}
