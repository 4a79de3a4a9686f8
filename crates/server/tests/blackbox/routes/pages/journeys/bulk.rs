//! `POST /journeys/mark`, `/journeys/marks/{id}/undo`, and the API's likes: many marks, a look beforehand, a way back (D3).

use super::super::words;
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

/// The address under which the answer's marks are taken back.
fn undo_path(html: &str) -> String {
    let start = html.find("/journeys/marks/").expect("a way back");
    html[start..start + html[start..].find('"').unwrap()].to_owned()
}

async fn outcomes(app: &TestApp, ids: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for id in ids {
        all.push(app.journey_now(id).await.outcome);
    }
    all
}

#[tokio::test]
async fn a_preview_changes_nothing_and_says_what_would() {
    on_both(async |app| {
        let (ana, ben) = (app.journey_named("Ana", false).await, app.journey_named("Ben", false).await);
        app.deliver(&Pay::of("x", &ben).success()).await;
        let fields =
            [("ids", ana.as_str()), ("ids", &ben), ("outcome", "ghosted"), ("query", "livemode=false")];
        let preview = words(&app.press(Some(Role::Editor), "/journeys/mark", &fields).await.text);
        assert!(
            preview.contains("Mark 1 journey as ghosted?") && preview.contains("Will change: 1 Ana"),
            "{preview}"
        );
        assert!(preview.contains("Ben: Stripe says paid, which outranks a mark"), "{preview}");
        let dry = json!({"ids": [ana, ben, "jrn_none"], "outcome": "ghosted", "dry_run": true});
        let answer = app.post("/api/v1/journeys/bulk-mark", &dry).await;
        assert_eq!(answer["changed"], json!([ana]));
        assert_eq!(outcomes(app, &[&ana, &ben]).await, ["pending", "paid"]);
        assert_eq!(app.history(&ana).await.len() + app.history(&ben).await.len(), 1);
        let done = json!({"ids": [ana, ben, "jrn_none"], "outcome": "ghosted"});
        assert_eq!(app.post("/api/v1/journeys/bulk-mark", &done).await, answer, "the same as foretold");
    })
    .await;
}

#[tokio::test]
async fn marks_are_taken_back_unless_somebody_spoke_since() {
    on_both(async |app| {
        let ana = app.journey_named("Ana", false).await;
        let ben = app.journey_named("Ben", false).await;
        let cleo = app.journey_named("Cleo", false).await;
        app.mark(&ana, "responded").await;
        let fields = [
            ("ids", ana.as_str()),
            ("ids", &ben),
            ("ids", &cleo),
            ("outcome", "ghosted"),
            ("confirm", "true"),
            ("note", "the fair is over"),
            ("query", "livemode=false&outcome=pending"),
        ];
        let done = app.press(Some(Role::Editor), "/journeys/mark", &fields).await;
        assert!(words(&done.text).contains("Marked 3 journeys as ghosted"), "{}", done.text);
        assert_eq!(outcomes(app, &[&ana, &ben, &cleo]).await, ["ghosted"; 3]);
        assert_eq!(app.history(&ben).await[0].note, "the fair is over");
        app.mark(&cleo, "responded").await;
        let path = undo_path(&done.text);
        let undone = words(&app.press(Some(Role::Editor), &path, &[("query", "livemode=false")]).await.text);
        assert!(undone.contains("Took back the marks of 2 journeys"), "{undone}");
        assert!(undone.contains("Cleo: it was marked again since"), "{undone}");
        assert_eq!(outcomes(app, &[&ana, &ben, &cleo]).await, ["responded", "pending", "responded"]);
        let row = &app.history(&ana).await[0];
        assert_eq!((row.from.as_str(), row.to.as_str()), ("ghosted", "responded"));
        assert_eq!(row.note, "Took back the mark ghosted");
        assert_eq!(app.press(Some(Role::Editor), &path, &[("query", "")]).await.status, 409);
    })
    .await;
}

#[tokio::test]
async fn the_api_takes_back_too() {
    on_both(async |app| {
        let ana = app.journey_named("Ana", false).await;
        let body = json!({"ids": [ana], "outcome": "ghosted"});
        let role = Some(Role::Editor);
        let marked = app.call(role, "POST", "/api/v1/journeys/bulk-mark", Some(&body)).await;
        let location = marked.headers["location"].to_str().unwrap().to_owned();
        let undone: Value = app.post(&format!("{location}/undo"), &json!({})).await;
        assert_eq!(undone, json!({"restored": [ana], "unchanged": []}));
        app.call(role, "POST", &format!("{location}/undo"), None).await.problem(409, "already_undone");
        app.call(role, "POST", "/api/v1/bulk-marks/blk_1/undo", None).await.problem(404, "not_found");
        assert!(
            app.call(
                role,
                "POST",
                "/api/v1/journeys/bulk-mark",
                Some(&json!({"ids": [], "outcome": "paid"}))
            )
            .await
            .headers
            .get("location")
            .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn all_that_fit_are_marked_and_no_other() {
    on_both(async |app| {
        let (ana, ben) = (app.journey_named("Ana", false).await, app.journey_named("Ben", false).await);
        let fields = [("all", "true"), ("outcome", "responded"), ("query", "livemode=false&q=ana")];
        let preview = app.press(Some(Role::Editor), "/journeys/mark", &fields).await.text;
        assert!(words(&preview).contains("Will change: 1 Ana") && !preview.contains("Ben"), "{preview}");
        assert!(preview.contains(&format!("name=\"ids\" value=\"{ana}\"")) && !preview.contains(&ben));
        for (fields, why) in [
            (vec![("outcome", "ghosted")], "Tick at least one journey"),
            (vec![("ids", ana.as_str()), ("outcome", "rich")], "Choose what to mark"),
        ] {
            let refused = app.press(Some(Role::Editor), "/journeys/mark", &fields).await;
            assert!(refused.status == 422 && words(&refused.text).contains(why), "{}", refused.text);
        }
        assert_eq!(app.press(Some(Role::Viewer), "/journeys/mark", &fields).await.status, 403);
    })
    .await;
}
