//! `/api/v1/tokens`: made, used, revoked.

use crate::util::make::text;
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

#[tokio::test]
async fn a_token_works_until_it_is_revoked() {
    on_both(async |app| {
        let body = json!({"name": "Nightly export", "role": "viewer"});
        let made = app.call(Some(Role::Owner), "POST", "/api/v1/tokens", Some(&body)).await.ok();
        let (id, secret) = (text(&made, "id"), text(&made, "token"));
        let ask = async |method: &str, path: &str| {
            let request = app.request(None, method, path).bearer_auth(&secret).json(&json!({}));
            request.send().await.unwrap().status().as_u16()
        };
        let listed = async || {
            let list = app.call(Some(Role::Owner), "GET", "/api/v1/tokens", None).await;
            assert!(!list.text.contains(&secret), "shown once");
            list.json["items"].as_array().unwrap().iter().find(|t| t["id"] == id.as_str()).unwrap().clone()
        };
        assert_eq!(listed().await["last_used_at"], Value::Null);
        assert_eq!(ask("GET", "/api/v1/journeys").await, 200);
        assert_eq!(ask("POST", "/api/v1/clients").await, 403);
        assert_eq!(ask("GET", "/api/v1/tokens").await, 403);
        app.until("its use is noted", async || match listed().await["last_used_at"].as_str() {
            Some(at) if at.starts_with("2026-11-22T02:14:15") => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        let path = format!("/api/v1/tokens/{id}");
        for _ in 0..2 {
            assert_eq!(app.call(Some(Role::Owner), "DELETE", &path, None).await.status, 204);
        }
        assert_eq!(ask("GET", "/api/v1/journeys").await, 401);
        assert_eq!(listed().await["revoked_at"], "2026-11-22T02:14:15.120Z");
    })
    .await;
}
