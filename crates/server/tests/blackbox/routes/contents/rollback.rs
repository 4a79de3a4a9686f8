//! `POST /api/v1/contents/{id}/rollback`.

use super::grown;
use crate::util::make::{content, hypothesis};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

#[tokio::test]
async fn an_earlier_version_is_taken_up_again_as_a_new_one() {
    on_both(async |app| {
        let (id, versions) = grown(app).await;
        let body = json!({"version_id": versions[0]["id"], "hypothesis": hypothesis()});
        let path = format!("/api/v1/contents/{id}/rollback");
        let answer = app.call(Some(Role::Editor), "POST", &path, Some(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let made = answer.json;
        for field in ["pages", "price", "elements", "content_id"] {
            assert_eq!(made[field], versions[0][field], "{field}");
        }
        assert_eq!((&made["number"], &made["parent_id"]), (&json!(4), &versions[0]["id"]));
        assert!(
            versions.iter().all(|v| v["hypothesis_id"] != made["hypothesis_id"] && v["id"] != made["id"])
        );
        let contents = app.get("/api/v1/contents").await;
        assert_eq!(contents["items"][0]["version"], made, "it is the newest now");
        let all = app.get(&format!("/api/v1/contents/{id}/versions")).await;
        assert_eq!(all["items"][3], versions[0], "what it was taken from is as it was");
        let mut body = content();
        body.as_object_mut().unwrap().remove("name");
        let next = app.post(&format!("/api/v1/contents/{id}/versions"), &body).await;
        assert_eq!((&next["number"], &next["parent_id"]), (&json!(5), &made["id"]));
    })
    .await;
}

#[tokio::test]
async fn a_rollback_needs_a_hypothesis_and_a_version_of_this_content() {
    on_both(async |app| {
        let (id, versions) = grown(app).await;
        let (other, _) = grown(app).await;
        let path = format!("/api/v1/contents/{id}/rollback");
        let refused = async |body| {
            let answer = app.call(Some(Role::Editor), "POST", &path, Some(&body)).await;
            answer.problem(422, "invalid")
        };
        let without = json!({"version_id": versions[0]["id"]});
        assert_eq!(refused(without).await, ["hypothesis.statement", "hypothesis.category"]);
        let unknown = json!({"version_id": "ver_none", "hypothesis": hypothesis()});
        assert_eq!(refused(unknown).await, ["version_id"]);
        let path = format!("/api/v1/contents/{other}/rollback");
        let foreign = json!({"version_id": versions[0]["id"], "hypothesis": hypothesis()});
        let answer = app.call(Some(Role::Editor), "POST", &path, Some(&foreign)).await;
        assert_eq!(answer.problem(422, "invalid"), ["version_id"]);
    })
    .await;
}
