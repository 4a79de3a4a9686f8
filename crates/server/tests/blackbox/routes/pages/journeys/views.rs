//! Saved views: `/journeys/views` and `/api/v1/saved-views`.

use super::super::words;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

#[tokio::test]
async fn a_view_is_saved_shown_and_forgotten() {
    on_both(async |app| {
        app.journey_named("Ana", false).await;
        let query = ("query", "livemode=false&sort=price&outcome=paid");
        let saved = app.press(Some(Role::Viewer), "/journeys/views", &[("name", "Big <ones>"), query]).await;
        let to = saved.headers["location"].to_str().unwrap().to_owned();
        assert_eq!((saved.status, to.as_str()), (303, "/?livemode=false&outcome=paid&sort=price"));
        let html = app.page(&to).await.text;
        assert!(words(&html).contains("Big &#60;ones&#62;") && html.contains("view is-current"), "{html}");
        let views = app.page("/api/v1/saved-views").await.ok();
        let id = views["items"][0]["id"].as_str().unwrap();
        assert_eq!(views["items"][0]["query"], "outcome=paid&sort=price");
        let others = app.call(Some(Role::Editor), "GET", "/api/v1/saved-views", None).await.ok();
        assert_eq!(others["items"], json!([]), "a person's own");
        app.press(Some(Role::Viewer), &format!("/journeys/views/{id}/delete"), &[]).await;
        assert_eq!(app.page("/api/v1/saved-views").await.ok()["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_everybody_sees_is_for_editors_to_change() {
    on_both(async |app| {
        let body = json!({"name": "Failed", "query": "payment_status=failed", "shared": true});
        let path = "/api/v1/saved-views";
        app.call(Some(Role::Viewer), "POST", path, Some(&body)).await.problem(403, "forbidden");
        let made = app.call(Some(Role::Editor), "POST", path, Some(&body)).await.ok();
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(app.get(path).await["items"][0]["name"], "Failed");
        app.call(Some(Role::Viewer), "DELETE", &one, None).await.problem(403, "forbidden");
        assert_eq!(app.call(Some(Role::Owner), "DELETE", &one, None).await.status, 204);
        app.call(Some(Role::Owner), "DELETE", &one, None).await.problem(404, "not_found");
        let wrong = json!({"name": "x", "query": "outcome=rich"});
        let faults = app.call(Some(Role::Editor), "POST", path, Some(&wrong)).await.problem(422, "invalid");
        assert_eq!(faults, ["query"]);
    })
    .await;
}
