//! `GET /journeys.csv`: the list as a file.

use crate::util::event::Pay;
use crate::util::on_both;

#[tokio::test]
async fn the_file_has_what_the_list_shows() {
    on_both(async |app| {
        let id = app.journey_named("=Ana, Lima", false).await;
        app.journey_named("Ben", false).await;
        app.deliver(&Pay::of("x", &id).success()).await;
        let answer = app.page("/journeys.csv?outcome=paid&limit=1").await;
        assert_eq!(answer.content_type, "text/csv; charset=utf-8");
        let name = answer.headers["content-disposition"].to_str().unwrap();
        assert_eq!(name, "attachment; filename=\"journeys-test.csv\"");
        let lines: Vec<&str> = answer.text.lines().collect();
        assert!(lines[0].starts_with("id,client,email,company,content,version,category,outcome"));
        let want = format!("{id},\"'=Ana, Lima\",a@example.com,,Guarantee offer,1,risk-reversal,paid,payment,paid,50000,usd,50000,usd,");
        assert!(lines.len() == 2 && lines[1].starts_with(&want), "{lines:?}");
    })
    .await;
}
