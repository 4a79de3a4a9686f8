//! `POST /api/v1/journeys` with a client that is made together with it (SPEC J1).

use crate::util::make::{hypothesis, text};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const EDITOR: Option<Role> = Some(Role::Editor);

#[tokio::test]
async fn a_client_and_their_journey_are_made_in_one_step() {
    on_both(async |app| {
        let client = json!({"name": "Eva", "email": "EVA@example.com", "company": "Lima", "attributes": {"size": "small"}});
        let body = json!({"client": client, "content_version_id": app.version().await, "hypothesis": hypothesis()});
        let journey = app.post("/api/v1/journeys", &body).await;
        let made = app.get(&format!("/api/v1/clients/{}", text(&journey, "client_id"))).await;
        assert_eq!((&made["email"], &made["attributes"]), (&json!("eva@example.com"), &json!({"size": "small"})));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_made_when_anything_is_wrong() {
    on_both(async |app| {
        let version = app.version().await;
        let good = json!({"name": "Eva", "email": "eva@example.com"});
        for (body, at_fault) in [
            (
                json!({"client": {"name": "Eva", "email": "eva"}, "content_version_id": version}),
                vec!["client.email"],
            ),
            (json!({"client": good, "content_version_id": "ver_none"}), vec!["content_version_id"]),
            (json!({"client": good, "client_id": "cli_1", "content_version_id": version}), vec!["client_id"]),
            (json!({"client": "Eva", "content_version_id": version}), vec!["client.name", "client.email"]),
            (json!({"content_version_id": version}), vec!["client_id"]),
        ] {
            let answer = app.call(EDITOR, "POST", "/api/v1/journeys", Some(&body)).await;
            assert_eq!(answer.problem(422, "invalid"), at_fault, "{body}");
        }
        assert_eq!(app.get("/api/v1/clients").await["items"], json!([]));
    })
    .await;
}
