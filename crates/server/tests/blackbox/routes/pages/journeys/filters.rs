//! `GET /`: each filter and order, pages both ways, tiles and alerts.

use super::super::{ids, link, words};
use crate::util::event::Pay;
use crate::util::make::{content, text};
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};

/// A journey of a client in this country, by this content version.
async fn made(app: &TestApp, version: &str, name: &str, country: &str, more: Value) -> String {
    let client = json!({"name": name, "email": "a@example.com", "attributes": {"country": country}});
    let client = text(&app.post("/api/v1/clients", &client).await, "id");
    let mut body = json!({"client_id": client, "content_version_id": version});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(&app.post("/api/v1/journeys", &body).await, "id")
}

#[tokio::test]
async fn each_filter_and_order_is_in_the_address() {
    on_both(async |app| {
        let first = app.post("/api/v1/contents", &content()).await;
        let second = app.post("/api/v1/contents", &content()).await;
        let (one, two) = (text(&first["version"], "id"), text(&second["version"], "id"));
        let old =
            json!({"started_at": "2026-01-05T10:00:00Z", "price": {"amount_minor": 900, "currency": "usd"}});
        let ana = made(app, &one, "Ana Lima", "DE", old).await;
        let own =
            json!({"statement": "Their season begins in a week, so time matters.", "category": "urgency"});
        let ben = made(app, &two, "Ben Lima", "DE", json!({"hypothesis": own})).await;
        let cleo = made(app, &two, "Cleo", "FR", json!({})).await;
        app.advance(60);
        app.mark(&ana, "responded").await;
        let content_id = text(&second, "id");
        for (query, want) in [
            ("", vec![&cleo, &ben, &ana]),
            ("?sort=oldest", vec![&ana, &ben, &cleo]),
            ("?sort=changed", vec![&ana, &cleo, &ben]),
            ("?sort=price", vec![&cleo, &ben, &ana]),
            ("?segment=country%3DDE", vec![&ben, &ana]),
            ("?segment=country%3DDE&sort=changed", vec![&ana, &ben]),
            ("?category=urgency", vec![&ben]),
            (&format!("?content={content_id}"), vec![&cleo, &ben]),
            (&format!("?content={content_id}&segment=country%3DDE"), vec![&ben]),
            ("?to=2026-01-05", vec![&ana]),
            ("?from=2026-01-05&to=2026-01-05", vec![&ana]),
            ("?from=2026-01-06", vec![&cleo, &ben]),
            ("?to=2026-01-04", vec![]),
            ("?q=lim&outcome=responded", vec![&ana]),
        ] {
            let html = app.page(&format!("/{query}")).await.text;
            assert_eq!(ids(&html).iter().collect::<Vec<_>>(), want, "page {query}");
            let api = app.get(&format!("/api/v1/journeys{query}")).await;
            let items = api["items"].as_array().unwrap().iter().map(|j| j["id"].as_str().unwrap());
            assert_eq!(items.collect::<Vec<_>>(), want, "API {query}");
        }
        for wrong in ["sort=best", "segment=DE", "from=yesterday", "before=x", "after=jrn_1"] {
            assert_eq!(app.page(&format!("/?{wrong}")).await.status, 422, "{wrong}");
        }
        let html = app.page("/?q=%21").await.text;
        assert!(words(&html).contains("type letters or digits"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn pages_lead_on_and_back_in_every_order() {
    on_both(async |app| {
        let mut made = Vec::new();
        for n in 0..5 {
            made.push(app.journey_named(&format!("Client {n}"), false).await);
            app.advance(1);
        }
        for sort in ["newest", "oldest", "changed", "price"] {
            let start = format!("/?limit=2&sort={sort}");
            let (mut there, mut pages, mut next) = (Vec::new(), Vec::new(), Some(start));
            while let Some(path) = next {
                let html = app.page(&path).await.text;
                pages.push(ids(&html));
                there.extend(ids(&html));
                next = link(&html, "next");
                if pages.len() == 3 {
                    let back = app.page(&link(&html, "prev").expect("a way back")).await.text;
                    assert_eq!(ids(&back), pages[1], "{sort}");
                    let further = app.page(&link(&back, "prev").expect("further back")).await.text;
                    assert_eq!(ids(&further), pages[0], "{sort}");
                    assert_eq!(link(&further, "prev"), None, "{sort}: the first page");
                }
            }
            let mut want = made.clone();
            if sort != "oldest" {
                want.reverse();
            }
            assert_eq!(there, want, "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_figures_say_what_they_are_of() {
    on_both(async |app| {
        let paid = app.journey_named("Ana", false).await;
        app.journey_named("Ben", false).await;
        app.advance(2 * 3_600);
        app.deliver(&Pay { at_s: app.now_s(), ..Pay::of("x", &paid) }.success()).await;
        let text = words(&app.page("/").await.text);
        for figure in [
            "Paid so far 50 % of 2 started; 9–91 % with 95 % confidence. Open ones may still pay.",
            "Net, November $500.00 of journeys first paid this month (UTC)",
            "Half paid within about 1 h 58 min of those that paid",
        ] {
            assert!(text.contains(figure), "{figure} is not in {text}");
        }
        let other = words(&app.page("/?livemode=true").await.text);
        assert!(other.contains("Net, November – nothing was paid this month"), "{other}");
    })
    .await;
}

#[tokio::test]
async fn a_failed_payment_is_told_with_the_link_to_send_again() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        assert!(!app.page("/").await.text.contains("A payment failed"));
        let pay = Pay::of("f", &id);
        app.deliver(&[pay.event("payment_intent.payment_failed", 1, pay.declined())]).await;
        let html = app.page("/?q=nobody").await.text;
        let link = text(&app.get(&format!("/api/v1/journeys/{id}")).await, "link");
        assert!(words(&html).contains("A payment failed Ana, $500.00: Your card was declined"), "{html}");
        assert!(html.contains(&format!("value=\"{link}\"")), "{html}");
        app.deliver(&pay.success()).await;
        assert!(!app.page("/").await.text.contains("A payment failed"));
    })
    .await;
}

#[tokio::test]
async fn what_the_lists_keep_is_verified() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        app.database.meddle("UPDATE journey_entry SET outcome = 'ghosted'").await;
        app.database.meddle("UPDATE journey_tally SET amount = amount + 1 WHERE name = 'state'").await;
        let report = server::apply::verify::verify(&app.server.app.db, |_| {}).await.unwrap();
        assert_eq!(
            report.differences,
            [
                format!("journey {id}: the lists do not show it as it is"),
                "sum state pending/none (test): stored 2, computed 1".to_owned()
            ]
        );
        app.database.meddle("UPDATE journey_entry SET outcome = 'pending'").await;
        app.database.meddle("UPDATE journey_tally SET amount = amount - 1 WHERE name = 'state'").await;
    })
    .await;
}
