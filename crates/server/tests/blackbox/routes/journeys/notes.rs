//! `/api/v1/journeys/{id}/notes` (SPEC D2).

use crate::util::answer::List;
use crate::util::make::text;
use crate::util::{TestApp, on_both};
use serde::Deserialize;
use serde_json::json;
use server::api::access::Role;
use store::audit;

const EDITOR: Option<Role> = Some(Role::Editor);
const OWNER: Option<Role> = Some(Role::Owner);

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    id: String,
    journey_id: String,
    at: String,
    author: String,
    text: String,
    tags: Vec<String>,
    priority: String,
    revision: i64,
    edited_at: Option<String>,
    edited_by: Option<String>,
}

async fn notes(app: &TestApp, path: &str) -> Vec<Note> {
    let list: List<Note> = serde_json::from_value(app.get(path).await).unwrap();
    list.items
}

#[tokio::test]
async fn notes_are_written_listed_changed_and_removed() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/notes", app.journey().await.id);
        let body =
            json!({"text": " Call on Friday ", "tags": ["call", " call ", "board"], "priority": "high"});
        let made: Note = serde_json::from_value(app.post(&path, &body).await).unwrap();
        assert_eq!(
            (made.text.as_str(), made.priority.as_str(), made.revision),
            ("Call on Friday", "high", 1)
        );
        assert_eq!(
            (made.tags.as_slice(), made.author.as_str()),
            (&["call".to_owned(), "board".to_owned()][..], "Test editor")
        );
        app.post(&path, &json!({"text": "Second"})).await;
        let all = notes(app, &path).await;
        assert_eq!(all.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["Second", "Call on Friday"]);
        assert_eq!((all[0].priority.as_str(), all[0].tags.len()), ("normal", 0));
        let one = format!("{path}/{}", made.id);
        let change = json!({"revision": 1, "text": "Call on Monday"});
        let changed: Note =
            serde_json::from_value(app.call(EDITOR, "PUT", &one, Some(&change)).await.ok()).unwrap();
        assert_eq!(
            (changed.revision, changed.tags.len(), changed.edited_by.as_deref()),
            (2, 0, Some("Test editor"))
        );
        assert_eq!(changed, serde_json::from_value(app.get(&one).await).unwrap());
        assert_eq!(app.call(EDITOR, "DELETE", &one, None).await.status, 204);
        app.call(EDITOR, "DELETE", &one, None).await.problem(404, "not_found");
        assert_eq!(notes(app, &path).await.len(), 1);
        let page = app.get(&format!("{path}?limit=1&after={}", all[0].id)).await;
        assert_eq!(page, json!({"items": [], "next": null}));
    })
    .await;
}

#[tokio::test]
async fn a_note_is_its_authors_and_the_owners() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/notes", app.journey().await.id);
        let of_owner = app.call(OWNER, "POST", &path, Some(&json!({"text": "The owner's"}))).await.ok();
        let of_editor = app.post(&path, &json!({"text": "The editor's"})).await;
        let change = json!({"revision": 1, "text": "x"});
        let theirs = format!("{path}/{}", text(&of_owner, "id"));
        app.call(EDITOR, "PUT", &theirs, Some(&change)).await.problem(403, "not_yours");
        app.call(EDITOR, "DELETE", &theirs, None).await.problem(403, "not_yours");
        let ours = format!("{path}/{}", text(&of_editor, "id"));
        assert_eq!(app.call(OWNER, "PUT", &ours, Some(&change)).await.ok()["edited_by"], "Test owner");
        assert_eq!(app.call(EDITOR, "DELETE", &ours, None).await.status, 204);
    })
    .await;
}

#[tokio::test]
async fn who_changes_a_note_second_is_told_and_loses_nothing() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/notes", app.journey().await.id);
        let one = format!("{path}/{}", text(&app.post(&path, &json!({"text": "first"})).await, "id"));
        app.call(EDITOR, "PUT", &one, Some(&json!({"revision": 1, "text": "Ana's"}))).await.ok();
        let late = app.call(EDITOR, "PUT", &one, Some(&json!({"revision": 1, "text": "Ben's"}))).await;
        assert_eq!((late.status, &late.json["code"]), (409, &json!("changed_meanwhile")));
        assert_eq!(
            (&late.json["current"]["text"], &late.json["yours"]["text"]),
            (&json!("Ana's"), &json!("Ben's"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_note_belongs_to_one_journey() {
    on_both(async |app| {
        let (a, b) = (app.journey().await.id, app.journey().await.id);
        let note = app.post(&format!("/api/v1/journeys/{a}/notes"), &json!({"text": "x"})).await;
        let wrong = format!("/api/v1/journeys/{b}/notes/{}", text(&note, "id"));
        for method in ["GET", "DELETE"] {
            app.call(OWNER, method, &wrong, None).await.problem(404, "not_found");
        }
        app.call(OWNER, "GET", "/api/v1/journeys/none/notes", None).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn each_change_of_a_note_is_in_the_audit_log() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/notes", app.journey().await.id);
        let one = format!("{path}/{}", text(&app.post(&path, &json!({"text": "secret"})).await, "id"));
        app.call(OWNER, "PUT", &one, Some(&json!({"revision": 1, "text": "other"}))).await.ok();
        app.call(OWNER, "DELETE", &one, None).await;
        let log = audit::list(
            &mut app.server.app.db.read().await.unwrap(),
            &store::audit::AuditFilter::default(),
            None,
            3,
        )
        .await
        .unwrap();
        let told: Vec<_> = log.iter().map(|e| (e.action.as_str(), e.actor.as_str())).collect();
        assert_eq!(
            told,
            [("note.delete", "Test owner"), ("note.edit", "Test owner"), ("note.add", "Test editor")]
        );
        assert!(log.iter().all(|e| !e.detail.contains("secret")));
    })
    .await;
}
