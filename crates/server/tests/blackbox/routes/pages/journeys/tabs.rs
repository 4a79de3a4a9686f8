//! `GET /journeys/{id}/{tab}`: each tab is a page, and shows no text as anything but text.

use super::{TABS, panel};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const HOSTILE: &str = r#"</textarea><script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}"#;

#[tokio::test]
async fn each_tab_is_a_page_of_its_own() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let first = app.page(&format!("/journeys/{id}")).await;
        assert_eq!(first.status, 200);
        assert!(first.text.contains(r#"data-tab="outcome""#) && first.text.contains("Ana Lima – Outcome"));
        for tab in TABS {
            let page = app.page(&format!("/journeys/{id}/{tab}")).await;
            assert_eq!(page.status, 200, "{tab}");
            assert!(page.text.contains(&format!(
                r#"id="tab-{tab}" href="/journeys/{id}/{tab}" data-tab="{tab}" aria-current="page""#
            )));
            assert!(!page.text.contains("style=") && !page.text.contains(" onclick"), "{tab}");
        }
        for wrong in
            [format!("/journeys/{id}/money"), "/journeys/none".to_owned(), "/journeys/none/notes".to_owned()]
        {
            assert_eq!(app.page(&wrong).await.status, 404, "{wrong}");
        }
        let nobody = app.request(None, "GET", &format!("/journeys/{id}")).header("accept", "text/html");
        let location = nobody.send().await.unwrap().headers()["location"].to_str().unwrap().to_owned();
        assert!(location.starts_with("/sign-in"), "{location}");
    })
    .await;
}

#[tokio::test]
async fn whatever_people_write_is_shown_as_text() {
    on_both(async |app| {
        let client = app.post("/api/v1/clients", &json!({"name": HOSTILE, "email": "a@example.com", "company": HOSTILE,
            "attributes": {"a": HOSTILE}})).await;
        let mut content = crate::util::make::content();
        content["name"] = json!(HOSTILE);
        content["hypothesis"]["statement"] = json!(HOSTILE);
        content["pages"]["activation"] = json!(HOSTILE);
        let made = app.post("/api/v1/contents", &content).await;
        let journey = app.journey_with(&json!({"client_id": client["id"], "content_version_id": made["version"]["id"]})).await;
        let id = &journey.id;
        let texts = json!({"revision": 0, "factors": HOSTILE, "missed_opportunities": HOSTILE, "deciding_factor": HOSTILE,
            "to_repeat": HOSTILE, "to_change": HOSTILE, "next_hypothesis": HOSTILE, "learning_note": HOSTILE});
        app.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{id}/review"), Some(&texts)).await.ok();
        app.post(&format!("/api/v1/journeys/{id}/notes"), &json!({"text": HOSTILE, "tags": ["<b>"]})).await;
        app.post(&format!("/api/v1/journeys/{id}/mark"), &json!({"outcome": "ghosted", "note": HOSTILE})).await;
        let pin = json!({"outcome": "ghosted", "reason": HOSTILE});
        app.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{id}/override"), Some(&pin)).await.ok();
        app.deliver(&Pay::of("hostile", id).success()).await;
        app.sweep().await;
        let content_id = made["id"].as_str().unwrap();
        let mut paths: Vec<String> = TABS.iter().map(|tab| format!("/journeys/{id}/{tab}")).collect();
        paths.extend([
            format!("/journeys/{id}/content"),
            format!("/journeys/{id}/made"),
            format!("/journeys/new?from={id}"),
            format!("/clients/{}", journey.client_id),
            "/contents".to_owned(),
            format!("/contents/{content_id}"),
            format!("/contents/{content_id}/edit"),
            format!("/contents/{content_id}/versions/{}", journey.content_version_id),
            format!("/contents/{content_id}/versions/{}/activation", journey.content_version_id),
        ]);
        for path in paths {
            let page = app.page_as(Role::Owner, &path).await;
            assert_eq!(page.status, 200, "{path}");
            for bad in ["<script>alert", "<img src=x", "<b>", "</textarea><s"] {
                let clean = page.text.replace("<b>Welcome</b>", "").replace(r#"<b class="trail-to">"#, "");
                let clean = clean.replace("<b>$500.00</b>", "").replace("<b>under 1 min</b>", "");
                assert!(!clean.contains(bad) || bad == "<b>" && !clean.contains("<b></span>"), "{path}: {bad}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_override_shows_both_sides_and_is_released_in_one_click() {
    on_both(async |app| {
        let id = app.journey().await.id;
        app.deliver(&Pay::of("both", &id).success()).await;
        app.sweep().await;
        let path = format!("/journeys/{id}/outcome");
        let pin = [("do", "pin"), ("outcome", "ghosted"), ("reason", "A colleague's test")];
        let pinned = app.press(Some(Role::Editor), &path, &pin).await;
        assert_eq!((pinned.status, &pinned.headers["location"]), (303, &path.parse().unwrap()));
        let shown = panel(&app.page_as(Role::Editor, &path).await.text);
        assert!(
            shown.contains("Stripe says paid; pinned to ghosted by Person editor: A colleague&#39;s test"),
            "{shown}"
        );
        assert!(shown.contains("Release the override"), "{shown}");
        assert_eq!(app.press(Some(Role::Editor), &path, &[("do", "release")]).await.status, 303);
        let page = app.page_as(Role::Editor, &path).await.text;
        let shown = panel(&page);
        assert!(shown.starts_with("Now Stripe says paid."), "{shown}");
        assert!(
            shown.contains("Released from ghosted") && !shown.contains("Release the override"),
            "{shown}"
        );
        let event = app.history(&id).await.into_iter().find_map(|row| row.event_id).unwrap();
        assert!(page.contains(&format!(r#"<a href="/events/{event}">"#)), "the cause is a link");
        assert!(page.contains(":15.120 UTC"), "milliseconds are told");
    })
    .await;
}

#[tokio::test]
async fn an_outranked_mark_is_labelled() {
    on_both(async |app| {
        let id = app.journey().await.id;
        app.deliver(&Pay::of("late", &id).success()).await;
        app.sweep().await;
        let path = format!("/journeys/{id}/outcome");
        let mark = [("do", "mark"), ("outcome", "ghosted"), ("note", "Too late")];
        assert_eq!(app.press(Some(Role::Editor), &path, &mark).await.status, 303);
        let shown = panel(&app.page(&path).await.text);
        assert!(shown.contains("Paid Outranked Too late Person editor"), "{shown}");
        let none = app
            .press(Some(Role::Editor), &path, &[("do", "pin"), ("outcome", "ghosted"), ("reason", " ")])
            .await;
        assert_eq!(none.status, 422);
        assert!(panel(&none.text).contains("Must have at least 1 characters"), "{}", panel(&none.text));
    })
    .await;
}

#[tokio::test]
async fn who_may_only_read_is_shown_no_form_and_may_send_none() {
    on_both(async |app| {
        let id = app.journey().await.id;
        for tab in TABS {
            let path = format!("/journeys/{id}/{tab}");
            let html = app.page(&path).await.text;
            assert!(!html.contains(r#"type="submit" name="do""#) && !html.contains(">Save<"), "{tab}");
            assert_eq!(
                app.press(Some(Role::Viewer), &path, &[("do", "add"), ("text", "x")]).await.status,
                403
            );
        }
        for path in ["/journeys/new", "/contents/new", "/clients/import"] {
            assert_eq!(app.page(path).await.status, 403, "{path}");
        }
    })
    .await;
}
