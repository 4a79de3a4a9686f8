//! `/settings/people.csv` and `/settings/tokens.csv`: what is shown, as files. SPEC D10.

use crate::util::app::token;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::{Role, token_hash};
use store::people;

async fn file(app: &TestApp, name: &str) -> String {
    let path = format!("/settings/{name}.csv");
    let answer = app.call(Some(Role::Owner), "GET", &path, None).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/csv; charset=utf-8"), "{path}");
    assert_eq!(answer.headers["content-disposition"], format!("attachment; filename=\"{name}.csv\""));
    answer.text
}

#[tokio::test]
async fn the_people_are_a_file_without_their_passwords() {
    on_both(async |app| {
        let body = json!({"name": "=cmd()", "email": "eve@example.com", "role": "viewer"});
        app.call(Some(Role::Owner), "POST", "/api/v1/people", Some(&body)).await.ok();
        let file = file(app, "people").await;
        let rows: Vec<&str> = file.lines().collect();
        assert_eq!(rows[0], "id,name,email,role,state,created_at");
        assert!(
            rows.iter().any(|row| row
                .ends_with(",Person viewer,viewer@example.com,viewer,active,2026-11-22T02:14:15.120Z")),
            "{file}"
        );
        assert!(file.contains(",'=cmd(),eve@example.com,viewer,invited,"), "no formula: {file}");
        let mut conn = app.server.app.db.read().await.unwrap();
        for person in people::list(&mut conn, None, 100).await.unwrap() {
            assert!(!file.contains("$argon2") && file.contains(&person.id), "{file}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_tokens_are_a_file_without_their_secrets() {
    on_both(async |app| {
        let body = json!({"name": "Nightly, export", "role": "viewer"});
        let made = app.call(Some(Role::Owner), "POST", "/api/v1/tokens", Some(&body)).await.ok();
        let (id, secret) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        app.call(Some(Role::Owner), "DELETE", &format!("/api/v1/tokens/{id}"), None).await;
        let file = file(app, "tokens").await;
        assert!(file.starts_with("id,name,role,created_at,last_used_at,revoked_at\r\n"), "{file}");
        let at = "2026-11-22T02:14:15";
        let row = file.lines().find(|row| row.starts_with(id)).expect("a row");
        assert!(row.starts_with(&format!("{id},\"Nightly, export\",viewer,{at}")), "{row}");
        assert!(row.contains(&format!("Z,,{at}")), "never used, revoked: {row}");
        for known in [secret, &token(Role::Owner)] {
            assert!(!file.contains(known) && !file.contains(&token_hash(known)), "{file}");
        }
    })
    .await;
}
