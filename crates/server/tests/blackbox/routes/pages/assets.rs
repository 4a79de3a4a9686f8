//! `/assets/…`, and the headers of pages (SPEC R5).

use crate::util::on_both;

#[tokio::test]
async fn assets_are_kept_for_ever_at_addresses_that_name_their_content() {
    on_both(async |app| {
        let html = app.page("/").await.text;
        let found: Vec<&str> = html.split('"').filter(|part| part.starts_with("/assets/")).collect();
        assert_eq!(found.len(), 7, "style, icon and five scripts: {found:?}");
        for path in found {
            let kind = match path.rsplit_once('.').unwrap().1 {
                "js" => "text/javascript",
                "css" => "text/css",
                _ => "image/svg+xml",
            };
            let answer = app.call(None, "GET", path, None).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.content_type.starts_with(kind), "{path}: {}", answer.content_type);
            assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        }
        for wrong in ["/assets/whypaid.css", "/assets/whypaid.0000000000000000.css", "/assets/..%2fmain.rs"] {
            app.call(None, "GET", wrong, None).await.problem(404, "not_found");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_may_load_nothing_foreign_and_are_kept_nowhere() {
    on_both(async |app| {
        for path in ["/", "/sign-in", "/nothing-here", "/?outcome=rich"] {
            let headers = app.page(path).await.headers;
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
                "{policy}"
            );
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(headers["cache-control"], "no-store", "{path}");
            assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
            assert!(headers.contains_key("permissions-policy"), "{path}");
        }
        let html = app.page("/").await.text;
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains(" onclick"), "{html}");
    })
    .await;
}
