//! `GET /api/v1/insights/conversion`.

use crate::util::on_both;

#[tokio::test]
async fn nothing_yet_is_said_and_not_made_up() {
    on_both(async |app| {
        let answer = app.get("/api/v1/insights/conversion?by=version").await;
        assert_eq!(answer["groups"].as_array().map(Vec::len), Some(0), "{answer:#}");
        app.journey().await;
        let answer = app.get("/api/v1/insights/conversion?by=version").await;
        panic!("{answer:#}");
    })
    .await;
}
