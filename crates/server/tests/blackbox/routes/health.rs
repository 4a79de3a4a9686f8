//! `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.

use crate::util::on_both;

#[tokio::test]
async fn health_needs_no_token() {
    on_both(async |app| {
        for path in ["/healthz", "/readyz", "/metrics", "/openapi.json"] {
            let answer = app.call(None, "GET", path, None).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
        assert_eq!(app.call(None, "GET", "/healthz", None).await.json["status"], "ok");
        assert_eq!(app.call(None, "GET", "/readyz", None).await.json["status"], "ready");
    })
    .await;
}
