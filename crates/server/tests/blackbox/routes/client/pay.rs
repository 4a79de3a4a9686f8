//! `POST /j/{token}/pay`, with Stripe in all its moods.

use super::{header, leads, link, page};
use crate::util::answer::{Answer, Journey};
use crate::util::event::Pay;
use crate::util::fake_stripe::{FakeStripe, Fault};
use crate::util::make::hypothesis;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use serde_json::{Value, json};

async fn with_stripe(body: impl AsyncFn(&TestApp, &FakeStripe)) {
    let fake = FakeStripe::start().await;
    let base = Some(fake.base.clone());
    let setup = Setup { secret_key: Some("sk_test_client"), stripe_api_base: base, ..Setup::default() };
    on_both_with(setup, async |app| {
        fake.clear();
        body(app, &fake).await;
    })
    .await;
}

impl TestApp {
    /// Ready to pay.
    async fn agreed(&self) -> Journey {
        let journey = self.offered().await;
        self.accepts(&journey).await;
        journey
    }

    async fn press_pay(&self, journey: &Journey) -> Answer {
        let price = format!("{} {}", journey.price.amount_minor, journey.price.currency);
        self.send_form(&format!("{}/pay", link(journey)), &[("shown", &price)]).await
    }
}

#[tokio::test]
async fn the_button_leads_to_stripes_page() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        // A page at a domain of the seller's own: a link leads there, as no form may.
        let answer = app.press_pay(&journey).await;
        let id = fake.open().remove(0);
        assert!(page(&answer, 200).contains("Your payment page is ready"));
        assert!(answer.text.contains(&format!("href=\"https://pay.test/{id}\"")), "{}", answer.text);
        // A page where Stripe's are.
        let url = format!("{}/pay/{id}", fake.base);
        fake.change(&id, &json!({"url": url}));
        leads(&app.press_pay(&journey).await, &url);
        assert_eq!(fake.open(), [id], "it is the same session");
        let policy = header(&app.open_link(&link(&journey)).await, "content-security-policy").to_owned();
        assert!(policy.contains(&format!("form-action 'self' {};", fake.base)), "{policy}");
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_before_they_agreed_nor_twice() {
    with_stripe(async |app, fake| {
        let journey = app.offered().await;
        leads(&app.press_pay(&journey).await, &link(&journey));
        app.accepts(&journey).await;
        app.deliver(&Pay::of("twice", &journey.id).success()).await;
        leads(&app.press_pay(&journey).await, &link(&journey));
        assert!(fake.asked().is_empty(), "Stripe was not even asked");
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_another_price_than_they_saw() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        let dearer =
            json!({"price": {"amount_minor": 60_000, "currency": "usd"}, "hypothesis": hypothesis()});
        app.post(&format!("/api/v1/journeys/{}/content", journey.id), &dearer).await;
        let text = page(&app.press_pay(&journey).await, 409);
        assert!(text.contains("The price has just changed") && text.contains("To pay $600.00 USD"), "{text}");
        for shown in ["", "50000", "60000 eur", "60000 usd x"] {
            let path = format!("{}/pay", link(&journey));
            page(&app.send_form(&path, &[("shown", shown)]).await, 409);
        }
        assert!(fake.asked().is_empty());
        let now = app.journey_now(&journey.id).await;
        page(&app.press_pay(&now).await, 200);
        assert_eq!(fake.creations()[0].form["line_items[0][price_data][unit_amount]"], "60000");
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_link_cannot_be_paid_by_anybody() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        app.withdrawal("POST", &journey.id).await;
        assert!(page(&app.press_pay(&journey).await, 410).contains("withdrawn"));
        let path = format!("/api/v1/journeys/{}/checkout", journey.id);
        let editor = Some(server::api::access::Role::Editor);
        app.call(editor, "POST", &path, None).await.problem(409, "withdrawn");
        assert!(fake.asked().is_empty());
        app.withdrawal("DELETE", &journey.id).await;
        page(&app.press_pay(&journey).await, 200);
    })
    .await;
}

#[tokio::test]
async fn withdrawing_a_link_ends_its_open_payment_page() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        app.press_pay(&journey).await;
        assert_eq!(fake.open().len(), 1);
        let path = format!("/api/v1/journeys/{}/withdrawal", journey.id);
        let editor = Some(server::api::access::Role::Editor);
        // Stripe is away: the link is closed all the same, and the seller is told what is not.
        fake.faults(&[Fault::Down; 12]);
        app.call(editor, "POST", &path, None).await.problem(503, "stripe_unavailable");
        assert_eq!(app.open_link(&link(&journey)).await.status, 410);
        fake.faults(&[]);
        app.withdrawal("POST", &journey.id).await;
        assert_eq!(fake.open().len(), 0);
        let asked = fake.asked().len();
        app.withdrawal("POST", &journey.id).await;
        assert_eq!(fake.asked().len(), asked, "there is nothing left to end");
        app.withdrawal("DELETE", &journey.id).await;
        page(&app.press_pay(&journey).await, 200);
        assert_eq!(fake.open().len(), 1);
        // An answer that was lost on the way: the session is found, and ended.
        let other = app.agreed().await;
        fake.faults(&[Fault::Lost; 12]);
        page(&app.press_pay(&other).await, 503);
        fake.faults(&[]);
        app.withdrawal("POST", &other.id).await;
        assert_eq!(fake.open().len(), 1, "only the first one's");
    })
    .await;
}

