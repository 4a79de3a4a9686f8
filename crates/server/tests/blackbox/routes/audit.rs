//! `/api/v1/audit`: every change by a person or a program is in it (SPEC D9, R5).

use super::access::{PAGES, ROUTES};
use super::input::table::{UNIQUE_EMAIL, routes};
use crate::util::TestApp;
use crate::util::app::person_id;
use crate::util::event::Pay;
use crate::util::make::text;
use crate::util::on_both;
use crate::util::stand_in::with_stand_in;
use serde_json::{Value, json};
use server::api::access::Role;
use std::collections::{BTreeMap, BTreeSet};

/// (method, path, what the log calls it), for each route of the API that changes something.
const ACTIONS: [(&str, &str, &str); 36] = [
    ("POST", "/api/v1/clients", "client.create"),
    ("POST", "/api/v1/clients/import", "client.import"),
    ("PATCH", "/api/v1/clients/{id}", "client.change"),
    ("POST", "/api/v1/contents", "content.create"),
    ("POST", "/api/v1/contents/{id}/versions", "content.version"),
    ("POST", "/api/v1/contents/{id}/rollback", "content.rollback"),
    ("POST", "/api/v1/journeys", "journey.create"),
    ("POST", "/api/v1/journeys/bulk-mark", "journey.bulk_mark"),
    ("POST", "/api/v1/journeys/{id}/content", "journey.content"),
    ("PUT", "/api/v1/journeys/{id}/version", "journey.content"),
    ("POST", "/api/v1/journeys/{id}/withdrawal", "journey.withdraw"),
    ("DELETE", "/api/v1/journeys/{id}/withdrawal", "journey.restore"),
    ("POST", "/api/v1/journeys/{id}/checkout", "checkout.open"),
    ("POST", "/api/v1/journeys/{id}/mark", "journey.mark"),
    ("PUT", "/api/v1/journeys/{id}/override", "journey.override"),
    ("DELETE", "/api/v1/journeys/{id}/override", "journey.release"),
    ("POST", "/api/v1/payments/{id}/link", "payment.link"),
    ("POST", "/api/v1/events/{id}/replay", "event.replay"),
    ("DELETE", "/api/v1/payments/{id}/link", "payment.unlink"),
    ("POST", "/api/v1/bulk-marks/{id}/undo", "journey.bulk_undo"),
    ("PUT", "/api/v1/journeys/{id}/review", "review.save"),
    ("POST", "/api/v1/journeys/{id}/notes", "note.add"),
    ("PUT", "/api/v1/journeys/{id}/notes/{note_id}", "note.edit"),
    ("DELETE", "/api/v1/journeys/{id}/notes/{note_id}", "note.delete"),
    ("POST", "/api/v1/saved-views", "view.create"),
    ("DELETE", "/api/v1/saved-views/{id}", "view.delete"),
    ("POST", "/api/v1/events/replay", "event.replay_many"),
    ("POST", "/api/v1/events/{id}/ignore", "event.ignore"),
    ("POST", "/api/v1/reconciliations", "reconciliation.start"),
    ("PUT", "/api/v1/settings/thresholds", "threshold.change"),
    ("POST", "/api/v1/people", "person.create"),
    ("PATCH", "/api/v1/people/{id}", "person.change"),
    ("POST", "/api/v1/people/{id}/invitation", "person.invite"),
    ("DELETE", "/api/v1/sessions/{id}", "session.end"),
    ("POST", "/api/v1/tokens", "token.create"),
    ("DELETE", "/api/v1/tokens/{id}", "token.revoke"),
];

/// Pages' forms; what they do, tests of the pages look at. `""`: nothing that a person changes.
const FORMS: [(&str, &str); 33] = [
    ("/sign-in", "person.sign_in"),
    ("/sign-out", "person.sign_out"),
    ("/set-up", "person.set_up"),
    ("/welcome/{secret}", "person.welcome"),
    ("/journeys/views", "view.create"),
    ("/journeys/views/{id}/delete", "view.delete"),
    ("/journeys/mark", "journey.bulk_mark"),
    ("/journeys/marks/{id}/undo", "journey.bulk_undo"),
    ("/journeys/new", "journey.create"),
    ("/journeys/{id}/content", "journey.content"),
    // Mark, override, release, review, notes: by the tab.
    ("/journeys/{id}/{tab}", "journey.mark"),
    ("/contents/new", "content.create"),
    ("/contents/{id}/edit", "content.version"),
    ("/contents/{id}/rollback", "content.rollback"),
    ("/clients/import", "client.import"),
    ("/payments/{id}/link", "payment.link"),
    ("/payments/{id}/unlink", "payment.unlink"),
    ("/events/replay", "event.replay_many"),
    ("/events/{id}/replay", "event.replay"),
    ("/events/{id}/ignore", "event.ignore"),
    ("/reconciliations", "reconciliation.start"),
    ("/settings/people", "person.create"),
    ("/settings/people/{id}", "person.change"),
    ("/settings/people/{id}/invitation", "person.invite"),
    ("/settings/tokens", "token.create"),
    ("/settings/tokens/{id}/revoke", "token.revoke"),
    ("/settings/thresholds", "threshold.change"),
    ("/settings/account/password", "person.password"),
    ("/settings/account/email", "person.email"),
    ("/settings/account/others", "session.end_others"),
    ("/settings/sessions/{id}/end", "session.end"),
    // A client's, who is no person of ours: kept as an agreement, a checkout, a view.
    ("/j/{token}/agreement", ""),
    ("/j/{token}/pay", ""),
];

