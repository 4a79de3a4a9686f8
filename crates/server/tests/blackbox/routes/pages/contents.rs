//! `/contents/…` (SPEC J3).

use super::spaced as words;
use crate::util::make::{content, hypothesis, text};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const EDITOR: Role = Role::Editor;
const WHY: &str = "A shorter text is read to its end, and then paid.";

#[tokio::test]
async fn contents_are_listed_with_what_became_of_them() {
    on_both(async |app| {
        let empty = words(&app.page_as(EDITOR, "/contents").await.text);
        assert!(empty.contains("No contents yet") && empty.contains("Write the first one"), "{empty}");
        let journey = app.journey().await;
        let shown = words(&app.page("/contents").await.text);
        assert!(shown.contains("Guarantee offer v1 A money-back guarantee"), "{shown}");
        assert!(shown.contains("risk-reversal $500.00 1 1 just now"), "{shown}");
        let file = app.page("/contents.csv").await.text;
        assert!(file.contains(",Guarantee offer,1,1,1,50000,usd,risk-reversal,A money-back"), "{file}");
        assert_eq!(app.page("/contents?after=x").await.status, 422);
        let version = app.get(&format!("/api/v1/versions/{}", journey.content_version_id)).await;
        let shown = words(&app.page(&format!("/contents/{}", text(&version, "content_id"))).await.text);
        assert!(
            shown.contains("Version 1 Newest") && shown.contains("40 % likely, within 5 days"),
            "{shown}"
        );
        assert!(shown.contains("anchor=yes headline=question $500.00 1"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_a_new_version_and_needs_a_hypothesis_on_the_server() {
    on_both(async |app| {
        let id = text(&app.post("/api/v1/contents", &content()).await, "id");
        let path = format!("/contents/{id}/edit");
        let html = app.page_as(EDITOR, &path).await.text;
        assert!(
            html.contains(">\n# Hello</textarea>")
                && html.contains("anchor=yes\nheadline=question</textarea>"),
            "{html}"
        );
        let mut sent = vec![
            ("do", "save"),
            ("activation", "# Better"),
            ("agreement", "Terms"),
            ("confirmation", "Thanks"),
            ("processing", "Soon"),
            ("price", "450"),
            ("currency", "usd"),
            ("elements", "headline=answer"),
            ("category", "clarity"),
        ];
        let refused = app.press(Some(EDITOR), &path, &sent).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("statement-fault") && refused.text.contains(">\n# Better</textarea>"),
            "{}",
            refused.text
        );
        sent.push(("statement", WHY));
        assert_eq!(app.press(Some(EDITOR), &path, &sent).await.status, 303);
        let versions = app.get(&format!("/api/v1/contents/{id}/versions")).await["items"].clone();
        assert_eq!(
            (versions.as_array().unwrap().len(), &versions[0]["price"]["amount_minor"]),
            (2, &json!(45_000))
        );
        assert_eq!(versions[0]["elements"], json!({"headline": "answer"}));
        let compared = format!(
            "/contents/{id}/compare?from={}&to={}",
            text(&versions[1], "id"),
            text(&versions[0], "id")
        );
        let html = app.page(&compared).await.text;
        for piece in [
            "<del>$500.00</del>",
            "<ins>$450.00</ins>",
            "<del>Hello</del>",
            "<ins>Better</ins>",
            "<ins>answer</ins>",
        ] {
            assert!(html.contains(piece), "{piece}: {html}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_shows_the_pages_and_saves_nothing() {
    on_both(async |app| {
        let sent = [("do", "preview"), ("name", "Draft"), ("activation", "# Big *news* <script>x</script>")];
        let answer = app.press(Some(EDITOR), "/contents/new", &sent).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer.text.contains("<h2>Big <em>news</em>") && !answer.text.contains("<script>x"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains(r#"value="Draft""#));
        assert_eq!(app.get("/api/v1/contents").await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_new_content_is_written_in_one_form() {
    on_both(async |app| {
        let long = "ä".repeat(90_000);
        let sent = [
            ("do", "save"),
            ("name", "Offer"),
            ("activation", long.as_str()),
            ("agreement", long.as_str()),
            ("confirmation", "c"),
            ("processing", "p"),
            ("price", "5"),
            ("currency", "JPY"),
            ("elements", ""),
            ("statement", WHY),
            ("category", "price"),
            ("probability", ""),
            ("days", ""),
        ];
        let made = app.press(Some(EDITOR), "/contents/new", &sent).await;
        assert_eq!(made.status, 303, "{}", words(&made.text));
        let items = app.get("/api/v1/contents").await["items"].clone();
        assert_eq!(
            made.headers["location"].to_str().unwrap(),
            format!("/contents/{}", text(&items[0], "id"))
        );
        assert_eq!(items[0]["version"]["price"], json!({"amount_minor": 5, "currency": "jpy"}));
    })
    .await;
}

#[tokio::test]
async fn an_earlier_version_is_taken_up_again_with_a_reason() {
    on_both(async |app| {
        let made = app.post("/api/v1/contents", &content()).await;
        let (id, first) = (text(&made, "id"), text(&made["version"], "id"));
        let mut second = content();
        second.as_object_mut().unwrap().remove("name");
        second["pages"]["activation"] = json!("Other");
        app.post(&format!("/api/v1/contents/{id}/versions"), &second).await;
        let page = app.page_as(EDITOR, &format!("/contents/{id}/rollback?version={first}")).await;
        assert!(words(&page.text).contains("Take up version 1 again"));
        let path = format!("/contents/{id}/rollback");
        let refused = app.press(Some(EDITOR), &path, &[("version", &first), ("statement", "short")]).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let sent = [("version", first.as_str()), ("statement", WHY), ("category", "clarity")];
        assert_eq!(app.press(Some(EDITOR), &path, &sent).await.status, 303);
        let newest = app.get(&format!("/api/v1/contents/{id}/versions")).await["items"][0].clone();
        assert_eq!((&newest["number"], &newest["pages"]["activation"]), (&json!(3), &json!("# Hello")));
    })
    .await;
}

#[tokio::test]
async fn a_page_is_seen_as_the_client_sees_it() {
    on_both(async |app| {
        let made = app.post("/api/v1/contents", &content()).await;
        let (id, version) = (text(&made, "id"), text(&made["version"], "id"));
        let base = format!("/contents/{id}/versions/{version}");
        for (step, title, words_of_it) in
            [("activation", "Welcome", "Hello"), ("processing", "What happens next", "One moment")]
        {
            let page = app.page(&format!("{base}/{step}")).await;
            let shown = words(&page.text);
            assert!(
                shown.contains("Preview.") && shown.contains(title) && shown.contains(words_of_it),
                "{shown}"
            );
        }
        for wrong in
            [format!("{base}/nothing"), format!("/contents/{id}/versions/none"), "/contents/none".to_owned()]
        {
            assert_eq!(app.page(&wrong).await.status, 404, "{wrong}");
        }
        let other = text(&app.post("/api/v1/contents", &content()).await, "id");
        assert_eq!(app.page(&format!("/contents/{other}/versions/{version}")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn one_clients_copy_changes_for_nobody_else() {
    on_both(async |app| {
        let (ana, ben) = (app.journey().await, app.client("ben@example.com", None).await);
        let body = json!({"client_id": ben, "content_version_id": ana.content_version_id});
        let ben = app.journey_with(&body).await;
        let path = format!("/journeys/{}/content", ana.id);
        assert!(app.page_as(EDITOR, &path).await.text.contains(">\n# Hello</textarea>"));
        let why = hypothesis();
        let sent = [
            ("do", "save"),
            ("activation", "# Dear Ana"),
            ("agreement", "Terms"),
            ("confirmation", "c"),
            ("processing", "p"),
            ("price", "500"),
            ("currency", "usd"),
            ("statement", why["statement"].as_str().unwrap()),
            ("category", "clarity"),
        ];
        let saved = app.press(Some(EDITOR), &path, &sent).await;
        assert_eq!(saved.status, 303, "{}", words(&saved.text));
        assert_ne!(app.journey_now(&ana.id).await.content_version_id, ana.content_version_id);
        assert_eq!(app.journey_now(&ben.id).await.content_version_id, ana.content_version_id);
    })
    .await;
}
