//! `GET /api/v1/journeys/{id}/views` and `POST /j/{token}/seen`: what the client saw. SPEC J4.

use super::{PHONE, link, page};
use crate::util::TestApp;
use crate::util::answer::{Answer, Journey, List, read};
use crate::util::app::token;
use crate::util::make::hypothesis;
use crate::util::on_both;
use serde::Deserialize;
use serde_json::json;
use server::api::access::Role;

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct View {
    id: String,
    at: String,
    step: String,
    pub(super) content_version_id: String,
    visible_ms: i64,
}

impl TestApp {
    /// Oldest first, once there are so many.
    pub(super) async fn views(&self, journey: &Journey, count: usize) -> Vec<View> {
        self.until("the views are written", async || {
            let list: List<View> = read(&self.get(&format!("/api/v1/journeys/{}/views", journey.id)).await);
            let mut views = list.items;
            views.reverse();
            if views.len() >= count { Ok(views) } else { Err(format!("{views:?}")) }
        })
        .await
    }

    pub(in crate::routes) async fn seen(&self, journey: &Journey, view: &str, ms: &str) -> Answer {
        let body = format!("view={view}&ms={ms}");
        self.send_body(&format!("{}/seen", link(journey)), &body, &[("sec-fetch-site", "same-origin")]).await
    }

    async fn visible_ms(&self, journey: &Journey) -> i64 {
        self.views(journey, 1).await[0].visible_ms
    }
}

/// The view's id that a page carries.
pub(in crate::routes) fn view_id(answer: &Answer) -> String {
    let (_, rest) = answer.text.split_once("data-view=\"").expect("a view");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn each_page_served_is_a_view_of_the_version_served() {
    on_both(async |app| {
        let journey = app.offered().await;
        assert_eq!(journey.first_viewed_at, None);
        app.advance(10);
        let first = app.open_link(&link(&journey)).await;
        app.advance(20);
        app.open_link(&format!("{}/agreement", link(&journey))).await;
        let body = json!({"pages": {"activation": "# New"}, "hypothesis": hypothesis()});
        app.post(&format!("/api/v1/journeys/{}/content", journey.id), &body).await;
        let now = app.journey_now(&journey.id).await;
        app.open_link(&link(&journey)).await;
        let views = app.views(&journey, 3).await;
        let said: Vec<(&str, &str, &String)> =
            views.iter().map(|v| (v.at.as_str(), v.step.as_str(), &v.content_version_id)).collect();
        let want = [
            ("2026-11-22T02:14:25.120Z", "activation", &journey.content_version_id),
            ("2026-11-22T02:14:45.120Z", "agreement", &journey.content_version_id),
            ("2026-11-22T02:14:45.120Z", "activation", &now.content_version_id),
        ];
        assert_eq!(said, want);
        assert_eq!((&views[0].id, views[0].visible_ms), (&view_id(&first), 0));
        let now = app.journey_now(&journey.id).await;
        assert_eq!(now.first_viewed_at.as_deref(), Some("2026-11-22T02:14:25.120Z"), "the first look stays");
    })
    .await;
}

#[tokio::test]
async fn machines_and_sellers_are_not_counted() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = link(&journey);
        let cookie = format!("whypaid={}", token(Role::Viewer));
        let bearer = format!("Bearer {}", token(Role::Viewer));
        let headers: [&[(&str, &str)]; 7] = [
            &[],
            &[("user-agent", "WhatsApp/2.23.20.0 A")],
            &[("user-agent", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)")],
            &[("user-agent", PHONE), ("sec-purpose", "prefetch;prerender")],
            &[("user-agent", PHONE), ("sec-fetch-dest", "empty")],
            &[("user-agent", PHONE), ("cookie", &cookie)],
            &[("user-agent", PHONE), ("authorization", &bearer)],
        ];
        for headers in headers {
            let answer = app.open_as(&path, headers).await;
            assert!(page(&answer, 200).contains("Hello Ana"), "they read all the same");
            assert!(!answer.text.contains("data-seen"), "{headers:?}");
        }
        let head = app.request(None, "HEAD", &path).header("user-agent", PHONE).send().await.unwrap();
        assert_eq!(head.status(), 200);
        // Notes keep their order: with this one written, those before would be.
        app.open_as(&path, &[("user-agent", PHONE), ("cookie", "whypaid=guess")]).await;
        assert_eq!(app.views(&journey, 1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn locked_and_refused_pages_are_no_views() {
    on_both(async |app| {
        let journey = app.offered().await;
        app.open_link(&format!("{}/processing", link(&journey))).await;
        app.withdrawal("POST", &journey.id).await;
        app.open_link(&link(&journey)).await;
        app.withdrawal("DELETE", &journey.id).await;
        app.open_link(&link(&journey)).await;
        assert_eq!(app.views(&journey, 1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn time_on_a_page_is_told_by_its_script_and_never_exceeds_the_clock() {
    on_both(async |app| {
        let (journey, other) = (app.offered().await, app.offered().await);
        let view = view_id(&app.open_link(&link(&journey)).await);
        app.advance(60);
        // (view, ms told, ms that count then)
        let long = "9".repeat(30);
        let table = [
            (view.as_str(), "1500", 1_500),
            (&view, "1000", 1_500),
            (&view, "-5", 1_500),
            (&view, "x", 1_500),
            (&view, long.as_str(), 1_500),
            ("viw_00000000000000000000000000000000", "5000", 1_500),
            ("%00", "5000", 1_500),
            (&view, "42000", 42_000),
            (&view, "99999999", 60_000),
        ];
        for (view, ms, counts) in table {
            assert_eq!(app.seen(&journey, view, ms).await.status, 204, "{view} {ms}");
            // Another's link knows nothing of this view.
            assert_eq!(app.seen(&other, view, "55000").await.status, 204);
            app.until("it counts", async || {
                let now = app.visible_ms(&journey).await;
                if now == counts { Ok(()) } else { Err(format!("{ms}: {now}")) }
            })
            .await;
        }
        app.advance(10 * 3_600);
        app.seen(&journey, &view, "99999999").await;
        app.until("an hour is the most", async || {
            let now = app.visible_ms(&journey).await;
            if now == 3_600_000 { Ok(()) } else { Err(now.to_string()) }
        })
        .await;
        assert_eq!(app.send_body("/j/x/seen", "view=x&ms=1", &[]).await.status, 204);
    })
    .await;
}
