//! The link is a secret, and the page keeps it.

use super::{header, link, offer, page};
use crate::util::app::token;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

/// Bytes of a page with all it loads: SPEC says under 50 kB.
const PAGE_BYTES_MAX: usize = 50_000;

#[tokio::test]
async fn every_answer_keeps_the_link_private() {
    on_both(async |app| {
        let path = link(&app.offered().await);
        let unknown = format!("/j/{}", "0".repeat(48));
        let mut answers = vec![];
        for path in
            [&path, &format!("{path}/agreement"), &unknown, "/j/x", &format!("{path}/nothing"), "/j/a/b/c/d"]
        {
            answers.push(app.open_link(path).await);
        }
        answers.push(app.send_form(&format!("{path}/agreement"), &[]).await);
        answers.push(app.send_form(&format!("{unknown}/pay"), &[]).await);
        answers
            .push(app.send_body(&format!("{path}/agreement"), "", &[("sec-fetch-site", "cross-site")]).await);
        answers.push(app.send_body(&format!("{path}/agreement"), &"x".repeat(100_000), &[]).await);
        answers.push(app.call(None, "DELETE", &path, None).await);
        for answer in answers {
            let context = format!("{} {}", answer.status, answer.text);
            assert_eq!(header(&answer, "cache-control"), "no-store", "{context}");
            assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{context}");
            assert!(header(&answer, "x-robots-tag").contains("noindex"), "{context}");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{context}");
            let policy = header(&answer, "content-security-policy");
            assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
            assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!answer.headers.contains_key("set-cookie"), "{context}");
            assert_eq!(answer.content_type, "text/html; charset=utf-8", "{context}");
            for admin in [
                "whypaid",
                "ypothesis",
                "journey",
                "outcome",
                "ana@example.com",
                "ver_",
                "jrn_",
                "cli_",
                "sign",
            ] {
                let words = answer.text.to_lowercase().replace(&path, "");
                assert!(!words.contains(admin), "{admin}: {context}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn forms_lead_here_or_to_stripe_only() {
    on_both(async |app| {
        let answer = app.open_link(&link(&app.offered().await)).await;
        // The tests' API base stands for Stripe; its payment pages are there, too.
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.contains("form-action 'self' http://127.0.0.1:"), "{policy}");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_link_says_what_to_do_and_nothing_else() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = link(&journey);
        let mut almost = path.clone();
        let last = if almost.pop() == Some('0') { '1' } else { '0' };
        almost.push(last);
        let never = app.open_link(&almost).await;
        let text = page(&never, 404);
        assert!(
            text.contains("This link does not work") && text.contains("ask the person who sent it"),
            "{text}"
        );
        let others = [
            "/j/x".to_owned(),
            format!("{path}x"),
            path.to_uppercase().replace("/J/", "/j/"),
            "/j/%00".to_owned(),
            format!("/j/{}", journey.id),
            format!("{almost}/agreement"),
            format!("/j/{}", "a".repeat(5_000)),
        ];
        for other in others {
            let answer = app.open_link(&other).await;
            assert_eq!((answer.status, &answer.text), (404, &never.text), "{other}: no hint");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_seller_wrote_cannot_run() {
    on_both(async |app| {
        let mut hostile = offer();
        let text = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](https://evil.example/p.png) <img src=x onerror=alert(1)>";
        for step in ["activation", "agreement", "confirmation", "processing"] {
            hostile["pages"][step] = json!(text);
        }
        let version = app.post("/api/v1/contents", &hostile).await["version"]["id"].clone();
        let client = app.client("ana@example.com", None).await;
        let journey = app.journey_with(&json!({"client_id": client, "content_version_id": version})).await;
        let cookie = format!("whypaid={}", token(Role::Viewer));
        for step in ["activation", "agreement", "confirmation", "processing"] {
            let path = format!("{}/{step}?preview", link(&journey));
            let html = app.open_as(&path, &[("cookie", &cookie)]).await.text;
            assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
            for harm in ["<script>", "<img", "href=\"javascript"] {
                assert!(!html.contains(harm), "{harm}: {html}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_is_light() {
    on_both(async |app| {
        let journey = app.offered().await;
        let answer = app.open_link(&link(&journey)).await;
        let mut bytes = answer.text.len();
        let mut files = 0;
        for part in answer.text.split('"').filter(|part| part.starts_with("/assets/")) {
            let file = app.open_link(part).await;
            assert_eq!(file.status, 200, "{part}");
            bytes += file.text.len();
            files += 1;
        }
        crate::util::say(&format!("{bytes} bytes in {} requests", files + 1));
        assert!(files == 2 && bytes < PAGE_BYTES_MAX, "{bytes} bytes, {files} files");
    })
    .await;
}
