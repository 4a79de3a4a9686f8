//! `POST /j/{token}/agreement`.

use super::{hidden, leads, link, offer, page};
use crate::util::TestApp;
use crate::util::answer::{Journey, List, read};
use crate::util::make::hypothesis;
use crate::util::on_both;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreement {
    at: String,
    content_version_id: String,
    text_sha256: String,
}

impl TestApp {
    async fn agreements(&self, journey: &Journey) -> Vec<Agreement> {
        let path = format!("/api/v1/journeys/{}/agreements", journey.id);
        read::<List<Agreement>>(&self.get(&path).await).items
    }

    /// The seller changes the text of this journey's agreement.
    async fn rewrite(&self, journey: &Journey, agreement: &str) {
        let body = json!({"pages": {"agreement": agreement}, "hypothesis": hypothesis()});
        self.post(&format!("/api/v1/journeys/{}/content", journey.id), &body).await;
    }
}

#[tokio::test]
async fn what_was_accepted_is_recorded() {
    on_both(async |app| {
        let journey = app.offered().await;
        assert_eq!(app.agreements(&journey).await, []);
        app.advance(90);
        let path = format!("{}/agreement", link(&journey));
        let sha256 = hidden(&app.open_link(&path).await.text, "sha256").unwrap();
        leads(&app.accepts(&journey).await, &format!("{}/confirmation", link(&journey)));
        let text = offer()["pages"]["agreement"].as_str().unwrap().to_owned();
        let want = Agreement {
            at: "2026-11-22T02:15:45.120Z".to_owned(),
            content_version_id: journey.content_version_id.clone(),
            text_sha256: server::api::access::token_hash(&text),
        };
        assert_eq!(want.text_sha256, sha256, "SHA-256 of the Markdown");
        assert_eq!(app.agreements(&journey).await, [want]);
        // Pressed twice, or sent again by the browser.
        app.advance(1);
        let again = app.send_form(&path, &[("agree", "yes"), ("sha256", &sha256)]).await;
        leads(&again, &format!("{}/confirmation", link(&journey)));
        assert_eq!(app.agreements(&journey).await.len(), 1);
        let read = page(&app.open_link(&path).await, 200);
        assert!(read.contains("You accepted this agreement That was on 22 Nov 2026."), "{read}");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_accepted_without_the_tick() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = format!("{}/agreement", link(&journey));
        let sha256 = hidden(&app.open_link(&path).await.text, "sha256").unwrap();
        let text = page(&app.send_form(&path, &[("sha256", &sha256)]).await, 422);
        assert!(text.contains("Please tick the box first"), "{text}");
        for body in
            ["", "agree=yes", "agree=yes&sha256=", "agree=yes&sha256=0", "%ff=%ff", "agree=yes&agree=yes"]
        {
            let answer = app.send_body(&path, body, &[("sec-fetch-site", "same-origin")]).await;
            page(&answer, 409);
        }
        assert_eq!(app.agreements(&journey).await, []);
        leads(&app.open_link(&format!("{}/confirmation", link(&journey))).await, &link(&journey));
    })
    .await;
}

#[tokio::test]
async fn a_changed_text_must_be_accepted_again_before_paying() {
    on_both(async |app| {
        let journey = app.offered().await;
        let (path, agreement) = (link(&journey), format!("{}/agreement", link(&journey)));
        let first = hidden(&app.open_link(&agreement).await.text, "sha256").unwrap();
        // While they read it.
        app.rewrite(&journey, "Terms, second text").await;
        let answer = app.send_form(&agreement, &[("agree", "yes"), ("sha256", &first)]).await;
        let text = page(&answer, 409);
        assert!(text.contains("This agreement has just changed") && text.contains("second text"), "{text}");
        app.accepts(&journey).await;
        assert!(page(&app.open_link(&path).await, 200).contains("To pay"));
        // After they accepted it.
        app.rewrite(&journey, "Terms, third text").await;
        let text = page(&app.open_link(&path).await, 200);
        assert!(
            text.contains("This agreement has changed You accepted an earlier text on 22 Nov 2026."),
            "{text}"
        );
        leads(&app.open_link(&format!("{path}/confirmation")).await, &path);
        leads(&app.send_form(&format!("{path}/pay"), &[("shown", "50000 usd")]).await, &path);
        app.advance(1);
        app.accepts(&journey).await;
        let accepted = app.agreements(&journey).await;
        assert_eq!(accepted.len(), 2);
        assert!(accepted[0].content_version_id != accepted[1].content_version_id);
        // Another page may change without asking again.
        let body = json!({"pages": {"activation": "# Hi"}, "hypothesis": hypothesis()});
        app.post(&format!("/api/v1/journeys/{}/content", journey.id), &body).await;
        assert!(page(&app.open_link(&path).await, 200).contains("To pay"));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_link_accepts_nothing() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = format!("{}/agreement", link(&journey));
        let sha256 = hidden(&app.open_link(&path).await.text, "sha256").unwrap();
        app.withdrawal("POST", &journey.id).await;
        let answer = app.send_form(&path, &[("agree", "yes"), ("sha256", &sha256)]).await;
        assert!(page(&answer, 410).contains("This link was withdrawn"));
        assert_eq!(app.agreements(&journey).await, []);
    })
    .await;
}
