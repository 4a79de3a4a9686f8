//! `POST` and `DELETE /api/v1/journeys/{id}/withdrawal`.

use crate::util::TestApp;
use crate::util::answer::{Journey, read};
use crate::util::on_both;
use server::api::access::Role;

impl TestApp {
    pub(crate) async fn withdrawal(&self, method: &str, id: &str) -> Journey {
        let path = format!("/api/v1/journeys/{id}/withdrawal");
        read(&self.call(Some(Role::Editor), method, &path, None).await.ok())
    }
}

#[tokio::test]
async fn a_link_is_withdrawn_and_restored() {
    on_both(async |app| {
        let (journey, other) = (app.journey().await, app.journey().await);
        assert_eq!(journey.withdrawn_at, None);
        let withdrawn = app.withdrawal("POST", &journey.id).await;
        assert_eq!(withdrawn.withdrawn_at.as_deref(), Some("2026-11-22T02:14:15.120Z"));
        app.advance(60);
        assert_eq!(app.withdrawal("POST", &journey.id).await, withdrawn, "it was withdrawn when it was");
        assert_eq!(app.journey_now(&journey.id).await, withdrawn);
        assert_eq!(app.journey_now(&other.id).await, other);
        assert_eq!(app.withdrawal("DELETE", &journey.id).await, journey);
        assert_eq!(app.withdrawal("DELETE", &journey.id).await, journey);
    })
    .await;
}
