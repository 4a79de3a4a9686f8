//! `POST /journeys/{id}/{tab}`: what is written, and what happens when two people write at once.

use super::panel;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const EDITOR: Role = Role::Editor;

#[tokio::test]
async fn a_text_is_saved_by_its_form() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let path = format!("/journeys/{id}/analysis");
        let sent = [
            ("revision", "0"),
            ("factors", "Price\r\nTime"),
            ("deciding_factor", ""),
            ("missed_opportunities", ""),
        ];
        let saved = app.press(Some(EDITOR), &path, &sent).await;
        assert_eq!((saved.status, &saved.headers["location"]), (303, &path.parse().unwrap()));
        let html = app.page(&path).await.text;
        assert!(
            html.contains(r#"name="revision" value="1""#) && html.contains(">\nPrice\nTime</textarea>"),
            "{html}"
        );
    })
    .await;
}

#[tokio::test]
async fn both_texts_stand_side_by_side_when_somebody_saved_meanwhile() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let path = format!("/journeys/{id}/learning");
        let send = async |revision: &str, text: &str| {
            let sent =
                [("revision", revision), ("to_repeat", text), ("to_change", "same"), ("next_hypothesis", "")];
            app.press(Some(EDITOR), &path, &sent).await
        };
        assert_eq!(send("0", "Ana's text").await.status, 303);
        let conflict = send("0", "Ben's text").await;
        assert_eq!(conflict.status, 409);
        let shown = panel(&conflict.text);
        for words in
            ["after you had opened it", "Saved meanwhile Ana&#39;s text", "Yours, not saved yet", "Save mine"]
        {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(conflict.text.contains(">\nBen&#39;s text</textarea>"), "{}", conflict.text);
        assert_eq!(shown.matches("Saved meanwhile").count(), 1, "only where they differ");
        assert!(
            conflict.text.contains(r#"name="revision" value="1""#),
            "the next save follows what was shown"
        );
        assert_eq!(send("1", "Ana's and Ben's").await.status, 303);
        assert_eq!(app.get(&format!("/api/v1/journeys/{id}/review")).await["to_repeat"], "Ana's and Ben's");
    })
    .await;
}

#[tokio::test]
async fn a_refused_text_comes_back_with_what_is_wrong() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let long = "x".repeat(10_001);
        let sent = [("revision", "0"), ("factors", long.as_str()), ("deciding_factor", "kept")];
        let answer = app.press(Some(EDITOR), &format!("/journeys/{id}/analysis"), &sent).await;
        assert_eq!(answer.status, 422);
        assert!(panel(&answer.text).contains("Must have at most 10000 characters; it has 10001."));
        assert!(
            answer.text.contains(&long) && answer.text.contains(">\nkept</textarea>"),
            "nothing typed is lost"
        );
    })
    .await;
}

#[tokio::test]
async fn the_automatic_note_sent_back_unchanged_stays_automatic() {
    on_both(async |app| {
        let id = app.journey().await.id;
        app.mark(&id, "ghosted").await;
        let path = format!("/journeys/{id}/learning");
        let automatic = app.get(&format!("/api/v1/journeys/{id}/review")).await["automatic_note"].clone();
        let automatic = automatic.as_str().unwrap();
        let shown = panel(&app.page(&path).await.text);
        assert!(shown.contains("Learning note Automatic") && shown.contains(automatic), "{shown}");
        let sent = [("revision", "0"), ("to_repeat", "x"), ("learning_note", automatic)];
        assert_eq!(app.press(Some(EDITOR), &path, &sent).await.status, 303);
        assert_eq!(app.get(&format!("/api/v1/journeys/{id}/review")).await["learning_note"], "");
        let sent = [("revision", "1"), ("learning_note", "Put better")];
        assert_eq!(app.press(Some(EDITOR), &path, &sent).await.status, 303);
        assert!(panel(&app.page(&path).await.text).contains("Learning note Edited"));
    })
    .await;
}

#[tokio::test]
async fn notes_are_written_changed_and_removed_and_automatic_ones_labelled() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let path = format!("/journeys/{id}/notes");
        let add = [("do", "add"), ("text", "Call her"), ("tags", "call, , board"), ("priority", "high")];
        assert_eq!(app.press(Some(EDITOR), &path, &add).await.status, 303);
        app.deliver(&crate::util::event::Pay::of("noted", &id).success()).await;
        app.sweep().await;
        let shown = panel(&app.page_as(EDITOR, &path).await.text);
        assert!(shown.contains("Call her High priority call board Person editor"), "{shown}");
        assert!(
            shown.contains("Payment completed via Stripe: $500.00, card") && shown.contains("Automatic ·"),
            "{shown}"
        );
        let note = app.get(&format!("/api/v1/journeys/{id}/notes")).await["items"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let html = app.page_as(EDITOR, &format!("{path}?edit={note}")).await.text;
        assert!(html.contains("Change the note") && html.contains(r#"value="call, board""#), "{html}");
        let save = [
            ("do", "save"),
            ("note_id", note.as_str()),
            ("revision", "1"),
            ("text", "Call him"),
            ("priority", "low"),
        ];
        assert_eq!(app.press(Some(EDITOR), &path, &save).await.status, 303);
        let late = app
            .press(Some(EDITOR), &path, &[("text", "Call them"), save[0], save[1], save[2], save[4]])
            .await;
        assert_eq!(late.status, 409);
        assert!(
            panel(&late.text).contains("Saved meanwhile Call him")
                && late.text.contains(">\nCall them</textarea>")
        );
        let gone = app.press(Some(EDITOR), &path, &[("do", "delete"), ("note_id", note.as_str())]).await;
        assert_eq!(gone.status, 303);
        assert_eq!(app.get(&format!("/api/v1/journeys/{id}/notes")).await["items"], json!([]));
        assert_eq!(app.press(Some(EDITOR), &path, &[("do", "shout")]).await.status, 422);
    })
    .await;
}