impl TestApp {
    /// The log, newest first.
    pub(crate) async fn audit(&self, query: &str) -> Vec<Value> {
        let list =
            self.call(Some(Role::Owner), "GET", &format!("/api/v1/audit?limit=200{query}"), None).await;
        list.ok()["items"].as_array().unwrap().clone()
    }
}

/// Whoever adds a route that changes something says here what the log calls it.
#[test]
fn every_route_that_changes_something_has_an_action() {
    let changing = ROUTES.iter().filter(|row| row.0 != "GET" && row.1 != "/api/webhooks/stripe");
    let changing: BTreeSet<(&str, &str)> = changing.map(|row| (row.0, row.1)).collect();
    assert_eq!(changing, ACTIONS.iter().map(|row| (row.0, row.1)).collect());
    let forms = PAGES.iter().filter(|row| row.0 != "GET" && !row.1.ends_with("/seen"));
    let forms: BTreeSet<&str> = forms.map(|row| row.1).collect();
    assert_eq!(forms, FORMS.iter().map(|row| row.0).collect());
}

/// The path with `{id}` where an id stands.
fn pattern(path: &str) -> String {
    let part = |part| match part {
        note if str::starts_with(note, "nte_") => "{note_id}",
        id if id.contains('_') => "{id}",
        part => part,
    };
    let parts = path.split('/').map(part);
    parts.collect::<Vec<_>>().join("/")
}

/// Routes that need something to be there, in an order in which each changes something.
async fn bodiless(app: &TestApp) -> Vec<(&'static str, String, Value)> {
    let journey = app.journey().await.id;
    let pay = Pay::new("audited");
    let event = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
    app.deliver(std::slice::from_ref(&event)).await;
    let made = json!({"name": "Dora", "email": "dora@example.com", "role": "viewer"});
    let person = text(&app.call(Some(Role::Owner), "POST", "/api/v1/people", Some(&made)).await.ok(), "id");
    let token = json!({"name": "T", "role": "viewer"});
    let token = text(&app.call(Some(Role::Owner), "POST", "/api/v1/tokens", Some(&token)).await.ok(), "id");
    let pinned = json!({"outcome": "ghosted", "reason": "x"});
    app.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{journey}/override"), Some(&pinned))
        .await
        .ok();
    let of_editor = format!("/api/v1/sessions?person_id={}", person_id(Role::Editor));
    let sessions = app.call(Some(Role::Owner), "GET", &of_editor, None).await.ok();
    let bulk = json!({"ids": [app.journey().await.id], "outcome": "responded"});
    let done = app.call(Some(Role::Owner), "POST", "/api/v1/journeys/bulk-mark", Some(&bulk)).await;
    let bulk_mark = done.headers["location"].to_str().unwrap().to_owned();
    let note = json!({"text": "x"});
    let notes = format!("/api/v1/journeys/{journey}/notes");
    let note = text(&app.call(Some(Role::Owner), "POST", &notes, Some(&note)).await.ok(), "id");
    let view = json!({"name": "mine", "query": "outcome=paid"});
    let view =
        text(&app.call(Some(Role::Owner), "POST", "/api/v1/saved-views", Some(&view)).await.ok(), "id");
    let lone = Pay::new("lone");
    app.deliver(&lone.success()).await;
    let link = format!("/api/v1/payments/{}/link", lone.intent_id());
    let paid = app.journey().await.id;
    app.call(Some(Role::Owner), "POST", &link, Some(&json!({"journey_id": paid}))).await.ok();
    app.dead_event("audited").await;
    vec![
        ("POST", format!("/api/v1/journeys/{journey}/checkout"), Value::Null),
        ("POST", format!("/api/v1/journeys/{journey}/withdrawal"), Value::Null),
        ("DELETE", format!("/api/v1/journeys/{journey}/withdrawal"), Value::Null),
        ("DELETE", format!("/api/v1/journeys/{journey}/override"), Value::Null),
        ("POST", format!("/api/v1/events/{}/replay", text(&event, "id")), Value::Null),
        ("POST", format!("/api/v1/people/{person}/invitation"), Value::Null),
        ("DELETE", format!("/api/v1/sessions/{}", text(&sessions["items"][0], "id")), Value::Null),
        ("DELETE", format!("/api/v1/tokens/{token}"), Value::Null),
        ("POST", format!("{bulk_mark}/undo"), Value::Null),
        ("DELETE", format!("{notes}/{note}"), Value::Null),
        ("DELETE", format!("/api/v1/saved-views/{view}"), Value::Null),
        ("DELETE", link, Value::Null),
        ("POST", "/api/v1/events/replay".to_owned(), json!({"status": "dead", "livemode": false})),
        ("POST", "/api/v1/reconciliations".to_owned(), json!({"since": "1d"})),
    ]
}