#[tokio::test]
async fn when_stripe_is_away_the_page_is_kind_and_nothing_is_lost() {
    with_stripe(async |app, fake| {
        for fault in
            [Fault::Down, Fault::Lost, Fault::Cut, Fault::Garbage, Fault::Status(500), Fault::Status(429)]
        {
            let journey = app.agreed().await;
            fake.clear();
            fake.faults(&[fault; 12]);
            let answer = app.press_pay(&journey).await;
            let text = page(&answer, 503);
            assert!(
                text.contains("The payment page cannot be opened right now Nothing was charged"),
                "{fault:?}: {text}"
            );
            assert!(
                answer.text.contains("<form") && text.contains("To pay $500.00"),
                "{fault:?}: they can try again"
            );
            fake.faults(&[]);
            page(&app.press_pay(&journey).await, 200);
            assert_eq!(fake.open().len(), 1, "{fault:?}: one session, however often it was pressed");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_seller_has_to_put_right_is_said_otherwise() {
    on_both(async |app| {
        let journey = app.agreed().await;
        let text = page(&app.press_pay(&journey).await, 503);
        assert!(text.contains("tell the person who sent you this link"), "{text}");
        assert!(!text.contains("STRIPE_SECRET_KEY"), "{text}");
    })
    .await;
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        fake.refuses(Some("mode"));
        let text = page(&app.press_pay(&journey).await, 503);
        assert!(text.contains("tell the person who sent you this link"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn what_stripe_knows_already_is_believed_before_its_events_come() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        app.press_pay(&journey).await;
        let id = fake.open().remove(0);
        fake.change(&id, &json!({"status": "complete", "payment_status": "paid"}));
        let answer = app.press_pay(&journey).await;
        let text = page(&answer, 200);
        assert!(text.contains("your payment is being confirmed") && !answer.text.contains("<form"), "{text}");
    })
    .await;
}

/// The content changes between opening the page and paying: the payment belongs to the version frozen at its checkout,
/// the views to the versions served.
#[tokio::test]
async fn the_payment_belongs_to_what_its_checkout_froze_and_views_to_what_was_served() {
    with_stripe(async |app, fake| {
        let journey = app.agreed().await;
        let path = format!("/api/v1/journeys/{}/content", journey.id);
        let change = async |title: &str| {
            let body = json!({"pages": {"activation": title}, "hypothesis": hypothesis()});
            app.post(&path, &body).await;
            app.journey_now(&journey.id).await
        };
        app.open_link(&link(&journey)).await;
        app.advance(60);
        let second = change("# Second").await;
        page(&app.press_pay(&journey).await, 200);
        let session = fake.open().remove(0);
        app.advance(60);
        let third = change("# Third").await;
        app.open_link(&format!("{}/activation", link(&journey))).await;
        app.deliver(&paid(&session, app.now_s())).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments.len()), ("paid", 1));
        assert_eq!(now.payments[0].content_version_id.as_ref(), Some(&second.content_version_id));
        assert_eq!(now.payments[0].hypothesis_id.as_ref(), Some(&second.hypothesis_id));
        assert_eq!(now.payments[0].matched_by.as_deref(), Some("checkout"));
        assert_eq!(now.content_version_id, third.content_version_id);
        // The agreement's page was the first view, when they accepted.
        let served: Vec<String> =
            app.views(&journey, 3).await.into_iter().map(|v| v.content_version_id).collect();
        let first = &journey.content_version_id;
        assert_eq!(served, [first.clone(), first.clone(), third.content_version_id]);
    })
    .await;
}

/// Events of a session of ours, without any metadata.
fn paid(session_id: &str, at_s: i64) -> Vec<Value> {
    let pay = Pay { at_s, ..Pay::new("frozen") };
    let mut session = pay.session("complete", "paid");
    session["id"] = json!(session_id);
    vec![
        pay.event("payment_intent.succeeded", 1, pay.intent("succeeded")),
        pay.event("charge.succeeded", 1, pay.charge("succeeded")),
        pay.event("checkout.session.completed", 2, session),
    ]
}
