//! `GET /api/v1/contents/{id}/compare`, `GET /api/v1/versions/{id}`, `GET /api/v1/hypotheses/{id}`.

use super::grown;
use crate::util::make::{content, hypothesis};
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;

fn told(pieces: &Value) -> String {
    let piece = |p: &Value| match p["change"].as_str().unwrap() {
        "same" => p["text"].as_str().unwrap().to_owned(),
        "removed" => format!("[-{}-]", p["text"].as_str().unwrap()),
        "added" => format!("[+{}+]", p["text"].as_str().unwrap()),
        other => panic!("{other}"),
    };
    pieces.as_array().unwrap().iter().map(piece).collect()
}

#[tokio::test]
async fn two_versions_are_compared_word_by_word() {
    on_both(async |app| {
        let (id, versions) = grown(app).await;
        let (from, to) = (versions[0]["id"].as_str().unwrap(), versions[2]["id"].as_str().unwrap());
        let found = app.get(&format!("/api/v1/contents/{id}/compare?from={from}&to={to}")).await;
        assert_eq!(told(&found["pages"]["activation"]), "# Hello[+ again 3+]");
        assert_eq!(told(&found["pages"]["agreement"]), "Terms[+ and more+]");
        assert_eq!(told(&found["pages"]["confirmation"]), "Thank you");
        assert_eq!(told(&found["pages"]["processing"]), "One [-moment-][+moment, please+]");
        assert_eq!(found["price_changed"], true);
        assert_eq!(found["from"]["price"], json!({"amount_minor": 50_000, "currency": "usd"}));
        assert_eq!((&found["from"]["number"], &found["to"]["number"]), (&json!(1), &json!(3)));
        let elements = json!([
            {"key": "headline", "from": "question", "to": null}, {"key": "tone", "from": null, "to": "warm"}
        ]);
        assert_eq!(found["elements"], elements);
        let same = app.get(&format!("/api/v1/contents/{id}/compare?from={from}&to={from}")).await;
        assert_eq!(
            (told(&same["pages"]["activation"]), &same["price_changed"]),
            ("# Hello".to_owned(), &json!(false))
        );
        assert_eq!(same["elements"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_compared_is_named() {
    on_both(async |app| {
        let (id, versions) = grown(app).await;
        let first = versions[0]["id"].as_str().unwrap();
        let other = app.post("/api/v1/contents", &content()).await;
        let stranger = other["version"]["id"].as_str().unwrap();
        let table = [
            (String::new(), vec!["from", "to"]),
            (format!("from={first}"), vec!["to"]),
            (format!("from={first}&to=ver_none"), vec!["to"]),
            (format!("from={}&to={first}", "x".repeat(600)), vec!["from"]),
            (format!("from={stranger}&to={stranger}"), vec!["from"]),
        ];
        for (query, fields) in table {
            let path = format!("/api/v1/contents/{id}/compare?{query}");
            let answer = app.call(Some(Role::Viewer), "GET", &path, None).await;
            assert_eq!(answer.problem(422, "invalid"), fields, "{query:.60}");
        }
        // What one content took from another can be looked at.
        app.get(&format!("/api/v1/contents/{id}/compare?from={first}&to={stranger}")).await;
    })
    .await;
}

#[tokio::test]
async fn a_version_and_its_hypothesis_are_found_by_their_ids() {
    on_both(async |app| {
        let (_, versions) = grown(app).await;
        for version in versions {
            let id = version["id"].as_str().unwrap();
            assert_eq!(app.get(&format!("/api/v1/versions/{id}")).await, version);
            let id = version["hypothesis_id"].as_str().unwrap();
            let mut found = app.get(&format!("/api/v1/hypotheses/{id}")).await;
            let fields = found.as_object_mut().unwrap();
            assert_eq!(fields.remove("id"), Some(json!(id)));
            assert_eq!(fields.remove("created_at"), Some(json!("2026-11-22T02:14:15.120Z")));
            assert_eq!(found, hypothesis());
        }
    })
    .await;
}
