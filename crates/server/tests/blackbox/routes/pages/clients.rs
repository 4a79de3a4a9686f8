//! `/clients/…`

use super::spaced as words;
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const EDITOR: Role = Role::Editor;

#[tokio::test]
async fn a_client_is_shown_with_their_journeys() {
    on_both(async |app| {
        let body = json!({"name": "Eva", "email": "eva@example.com", "attributes": {"size": "small"}, "stripe_customer_id": "cus_eva"});
        let id = app.post("/api/v1/clients", &body).await["id"].as_str().unwrap().to_owned();
        let path = format!("/clients/{id}");
        assert!(words(&app.page(&path).await.text).contains("No journeys yet"));
        let journey = app.journey_of(&id).await;
        let html = app.page(&path).await.text;
        assert!(html.contains("https://dashboard.stripe.com/test/customers/cus_eva") && html.contains(&format!("/journeys/{}", journey.id)));
        assert!(words(&html).contains("size small Stripe customer cus_eva"), "{}", words(&html));
        assert_eq!(app.page("/clients/none").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn clients_are_imported_after_a_check_or_not_at_all() {
    on_both(async |app| {
        let good = "name,email,size\nEva,eva@example.com,small\n";
        let checked = app.press(Some(EDITOR), "/clients/import", &[("do", "check"), ("csv", good)]).await;
        assert!(words(&checked.text).contains(
            "Nothing is wrong with it; nothing was imported yet 1 row, 1 of them new. Attributes: size."
        ));
        let bad = app
            .press(Some(EDITOR), "/clients/import", &[("do", "import"), ("csv", "name,email\nEva,\n")])
            .await;
        assert_eq!(bad.status, 422);
        assert!(words(&bad.text).contains("row 2, column email"), "{}", words(&bad.text));
        assert_eq!(app.get("/api/v1/clients").await["items"], json!([]));
        let done = app.press(Some(EDITOR), "/clients/import", &[("do", "import"), ("csv", good)]).await;
        assert!(words(&done.text).contains("1 client imported"), "{}", words(&done.text));
        assert_eq!(app.get("/api/v1/clients").await["items"][0]["attributes"], json!({"size": "small"}));
        let log = store::audit::list(
            &mut app.server.app.db.read().await.unwrap(),
            &store::audit::AuditFilter::default(),
            None,
            1,
        )
        .await
        .unwrap();
        assert_eq!((log[0].action.as_str(), log[0].actor.as_str()), ("client.import", "Person editor"));
    })
    .await;
}
