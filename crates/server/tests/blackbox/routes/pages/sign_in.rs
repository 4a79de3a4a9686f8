//! `/sign-in`, `/sign-out`, and who sees a page (SPEC R5).

use super::ACCEPT;
use crate::util::answer::Answer;
use crate::util::app::{PUBLIC_URL, token};
use crate::util::{Setup, TestApp, on_both, on_both_with};
use server::api::access::Role;

/// Failures that are checked before an address has to wait.
const FAILURES_MAX: u32 = 10;

impl TestApp {
    async fn form(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "POST", path).header("accept", ACCEPT);
        request = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    async fn sign_in(&self, token: &str) -> Answer {
        self.form("/sign-in", &format!("token={token}"), &[("origin", PUBLIC_URL)]).await
    }

    async fn visit(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "GET", path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in() {
    on_both(async |app| {
        app.journey().await;
        for path in ["/", "/?livemode=false", "/live"] {
            let answer = app.visit(path, &[("accept", ACCEPT)]).await;
            assert_eq!((answer.status, header(&answer, "location")), (303, "/sign-in"), "{path}");
            assert!(answer.text.is_empty());
        }
        let cookie = app.visit("/", &[("accept", ACCEPT), ("cookie", "whypaid=guess")]).await;
        assert_eq!(cookie.status, 303);
        app.visit("/", &[("authorization", "Bearer guess")]).await.problem(401, "unauthorized");
        app.visit("/live", &[("accept", "text/event-stream")]).await.problem(401, "unauthorized");
    })
    .await;
}

#[tokio::test]
async fn a_good_token_becomes_a_cookie() {
    on_both(async |app| {
        let form = app.visit("/sign-in", &[("accept", ACCEPT)]).await;
        assert!(form.text.contains(r#"type="password""#) && form.status == 200);
        let answer = app.sign_in(&token(Role::Viewer)).await;
        assert_eq!((answer.status, header(&answer, "location")), (303, "/"));
        let cookie = header(&answer, "set-cookie");
        let (pair, flags) = cookie.split_once("; ").unwrap();
        assert_eq!(flags, "Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict");
        assert_eq!(app.visit("/", &[("cookie", pair)]).await.status, 200);
        let again = app.visit("/sign-in", &[("cookie", pair)]).await;
        assert_eq!((again.status, header(&again, "location")), (303, "/"));
        let bearer = format!("Bearer {}", token(Role::Viewer));
        assert_eq!(app.visit("/", &[("authorization", &bearer)]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_through_the_api() {
    on_both(async |app| {
        let cookie = format!("whypaid={}", token(Role::Owner));
        let request = app.request(None, "POST", "/api/v1/clients").header("cookie", cookie);
        let request = request.json(&serde_json::json!({"name": "Ana", "email": "ana@example.com"}));
        Answer::read(request.send().await.unwrap()).await.problem(403, "foreign_form");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_words() {
    on_both(async |app| {
        for wrong in ["guess", "", "%00", "a%0d%0aSet-Cookie:+x=y", &"x".repeat(5_000)] {
            let answer = app.sign_in(wrong).await;
            assert_eq!(answer.status, 401, "{wrong}");
            assert!(answer.text.contains("That token is not known here"), "{}", answer.text);
            assert!(!answer.headers.contains_key("set-cookie") && !answer.text.contains("guess"));
        }
        assert_eq!(app.form("/sign-in", "nothing", &[("origin", PUBLIC_URL)]).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    on_both(async |app| {
        let good = format!("token={}", token(Role::Owner));
        let foreign: [&[(&str, &str)]; 4] = [
            &[],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", PUBLIC_URL), ("sec-fetch-site", "cross-site")],
        ];
        for headers in foreign {
            for path in ["/sign-in", "/sign-out"] {
                let answer = app.form(path, &good, headers).await;
                assert_eq!(answer.status, 403, "{path} {headers:?}");
                assert!(!answer.headers.contains_key("set-cookie"), "{path} {headers:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn signing_out_forgets_the_cookie() {
    on_both(async |app| {
        let answer = app.form("/sign-out", "", &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!((answer.status, header(&answer, "location")), (303, "/sign-in"));
        assert_eq!(header(&answer, "set-cookie"), "whypaid=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_whatever_the_headers_say() {
    on_both(async |app| {
        for _ in 0..FAILURES_MAX {
            assert_eq!(app.sign_in("guess").await.status, 401);
        }
        let body = format!("token={}", token(Role::Owner));
        let disguised =
            [("origin", PUBLIC_URL), ("x-forwarded-for", "192.0.2.7"), ("x-real-ip", "192.0.2.8")];
        let answer = app.form("/sign-in", &body, &disguised).await;
        assert_eq!((answer.status, header(&answer, "retry-after")), (429, "60"));
        assert!(answer.text.contains("Too many tries"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn the_demo_needs_no_sign_in() {
    on_both_with(Setup { open_pages: true, ..Setup::default() }, async |app| {
        let page = app.visit("/", &[]).await;
        assert!(page.status == 200 && !page.text.contains("Sign out"), "{}", page.text);
        assert_eq!(header(&app.visit("/sign-in", &[]).await, "location"), "/");
        assert_eq!(app.visit("/api/v1/journeys", &[]).await.status, 200);
        let foreign = app.form("/api/v1/clients", "", &[("origin", "https://evil.example")]).await;
        foreign.problem(403, "foreign_form");
        app.visit("/", &[("authorization", "Bearer guess")]).await.problem(401, "unauthorized");
    })
    .await;
}
