//! `/api/v1/sessions`: seen, ended, and ending by themselves.

use crate::routes::pages::sign_in::cookies;
use crate::util::app::{PASSWORD, email, person_id, token};
use crate::util::make::text;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

const DAY_S: u64 = 86_400;
const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

impl TestApp {
    /// One's sessions, with this cookie.
    async fn sessions(&self, cookie: &str, query: &str) -> Vec<Value> {
        let answer = self.visit(&format!("/api/v1/sessions{query}"), &[("cookie", cookie)]).await;
        answer.ok()["items"].as_array().unwrap().clone()
    }

    async fn status(&self, cookie: &str) -> u16 {
        self.visit("/settings/account", &[("cookie", cookie)]).await.status
    }

    async fn signed_in(&self, role: Role) -> String {
        cookies(&self.sign_in(&email(role), PASSWORD).await).0
    }
}

fn of(role: Role) -> String {
    format!("whypaid={}", token(role))
}

#[tokio::test]
async fn a_session_ends_when_it_is_old_or_idle() {
    on_both(async |app| {
        let cookie = app.signed_in(Role::Viewer).await;
        app.advance(7 * DAY_S - 1);
        assert_eq!(app.status(&cookie).await, 200);
        // It was seen; until that is written it could still be taken for idle.
        let seen = app.now_s();
        app.until("the visit is noted", async || {
            let sessions = app.sessions(&cookie, "").await;
            let at = server::clock::parse_rfc3339(&text(&sessions[0], "last_seen_at")).unwrap() / 1000;
            if at == seen { Ok(()) } else { Err(format!("{sessions:?}")) }
        })
        .await;
        app.advance(7 * DAY_S);
        assert_eq!(app.status(&cookie).await, 401, "idle for seven days");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_busy() {
    on_both(async |app| {
        let cookie = app.signed_in(Role::Viewer).await;
        for _ in 0..5 {
            app.advance(6 * DAY_S - 1);
            let seen = app.now_s();
            app.until("the visit is noted", async || {
                let sessions = app.sessions(&cookie, "").await;
                let at = server::clock::parse_rfc3339(&text(&sessions[0], "last_seen_at")).unwrap() / 1000;
                if at == seen { Ok(()) } else { Err(format!("{sessions:?}")) }
            })
            .await;
        }
        app.advance(5);
        assert_eq!(app.status(&cookie).await, 401);
    })
    .await;
}

/// A page that is left open keeps asking for its stream; that is nobody.
#[tokio::test]
async fn a_stream_is_nobody_looking() {
    on_both(async |app| {
        app.advance(3_600);
        let headers = [("cookie", of(Role::Viewer)), ("accept", "text/event-stream".to_owned())];
        let mut request = app.request(None, "GET", "/live");
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), 200);
        // What comes later is written later: when the editor was noted, the viewer would have been.
        assert_eq!(app.status(&of(Role::Editor)).await, 200);
        let seen = async |role: Role| {
            let path = format!("/api/v1/sessions?person_id={}", person_id(role));
            let list = app.call(Some(Role::Owner), "GET", &path, None).await.ok();
            server::clock::parse_rfc3339(&text(&list["items"][0], "last_seen_at")).unwrap() / 1000
        };
        let now_s = app.now_s();
        app.until("the editor is noted", async || {
            if seen(Role::Editor).await == now_s { Ok(()) } else { Err(String::new()) }
        })
        .await;
        assert_eq!(seen(Role::Viewer).await, now_s - 3_600);
    })
    .await;
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_and_an_owner_anybodys() {
    on_both(async |app| {
        let editor = app.signed_in(Role::Editor).await;
        let mine = app.sessions(&editor, "").await;
        assert_eq!(mine.len(), 2);
        assert_eq!(
            (&mine[0]["address"], &mine[0]["person_id"]),
            (&json!("127.0.0.1"), &json!(person_id(Role::Editor)))
        );
        let others = format!("/api/v1/sessions?person_id={}", person_id(Role::Owner));
        app.visit(&others, &[("cookie", &editor)]).await.problem(403, "forbidden");
        let end = async |cookie: &str, id: &str| {
            let request = app.request(None, "DELETE", &format!("/api/v1/sessions/{id}"));
            request
                .header("cookie", cookie)
                .header(OWN_PAGE.0, OWN_PAGE.1)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16()
        };
        let owners = app.sessions(&of(Role::Owner), "").await;
        assert_eq!(end(&editor, &text(&owners[0], "id")).await, 404, "nobody learns which there are");
        assert_eq!(end(&of(Role::Viewer), &text(&mine[0], "id")).await, 404);
        assert_eq!(app.status(&editor).await, 200);
        assert_eq!(end(&of(Role::Owner), &text(&mine[0], "id")).await, 204);
        assert_eq!(app.status(&editor).await, 401);
        assert_eq!(end(&of(Role::Editor), &text(&mine[1], "id")).await, 204);
        assert_eq!(app.status(&of(Role::Editor)).await, 401);
    })
    .await;
}
