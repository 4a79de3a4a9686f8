//! What the address asks for, and where the page leads.

use super::{PARTS, part, read, summary};
use crate::routes::insights::{cohort, paid};
use crate::util::on_both;

#[tokio::test]
async fn a_period_leaves_out_what_began_before() {
    on_both(async |app| {
        cohort(app, "old", 3, 50).await;
        cohort(app, "new", 2, 3).await;
        for (query, want) in [
            ("", "5 journeys"),
            ("&period=30d", "2 journeys"),
            ("&period=90d", "5 journeys"),
            ("&from=2026-10-01&to=2026-10-10", "3 journeys"),
            ("&segment=industry%3Dnew", "2 journeys"),
            ("&livemode=true", "0 journeys"),
        ] {
            let words = summary(app, query).await;
            assert!(words.contains(want), "{query}: {words}");
        }
        let words = summary(app, "&period=30d&compare=before").await;
        assert!(words.contains("In the time before there were 3 journeys."), "{words}");
    })
    .await;
}

#[tokio::test]
async fn what_was_chosen_stays_chosen() {
    on_both(async |app| {
        let id = cohort(app, "old", 1, 60).await[0].content_version_id.clone();
        let content =
            app.get(&format!("/api/v1/versions/{id}")).await["content_id"].as_str().unwrap().to_owned();
        let query = format!("by=category&horizon=p90&period=90d&compare=before&content={content}");
        let html = app.page(&format!("/intelligence?{query}")).await.text;
        for chosen in [
            "<option value=\"category\" selected>",
            "<option value=\"p90\" selected>",
            "<option value=\"before\" selected>",
            &format!("<option value=\"{content}\" selected>old</option>"),
            "aria-current=\"true\">90 days",
        ] {
            assert!(html.contains(chosen), "{chosen}: {html}");
        }
        assert!(
            html.contains(&format!("content={content}&#38;piece=true")),
            "the parts ask the same: {html}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_question_is_named() {
    on_both(async |app| {
        for query in
            ["by=mood", "horizon=366", "period=decade", "currency=dollars", "from=yesterday", "segment=food"]
        {
            let answer = app.page(&format!("/intelligence?{query}")).await;
            assert_eq!(answer.status, 422, "{query}");
            let name = query.split('=').next().unwrap();
            assert!(answer.text.contains(name), "{query}: {}", answer.text);
        }
        assert_eq!(app.page("/intelligence/fortune").await.status, 404);
    })
    .await;
}

/// A CSV link leads to the same numbers.
#[tokio::test]
async fn every_part_has_its_csv_and_is_a_page_of_its_own() {
    on_both(async |app| {
        for journey in cohort(app, "some", 12, 40).await.iter().take(6) {
            paid(app, journey, 2).await;
        }
        let mut seen = 0;
        for slug in PARTS {
            let html = part(app, slug, "&period=90d&by=segment").await;
            for rest in html.split("<a href=\"/api/").skip(1) {
                let href = rest[..rest.find('"').unwrap()].replace("&#38;", "&");
                let csv = app.page(&format!("/api/{href}")).await;
                assert_eq!(csv.status, 200, "{slug}: {href}");
                assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"), "{href}");
                seen += 1;
            }
            let alone = app.page(&format!("/intelligence/{slug}")).await;
            assert_eq!(alone.status, 200);
            assert!(read(&alone.text).contains("All parts"), "{slug}");
        }
        assert!(seen >= PARTS.len(), "{seen}");
    })
    .await;
}

#[tokio::test]
async fn nobody_reads_it_without_signing_in() {
    on_both(async |app| {
        for path in ["/intelligence", "/intelligence/conversion", "/intelligence/live"] {
            let request = app.request(None, "GET", path).header("accept", "text/html");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 303, "{path}");
            assert!(answer.headers()["location"].to_str().unwrap().starts_with("/sign-in"), "{answer:?}");
        }
    })
    .await;
}
