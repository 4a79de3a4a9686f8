//! While the journeys are being read after a start: the page says so and fills later; every other page answers.

use super::PARTS;
use crate::util::app::{Setup, node, token};
use crate::util::on_both;
use server::api::access::Role;

const READING: &str = "The journeys are still being read";

#[tokio::test]
async fn the_page_says_that_journeys_are_being_read_and_other_pages_answer_meanwhile() {
    on_both(async |app| {
        app.journey().await;
        // A server that starts now cannot read what its columns need.
        app.database.meddle("ALTER TABLE hypothesis RENAME TO hypothesis_elsewhere").await;
        let second = node(&app.database.url, &app.clock, &Setup::default()).await;
        let get = async |path: &str| {
            let url = format!("http://{}{path}", second.address);
            let cookie = format!("whypaid={}", token(Role::Viewer));
            let request = app.http.get(url).header("cookie", cookie).header("accept", "text/html");
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let (status, page) = get("/intelligence").await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains(READING) && page.contains("This page fills by itself."), "{page}");
        assert!(page.contains("data-version=\"\""), "as of no change yet: {page}");
        for slug in PARTS {
            for query in ["", "?piece=true", "?horizon=p90&compare=before&period=30d"] {
                let (status, part) = get(&format!("/intelligence/{slug}{query}")).await;
                assert_eq!(status, 200, "{slug}{query}: {part}");
                assert!(part.contains(READING), "{slug}{query}: {part}");
                for sign in ["<svg class=\"drawing", "is-more", "is-less", "▲", "▼", "is-use", "NaN"] {
                    assert!(!part.contains(sign), "{slug}{query} shows {sign}: {part}");
                }
            }
        }
        for path in ["/payments", "/events", "/readyz", "/healthz"] {
            assert_eq!(get(path).await.0, 200, "{path}");
        }
        app.database.meddle("ALTER TABLE hypothesis_elsewhere RENAME TO hypothesis").await;
        app.until("the summary is there", async || {
            let (_, summary) = get("/intelligence/summary?piece=true").await;
            if summary.contains("One journey so far") { Ok(()) } else { Err(summary) }
        })
        .await;
        second.stop().await.unwrap();
    })
    .await;
}
