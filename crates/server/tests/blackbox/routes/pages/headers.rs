//! What every page tells browsers about itself (SPEC R5).

use super::ACCEPT;
use super::sign_in::header;
use crate::routes::access::{PAGES, filled};
use crate::util::answer::Answer;
use crate::util::app::token;
use crate::util::{Setup, TestApp, on_both_with};
use server::api::access::Role;

/// Those of one page; its redirects and refusals among them.
async fn look(app: &TestApp, method: &str, path: &str) -> Answer {
    let request = app.request(None, method, path).header("accept", ACCEPT);
    let request = request.header("cookie", format!("__Host-whypaid={}", token(Role::Owner)));
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    // Not the body: a live stream has no end.
    Answer {
        status,
        headers,
        content_type: String::new(),
        text: String::new(),
        json: serde_json::Value::Null,
    }
}

#[tokio::test]
async fn every_page_is_protected() {
    on_both_with(Setup { public_url: "https://whypaid.test", ..Setup::default() }, async |app| {
        let journey = app.journey().await;
        let token = journey.link.rsplit('/').next().unwrap().to_owned();
        let mut seen = 0;
        for (method, path, _) in PAGES {
            // As it should be asked for, and as it should not.
            for path in [filled(path), path.replace("{token}", &token).replace(['{', '}'], "x")] {
                let answer = look(app, method, &path).await;
                let context = format!("{method} {path}: {}", answer.status);
                assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{context}");
                assert_eq!(header(&answer, "strict-transport-security"), "max-age=31536000", "{context}");
                assert_eq!(header(&answer, "cross-origin-resource-policy"), "same-origin", "{context}");
                if path.starts_with("/assets") {
                    continue;
                }
                seen += 1;
                let policy = header(&answer, "content-security-policy");
                assert!(policy.starts_with("default-src 'none'; "), "{context}: {policy}");
                assert!(
                    policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
                    "{context}"
                );
                assert!(!policy.contains("unsafe") && !policy.contains('*'), "{context}: {policy}");
                assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{context}");
                assert_eq!(header(&answer, "x-frame-options"), "DENY", "{context}");
                assert_eq!(header(&answer, "cache-control"), "no-store", "{context}");
                assert!(header(&answer, "x-robots-tag").starts_with("noindex"), "{context}");
                assert!(header(&answer, "permissions-policy").contains("camera=()"), "{context}");
                let referrer = header(&answer, "referrer-policy");
                let want = if path.starts_with("/j/") { "no-referrer" } else { "same-origin" };
                assert_eq!(referrer, want, "{context}");
            }
        }
        assert!(seen > 60, "only {seen} looked at");
        let missing = look(app, "GET", "/nothing-here").await;
        assert!(header(&missing, "content-security-policy").contains("frame-ancestors 'none'"));
    })
    .await;
}

#[tokio::test]
async fn on_a_machine_of_ones_own_tls_is_not_asked_for() {
    on_both_with(Setup::default(), async |app| {
        assert_eq!(header(&look(app, "GET", "/sign-in").await, "strict-transport-security"), "");
    })
    .await;
}