#[tokio::test]
async fn every_change_is_in_the_log_with_who_made_it() {
    with_stand_in(async |app, _| {
        let mut calls: Vec<(&str, String, Vec<u8>)> = Vec::new();
        // Asked for as a try, it changes nothing.
        let routes = routes(app).await.into_iter().filter(|route| route.path != "/api/v1/events/replay");
        for route in routes {
            // A review as it stood before is no change.
            let body = route
                .good
                .to_string()
                .replace(r#""factors":"""#, r#""factors":"x""#)
                .replace(UNIQUE_EMAIL, "audited@example.com");
            calls.push((route.method, route.path, body.into_bytes()));
        }
        let body = |body: Value| if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        calls.extend(bodiless(app).await.into_iter().map(|(method, path, sent)| (method, path, body(sent))));
        calls.push((
            "POST",
            "/api/v1/clients/import".to_owned(),
            b"name,email\nEve,eve@example.com\n".to_vec(),
        ));
        let actions: BTreeMap<(&str, &str), &str> =
            ACTIONS.iter().map(|row| ((row.0, row.1), row.2)).collect();
        let mut seen = BTreeSet::new();
        for (method, path, body) in calls {
            let before = app.audit("").await.len();
            let answer = app.request(Some(Role::Owner), method, &path).body(body).send().await.unwrap();
            assert!(answer.status().is_success(), "{method} {path}: {}", answer.text().await.unwrap());
            let pattern = pattern(&path);
            let log = app.audit("").await;
            assert_eq!(log.len(), before + 1, "{method} {path}");
            let newest = &log[0];
            assert_eq!(newest["action"], actions[&(method, pattern.as_str())], "{method} {path}");
            assert_eq!((&newest["actor"], &newest["actor_id"]), (&json!("Test owner"), &json!("tok_owner")));
            seen.insert((method.to_owned(), pattern));
        }
        let all = ACTIONS.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
        assert_eq!(seen, all, "each was tried");
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_not_in_the_log() {
    on_both(async |app| {
        let journey = app.journey().await.id;
        let before = app.audit("").await.len();
        for (method, path, body) in [
            ("POST", "/api/v1/clients".to_owned(), json!({"name": ""})),
            ("PATCH", format!("/api/v1/people/{}", person_id(Role::Owner)), json!({"role": "viewer"})),
            ("POST", format!("/api/v1/journeys/{journey}/mark"), json!({"outcome": "no"})),
            ("POST", "/api/v1/clients/import?dry_run=true".to_owned(), json!("name,email")),
        ] {
            app.call(Some(Role::Owner), method, &path, Some(&body)).await;
        }
        assert_eq!(app.audit("").await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    on_both(async |app| {
        let ana = app.client("ana@example.com", None).await;
        app.advance(2 * 86_400);
        let journey = app.journey_of(&ana).await.id;
        app.mark(&journey, "responded").await;
        let actions = async |query: &str| -> Vec<String> {
            app.audit(query).await.iter().map(|entry| text(entry, "action")).collect()
        };
        let all = ["journey.mark", "journey.create", "content.create", "client.create"];
        assert_eq!(actions("").await, all);
        assert_eq!(actions("&action=journey").await, all[..2]);
        assert_eq!(actions("&action=journey.mark").await, all[..1]);
        assert_eq!(actions(&format!("&object={journey}")).await, all[..2]);
        assert_eq!(actions("&actor=tok_editor").await, all);
        assert_eq!(actions("&actor=nobody").await, [""; 0]);
        assert_eq!(actions("&from=2026-11-23").await, all[..3]);
        assert_eq!(actions("&to=2026-11-22").await, all[3..], "a day is meant to its end");
        assert_eq!(actions("&from=2026-11-24T02:14:15Z&to=2026-11-24T02:14:16Z").await, all[..3]);
        let first = app.call(Some(Role::Owner), "GET", "/api/v1/audit?limit=3", None).await.ok();
        let next = text(&first, "next");
        assert_eq!(actions(&format!("&after={next}")).await, all[3..]);
    })
    .await;
}
