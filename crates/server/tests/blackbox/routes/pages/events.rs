//! `/events`, `/events/{id}`, `/events/replay`, `/events.csv` (SPEC D6, H10).

use super::{ids, location, row, words};
use crate::util::event::Pay;
use crate::util::on_both;
use server::api::access::Role;

#[tokio::test]
async fn the_list_says_what_became_of_each() {
    on_both(async |app| {
        let dead = app.dead_event("listed").await;
        app.advance(90);
        let pay = Pay::new("listed");
        let other = pay.event("charge.unheard_of", 0, pay.charge("succeeded"));
        app.deliver(&[other]).await;
        let html = app.page("/events").await.text;
        assert_eq!(
            row(&html, &dead).unwrap(),
            format!("charge.succeeded{dead} Dead 1 min ago 1 min ago 8 no such row")
        );
        assert_eq!(ids(&html).len(), 2);
        let text = words(&html);
        assert!(
            text.contains("Waiting 0 Failed, tried again 0 Dead 1 Applied 0 24 h Ignored 1 24 h"),
            "{text}"
        );
        assert_eq!(ids(&app.page("/events?status=dead").await.text), std::slice::from_ref(&dead));
        assert_eq!(ids(&app.page("/events?type=charge.succeeded").await.text), std::slice::from_ref(&dead));
        assert_eq!(ids(&app.page("/events?q=ch_deadlisted").await.text), std::slice::from_ref(&dead));
        assert_eq!(ids(&app.page("/events?livemode=true").await.text), Vec::<String>::new());
        assert_eq!(ids(&app.page(&format!("/events?q={dead}")).await.text), [dead]);
        assert_eq!(app.page("/events?status=gone").await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn one_event_shows_its_payload_and_what_it_changed() {
    on_both(async |app| {
        let ana = app.journey_named("Ana Lima", false).await;
        let pay = Pay::of("shown", &ana);
        let event = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
        app.deliver(std::slice::from_ref(&event)).await;
        let path = format!("/events/{}", event["id"].as_str().unwrap());
        let html = app.page(&path).await.text;
        let text = words(&html);
        assert!(
            text.contains("Pending → Paid · Payment completed via Stripe: $500.00, card, pi_shown"),
            "{text}"
        );
        assert!(
            html.contains(&format!("href=\"/journeys/{ana}\""))
                && html.contains("href=\"/payments/pi_shown\"")
        );
        assert!(
            html.contains("<code id=\"payload\">{\n  &#34;")
                && html.contains("&#34;type&#34;: &#34;charge.succeeded&#34;")
        );
        let file = app.page(&format!("{path}/payload")).await;
        assert_eq!((file.text, file.content_type.as_str()), (event.to_string(), "application/json"));
        assert!(!html.contains("/replay\"") && !html.contains("Put it aside"), "a viewer changes nothing");
        assert_eq!(app.page("/events/evt_none").await.status, 404);
        let hostile =
            pay.event("charge.unheard_of", 0, serde_json::json!({"x": "</code><script>alert(1)</script>"}));
        app.deliver(std::slice::from_ref(&hostile)).await;
        let html = app.page(&format!("/events/{}", hostile["id"].as_str().unwrap())).await.text;
        assert!(!html.contains("<script>alert"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn a_dead_event_is_put_aside_and_replayed_from_its_page() {
    on_both(async |app| {
        let id = app.dead_event("page").await;
        let path = format!("/events/{id}");
        let text = words(&app.page_of_editor(&path).await);
        assert!(text.contains("It was tried 8 times and could not be applied: no such row"), "{text}");
        let refused = app.submit(Role::Viewer, &format!("{path}/ignore"), "reason=x").await;
        assert_eq!(refused.status, 403);
        assert_eq!(app.submit(Role::Editor, &format!("{path}/ignore"), "reason=").await.status, 422);
        let answer = app.submit(Role::Editor, &format!("{path}/ignore"), "reason=an+old+test").await;
        let text = words(&app.page_of_editor(location(&answer)).await);
        assert!(text.contains("Ignored by Person editor just now : an old test"), "{text}");
        assert!(text.contains("no such row"), "why it had failed is still told: {text}");
        let listed = row(&app.page("/events?status=ignored").await.text, &id).unwrap();
        assert!(listed.contains("By Person editor: an old test"), "{listed}");
        let answer = app.submit(Role::Editor, &format!("{path}/replay"), "").await;
        assert_eq!(location(&answer), path);
        app.settle().await;
        assert_eq!(app.event(&id).await.status, "applied");
    })
    .await;
}

#[tokio::test]
async fn many_are_counted_before_they_are_replayed() {
    on_both(async |app| {
        for n in 0..12 {
            app.dead_event(&format!("many{n}")).await;
        }
        let list = app.page_of_editor("/events?status=dead&type=charge.succeeded").await;
        let path = "/events/replay?livemode=false&status=dead&type=charge.succeeded";
        assert!(list.contains(&format!("href=\"{}\"", path.replace('&', "&#38;"))), "{list}");
        assert!(!app.page("/events?status=dead").await.text.contains("/events/replay"), "not for viewers");
        let text = words(&app.page_of_editor(path).await);
        assert!(
            text.contains("12 events will be replayed") && text.contains("The newest 10 of them"),
            "{text}"
        );
        let body = "livemode=false&status=dead&type=charge.succeeded";
        let answer = app.submit(Role::Editor, "/events/replay", body).await;
        app.settle().await;
        let text = words(&app.page_of_editor(location(&answer)).await);
        assert!(text.contains("12 events replayed By Person editor, just now Applied 12"), "{text}");
        assert!(text.contains("All of them are done."), "{text}");
        let none = words(&app.page_of_editor(path).await);
        assert!(none.contains("No event fits these filters"), "{none}");
        assert_eq!(app.submit(Role::Viewer, "/events/replay", body).await.status, 403);
        assert_eq!(
            app.submit(Role::Editor, "/events/replay", "livemode=false").await.status,
            422,
            "not everything"
        );
    })
    .await;
}

#[tokio::test]
async fn the_file_has_what_is_shown_and_runs_nothing() {
    on_both(async |app| {
        let id = app.dead_event("cell").await;
        app.database.meddle("UPDATE event_waiting SET last_error = '=1+1'").await;
        let answer = app.page("/events.csv?status=dead").await;
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"events-test.csv\"");
        let want = format!(
            "{id},charge.succeeded,dead,false,2026-11-22T02:14:15.000Z,2026-11-22T02:14:15.120Z,8,'=1+1"
        );
        assert_eq!(answer.text.lines().collect::<Vec<_>>()[1..], [want]);
        assert_eq!(app.page("/events.csv?status=applied").await.text.lines().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_empty_inbox_says_what_to_do_next() {
    on_both(async |app| {
        let text = words(&app.page("/events").await.text);
        assert!(
            text.contains("No test events yet") && text.contains("http://whypaid.test/api/webhooks/stripe"),
            "{text}"
        );
        assert!(words(&app.page("/events?status=dead").await.text).contains("No event fits these filters"));
    })
    .await;
}
