//! The way through the four steps.

use super::{leads, link, offer, page};
use crate::util::event::Pay;
use crate::util::{Setup, on_both, on_both_with};
use serde_json::json;

#[tokio::test]
async fn a_client_reads_agrees_and_goes_on() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = link(&journey);
        let welcome = app.open_link(&path).await;
        let text = page(&welcome, 200);
        for part in [
            "Step 1 of 4 Welcome",
            "Hello Ana",
            "We would like to work with you.",
            "Continue",
            "Test. No real money",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            welcome.text.contains("<em>work</em>") && welcome.text.contains("<h2>Hello Ana</h2>"),
            "{}",
            welcome.text
        );
        let text = page(&app.open_link(&format!("{path}/agreement")).await, 200);
        for part in [
            "Step 2 of 4 Agreement",
            "You get your money back",
            "I have read this agreement and I accept it.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for locked in ["confirmation", "processing"] {
            leads(&app.open_link(&format!("{path}/{locked}")).await, &path);
        }
        leads(&app.accepts(&journey).await, &format!("{path}/confirmation"));
        let due = app.open_link(&path).await;
        let text = page(&due, 200);
        for part in ["Step 3 of 4 Payment", "To pay $500.00 USD", "Pay You pay on a page of Stripe"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("We are glad"), "thanks come after the payment: {text}");
        leads(&app.open_link(&format!("{path}/processing")).await, &path);
        app.deliver(&Pay::of("steps", &journey.id).success()).await;
        let text = page(&app.open_link(&path).await, 200);
        for part in ["Paid $500.00", "arrived on 22 Nov 2026", "Thank you We are glad.", "What happens next"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = page(&app.open_link(&format!("{path}/processing")).await, 200);
        assert!(text.contains("Step 4 of 4") && text.contains("You hear from us within two days."), "{text}");
    })
    .await;
}

#[tokio::test]
async fn progress_tells_done_current_and_locked() {
    on_both(async |app| {
        let journey = app.offered().await;
        let path = link(&journey);
        let text = page(&app.open_link(&path).await, 200);
        assert!(
            text.contains("Welcome Agreement Payment (not open yet) What happens next (not open yet)"),
            "{text}"
        );
        app.accepts(&journey).await;
        let due = app.open_link(&path).await;
        let text = page(&due, 200);
        assert!(
            text.contains("Welcome (done) Agreement (done) Payment What happens next (not open yet)"),
            "{text}"
        );
        assert_eq!(due.text.matches("aria-current=\"step\"").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn figures_are_written_as_the_client_does() {
    on_both(async |app| {
        let mut euros = offer();
        euros["price"] = json!({"amount_minor": 123_450, "currency": "eur"});
        let version = app.post("/api/v1/contents", &euros).await["version"]["id"].clone();
        let client = app.client("ana@example.com", None).await;
        let journey = app.journey_with(&json!({"client_id": client, "content_version_id": version})).await;
        app.accepts(&journey).await;
        for (language, want) in
            [("de-DE,de;q=0.9", "1.234,50 €"), ("en", "€1,234.50"), ("pt-PT", "1234,50 €")]
        {
            let answer = app.open_as(&link(&journey), &[("accept-language", language)]).await;
            assert!(
                page(&answer, 200).contains(&format!("To pay {want} EUR")),
                "{language}: {}",
                answer.text
            );
            let tag = language.split(',').next().unwrap();
            let tag = if tag == "de-DE" { "de" } else { tag };
            assert!(answer.text.contains(&format!("<span lang=\"{tag}\">")), "{}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_step_is_no_page() {
    on_both(async |app| {
        let path = link(&app.offered().await);
        for wrong in ["/payment", "/activation/x", "/..", "/%00", "/Agreement", "/seen"] {
            let answer = app.open_link(&format!("{path}{wrong}")).await;
            assert!([404, 405].contains(&answer.status), "{wrong}: {}", answer.status);
            assert!(!answer.text.contains("journeys"), "{wrong}: {}", answer.text);
        }
        leads(&app.open_link(&format!("{path}/")).await, &path);
        leads(&app.open_link(&format!("{path}/pay")).await, &path);
    })
    .await;
}

/// A seller sees all of it, and can do nothing there.
#[tokio::test]
async fn a_preview_is_for_who_is_signed_in() {
    on_both(async |app| {
        let journey = app.offered().await;
        app.withdrawal("POST", &journey.id).await;
        let path = link(&journey);
        let cookie = format!("whypaid={}", crate::util::app::token(server::api::access::Role::Viewer));
        for step in ["", "/agreement", "/confirmation", "/processing"] {
            let answer = app.open_as(&format!("{path}{step}?preview"), &[("cookie", &cookie)]).await;
            let text = page(&answer, 200);
            assert!(text.contains("Preview.") && !answer.text.contains("<form"), "{step}: {text}");
            assert!(!answer.text.contains("data-seen"), "{step}");
        }
        assert_eq!(app.open_link(&format!("{path}?preview")).await.status, 410, "a client has no preview");
    })
    .await;
}

/// Whoever tries the demo need not sign in to look at the whole of a made-up offer.
#[tokio::test]
async fn the_demos_preview_is_open() {
    on_both_with(Setup { open_pages: true, ..Setup::default() }, async |app| {
        let path = link(&app.offered().await);
        assert!(page(&app.open_link(&format!("{path}/processing?preview")).await, 200).contains("Preview."));
    })
    .await;
}

/// Who gets a link to pay wants to know from whom.
#[tokio::test]
async fn every_step_names_the_seller() {
    let setup = Setup { seller_name: Some("Lima & <Sons>"), ..Setup::default() };
    on_both_with(setup, async |app| {
        let path = link(&app.offered().await);
        let answer = app.open_link(&path).await;
        page(&answer, 200);
        assert!(answer.text.contains("Lima &#38; &#60;Sons&#62;</p>"), "{}", answer.text);
        assert!(
            answer.text.contains("<title>Welcome · Lima &#38; &#60;Sons&#62;</title>"),
            "{}",
            answer.text
        );
    })
    .await;
}
