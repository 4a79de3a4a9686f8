//! `/journeys/new`: one form, one link (SPEC J1).

use crate::routes::pages::words;
use crate::util::make::text;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const EDITOR: Role = Role::Editor;
const STATEMENT: &str = "Naming the guarantee in the first line makes them pay sooner.";

#[tokio::test]
async fn a_new_client_gets_a_link() {
    on_both(async |app| {
        let version = app.version().await;
        let html = app.page_as(EDITOR, "/journeys/new").await.text;
        assert!(
            html.contains("A money-back guarantee removes the risk that stops small shops.</textarea>"),
            "filled in: {html}"
        );
        assert!(html.contains("Guarantee offer v1 · $500.00"), "{html}");
        let sent = [
            ("do", "create"),
            ("whose", "new"),
            ("name", "Eva <Lima>"),
            ("email", "eva@example.com"),
            ("company", ""),
            ("attributes", "size=small"),
            ("content_version_id", version.as_str()),
            ("statement", STATEMENT),
            ("category", "clarity"),
            ("probability", "40 %"),
            ("days", "5"),
            ("price", "450,50"),
            ("currency", "eur"),
        ];
        let made = app.press(Some(EDITOR), "/journeys/new", &sent).await;
        assert_eq!(made.status, 303, "{}", words(&made.text));
        let location = made.headers["location"].to_str().unwrap().to_owned();
        let page = app.page_as(EDITOR, &location).await.text;
        let id = location.split('/').nth(2).unwrap();
        let journey = app.journey_now(id).await;
        assert!(
            page.contains(r#"data-copy="link""#)
                && page.contains(&format!(r#"value="{}""#, journey.link))
                && page.contains("Eva &#60;Lima&#62;’s link"),
            "{page}"
        );
        assert!(page.contains(&format!("{}?preview", journey.link)));
        assert_eq!((journey.price.amount_minor, journey.price.currency.as_str()), (45_050, "eur"));
        let hypothesis = app.get(&format!("/api/v1/hypotheses/{}", journey.hypothesis_id)).await;
        assert_eq!(
            (&hypothesis["predicted_probability"], &hypothesis["predicted_days"]),
            (&json!(0.4), &json!(5))
        );
    })
    .await;
}

#[tokio::test]
async fn an_existing_client_is_found_and_the_versions_own_hypothesis_is_kept() {
    on_both(async |app| {
        let version = app.version().await;
        let client = app.client("ana@example.com", None).await;
        let find = [
            ("do", "find"),
            ("whose", "known"),
            ("q", "LIMA"),
            ("statement", "kept as it is"),
            ("content_version_id", version.as_str()),
        ];
        let found = app.press(Some(EDITOR), "/journeys/new", &find).await;
        assert_eq!(found.status, 200);
        assert!(
            found.text.contains(&format!(r#"name="client_id" value="{client}""#))
                && found.text.contains("kept as it is")
        );
        let own = crate::util::make::hypothesis();
        let sent = [
            ("do", "create"),
            ("whose", "known"),
            ("client_id", client.as_str()),
            ("content_version_id", version.as_str()),
            ("statement", own["statement"].as_str().unwrap()),
            ("category", "risk-reversal"),
            ("probability", "40"),
            ("days", "5"),
        ];
        let made = app.press(Some(EDITOR), "/journeys/new", &sent).await;
        let journey =
            app.journey_now(made.headers["location"].to_str().unwrap().split('/').nth(2).unwrap()).await;
        let version = app.get(&format!("/api/v1/versions/{version}")).await;
        assert_eq!(journey.hypothesis_id, text(&version, "hypothesis_id"), "not a copy of it");
        assert_eq!(journey.client_id, client);
    })
    .await;
}

#[tokio::test]
async fn every_fault_stands_beside_its_field_and_nothing_typed_is_lost() {
    on_both(async |app| {
        let version = app.version().await;
        let sent = [
            ("do", "create"),
            ("whose", "new"),
            ("name", "Eva"),
            ("email", "eva"),
            ("attributes", "size"),
            ("content_version_id", version.as_str()),
            ("statement", "too short"),
            ("category", "my own"),
            ("probability", "140"),
            ("days", "soon"),
            ("price", "1,234.50"),
            ("currency", "usd"),
        ];
        let answer = app.press(Some(EDITOR), "/journeys/new", &sent).await;
        assert_eq!(answer.status, 422);
        let shown = words(&answer.text);
        for fault in [
            "Must be an e-mail address such as ana@example.com.",
            "“size” has no “=”. Write a line each: key=value.",
            "Must have at least 20 characters; it has 9.",
            "Must be a number from 0 to 100.",
            "Must be a whole number from 0 to 3650.",
            "Must be an amount such as 500.00, without thousands separators.",
        ] {
            assert!(shown.contains(fault), "{fault}: {shown}");
        }
        for (_, typed) in &sent[2..] {
            assert!(answer.text.contains(typed), "{typed} is lost");
        }
        assert_eq!(app.get("/api/v1/clients").await["items"], json!([]));
        let nobody = app.press(Some(EDITOR), "/journeys/new", &[("whose", "known"), sent[5]]).await;
        assert!(words(&nobody.text).contains("Find the client and choose them."), "{}", words(&nobody.text));
    })
    .await;
}

#[tokio::test]
async fn what_was_learnt_begins_the_next_journey() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let body = json!({"revision": 0, "next_hypothesis": STATEMENT});
        app.call(Some(EDITOR), "PUT", &format!("/api/v1/journeys/{id}/review"), Some(&body)).await.ok();
        let learning = app.page_as(EDITOR, &format!("/journeys/{id}/learning")).await.text;
        assert!(learning.contains(&format!("/journeys/new?from={id}")), "{learning}");
        let html = app.page_as(EDITOR, &format!("/journeys/new?from={id}")).await.text;
        assert!(
            html.contains(&format!(">\n{STATEMENT}</textarea>")) && html.contains(r#"value="risk-reversal""#),
            "{html}"
        );
    })
    .await;
}

#[tokio::test]
async fn without_any_content_the_page_says_what_to_do_first() {
    on_both(async |app| {
        let html = app.page_as(EDITOR, "/journeys/new").await.text;
        assert!(words(&html).contains("Write the first content") && html.contains("/contents/new"));
    })
    .await;
}
