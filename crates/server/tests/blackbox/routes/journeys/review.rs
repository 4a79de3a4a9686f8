//! `/api/v1/journeys/{id}/review`: what the seller makes of a journey, two people at once (SPEC D2).

use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;
use store::audit;

const EDITOR: Option<Role> = Some(Role::Editor);

#[tokio::test]
async fn a_review_is_empty_until_it_is_saved_and_then_what_was_saved() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/review", app.journey().await.id);
        let empty = app.get(&path).await;
        assert_eq!(
            (&empty["revision"], &empty["factors"], &empty["changed_by"]),
            (&json!(0), &json!(""), &Value::Null)
        );
        let body = json!({"revision": 0, "factors": "Price\r\nand time", "to_repeat": "Call"});
        let saved = app.call(EDITOR, "PUT", &path, Some(&body)).await;
        assert_eq!(saved.headers["etag"], "\"1\"");
        let saved = saved.ok();
        assert_eq!(saved, app.get(&path).await);
        assert_eq!(saved["factors"], "Price\nand time", "line ends are those of texts");
        assert_eq!(saved["changed_by"], "Test editor");
        let later = app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 1, "factors": ""}))).await.ok();
        assert_eq!(
            (&later["revision"], &later["factors"], &later["to_repeat"]),
            (&json!(2), &json!(""), &json!("Call"))
        );
    })
    .await;
}

#[tokio::test]
async fn who_saves_second_is_told_and_loses_nothing() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/review", app.journey().await.id);
        app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "factors": "Ana's"}))).await.ok();
        let late = app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "factors": "Ben's"}))).await;
        assert_eq!((late.status, &late.json["code"]), (409, &json!("changed_meanwhile")));
        assert_eq!(late.json["current"]["factors"], "Ana's");
        assert_eq!(late.json["yours"], json!({"factors": "Ben's"}));
        assert_eq!(app.get(&path).await["factors"], "Ana's");
        let again = json!({"revision": late.json["current"]["revision"], "factors": "Ana's and Ben's"});
        assert_eq!(app.call(EDITOR, "PUT", &path, Some(&again)).await.ok()["revision"], 2);
        let never = app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 9, "factors": "x"}))).await;
        assert_eq!(never.status, 409, "{}", never.text);
    })
    .await;
}

/// Ana on the one tab and Ben on the other do not meet.
#[tokio::test]
async fn analysis_and_learning_do_not_stop_each_other() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/review", app.journey().await.id);
        app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "to_change": "Ben's"}))).await.ok();
        let saved =
            app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "factors": "Ana's"}))).await.ok();
        assert_eq!(
            (&saved["to_change"], &saved["factors"], &saved["revision"]),
            (&json!("Ben's"), &json!("Ana's"), &json!(2))
        );
        let same =
            app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "factors": "Ana's"}))).await.ok();
        assert_eq!(same["revision"], 2, "what is there already needs no save");
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_saves() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/review", app.journey().await.id);
        let saves = (0..8).map(|n| {
            let (path, body) = (path.clone(), json!({"revision": 0, "factors": format!("text {n}")}));
            async move { app.call(EDITOR, "PUT", &path, Some(&body)).await.status }
        });
        let mut statuses = futures_util::future::join_all(saves).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    })
    .await;
}

#[tokio::test]
async fn the_revision_may_come_as_if_match_and_must_come() {
    on_both(async |app| {
        let path = format!("/api/v1/journeys/{}/review", app.journey().await.id);
        let body = json!({"factors": "x"});
        let missing = app.call(EDITOR, "PUT", &path, Some(&body)).await;
        assert_eq!(missing.problem(422, "invalid"), ["revision"]);
        for (tag, status) in [("\"0\"", 200), ("\"0\"", 200), ("\"7\"", 200), ("nonsense", 422)] {
            let request = app.request(EDITOR, "PUT", &path).header("if-match", tag).json(&body);
            assert_eq!(
                request.send().await.unwrap().status(),
                status,
                "{tag}: nothing changes after the first"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_automatic_note_follows_the_facts_until_a_person_writes_one() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let body = json!({"client_id": client, "content_version_id": app.version().await,
            "started_at": "2026-11-19T02:00:00Z"});
        let journey = app.journey_with(&body).await;
        let path = format!("/api/v1/journeys/{}/review", journey.id);
        assert_eq!(app.get(&path).await["automatic_note"], Value::Null, "nothing is decided");
        app.deliver(&Pay::of("learn", &journey.id).success()).await;
        app.sweep().await;
        let note = app.get(&path).await["automatic_note"].as_str().unwrap().to_owned();
        assert!(
            note.starts_with("Paid $500.00, 3 d after the start.")
                && note.contains("40 %, within 5 days: it was in time"),
            "{note}"
        );
        let body = json!({"revision": 0, "learning_note": "They waited for the board."});
        let saved = app.call(EDITOR, "PUT", &path, Some(&body)).await.ok();
        assert_eq!(
            (&saved["learning_note"], &saved["automatic_note"]),
            (&json!("They waited for the board."), &json!(note))
        );
    })
    .await;
}

#[tokio::test]
async fn a_save_is_in_the_audit_log_and_in_the_stream_without_its_text() {
    on_both(async |app| {
        let journey = app.journey().await;
        let path = format!("/api/v1/journeys/{}/review", journey.id);
        let mut told = app.server.app.live.subscribe(None).receiver;
        app.call(EDITOR, "PUT", &path, Some(&json!({"revision": 0, "factors": "secret"}))).await.ok();
        let change = told.recv().await.unwrap();
        assert_eq!((change.change.change, &change.change.journey_id), ("review", &journey.id));
        let log = audit::list(
            &mut app.server.app.db.read().await.unwrap(),
            &store::audit::AuditFilter::default(),
            None,
            1,
        )
        .await
        .unwrap();
        assert_eq!((log[0].action.as_str(), log[0].object_id.as_ref()), ("review.save", Some(&journey.id)));
        assert!(!log[0].detail.contains("secret"), "{}", log[0].detail);
    })
    .await;
}
