//! One click after the other.

use super::{press, session_id};
use crate::util::TestApp;
use crate::util::app::{NOW_S, PUBLIC_URL};
use crate::util::event::Pay;
use crate::util::fake_stripe::{FakeStripe, with_key, with_stripe};
use crate::util::on_both;
use serde_json::json;
use std::collections::BTreeMap;

#[tokio::test]
async fn stripe_is_told_whose_it_is_in_all_three_places() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        session_id(&press(app, &journey.id).await, 201);
        let [asked] = fake.creations().try_into().unwrap();
        let token = journey.link.rsplit_once('/').unwrap().1;
        let mut want = BTreeMap::from([
            ("mode", "payment".to_owned()),
            ("client_reference_id", journey.id.clone()),
            ("customer_email", "ana@example.com".to_owned()),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", "usd".to_owned()),
            ("line_items[0][price_data][unit_amount]", "50000".to_owned()),
            ("line_items[0][price_data][product_data][name]", "Guarantee offer".to_owned()),
            ("success_url", format!("{PUBLIC_URL}/j/{token}?back=paid&session_id={{CHECKOUT_SESSION_ID}}")),
            ("cancel_url", format!("{PUBLIC_URL}/j/{token}?back=canceled")),
            ("expires_at", (NOW_S + 23 * 3600).to_string()),
        ]);
        for (session, intent, value) in [
            ("metadata[clientId]", "payment_intent_data[metadata][clientId]", &journey.client_id),
            ("metadata[journeyId]", "payment_intent_data[metadata][journeyId]", &journey.id),
            (
                "metadata[contentVersionId]",
                "payment_intent_data[metadata][contentVersionId]",
                &journey.content_version_id,
            ),
            ("metadata[hypothesisId]", "payment_intent_data[metadata][hypothesisId]", &journey.hypothesis_id),
        ] {
            want.insert(session, value.clone());
            want.insert(intent, value.clone());
        }
        let want: BTreeMap<String, String> = want.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        assert_eq!(asked.form, want);
        assert_eq!(asked.key, format!("checkout-{}-1", journey.id));
    })
    .await;
}

#[tokio::test]
async fn asked_again_the_same_session_comes_back() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let first = session_id(&press(app, &journey.id).await, 201);
        for _ in 0..3 {
            assert_eq!(session_id(&press(app, &journey.id).await, 200), first);
        }
        assert_eq!((fake.creations().len(), fake.open()), (1, vec![first]));
    })
    .await;
}

#[tokio::test]
async fn an_expired_session_is_followed_by_another() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let first = session_id(&press(app, &journey.id).await, 201);
        fake.change(&first, &json!({"status": "expired", "url": null}));
        let second = session_id(&press(app, &journey.id).await, 201);
        assert_ne!(first, second);
        assert_eq!(fake.open(), [second]);
    })
    .await;
}

/// There is no call yet that gives a journey another version, so the test does it.
async fn give(app: &TestApp, journey_id: &str, column: &str, value: &str) {
    app.database.meddle(&format!("UPDATE journey SET {column} = {value} WHERE id = '{journey_id}'")).await;
    app.relist(journey_id).await;
}

#[tokio::test]
async fn another_price_or_version_ends_the_session_before() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let mut sessions = vec![session_id(&press(app, &journey.id).await, 201)];
        give(app, &journey.id, "amount_minor", "60000").await;
        sessions.push(session_id(&press(app, &journey.id).await, 201));
        let version = app.version().await;
        give(app, &journey.id, "content_version_id", &format!("'{version}'")).await;
        let before = &journey.content_version_id;
        let counted =
            format!("UPDATE journey_tally SET key = '{version}' WHERE name = 'version' AND key = '{before}'");
        app.database.meddle(&counted).await;
        sessions.push(session_id(&press(app, &journey.id).await, 201));
        assert_eq!(fake.open(), [sessions[2].clone()]);
        let asked: Vec<String> =
            fake.creations().iter().map(|a| a.form["metadata[contentVersionId]"].clone()).collect();
        let first = journey.content_version_id.clone();
        assert_eq!(asked, [first.clone(), first, version]);
        // What was frozen then is what a late payment of the first session belongs to.
        let of_first =
            format!("SELECT CAST(amount_minor AS TEXT) FROM checkout WHERE session_id = '{}'", sessions[0]);
        assert_eq!(app.database.peek(&of_first).await.as_deref(), Some("50000"));
    })
    .await;
}

#[tokio::test]
async fn a_session_paid_at_the_last_moment_is_not_followed_by_another() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let first = session_id(&press(app, &journey.id).await, 201);
        give(app, &journey.id, "amount_minor", "60000").await;
        fake.change(&first, &json!({"status": "complete", "payment_status": "paid", "url": null}));
        press(app, &journey.id).await.problem(409, "already_paid");
        let on_its_way =
            json!({"payment_status": "unpaid", "payment_intent": {"id": "pi_1", "status": "processing"}});
        fake.change(&first, &on_its_way);
        press(app, &journey.id).await.problem(409, "payment_processing");
        assert_eq!(fake.creations().len(), 1);
        let failed = json!({"payment_intent": {"id": "pi_1", "status": "requires_payment_method"}});
        fake.change(&first, &failed);
        session_id(&press(app, &journey.id).await, 201);
    })
    .await;
}

async fn refused_after(
    app: &TestApp,
    fake: &FakeStripe,
    name: &str,
    code: &str,
    pay: impl Fn(&Pay) -> Vec<serde_json::Value>,
) {
    let client = app.client(&format!("{name}@example.com"), None).await;
    let journey = app.journey_of(&client).await;
    app.deliver(&pay(&Pay::of(name, &journey.id))).await;
    let before = fake.asked().len();
    press(app, &journey.id).await.problem(409, code);
    assert_eq!(fake.asked().len(), before, "{name}: Stripe need not be asked");
}

#[tokio::test]
async fn a_journey_that_was_paid_is_never_asked_again() {
    with_stripe(async |app, fake| {
        refused_after(app, fake, "paid", "already_paid", Pay::success).await;
        refused_after(app, fake, "back", "already_paid", |pay| {
            let mut events = pay.success();
            events.push(pay.event("charge.refunded", 5, pay.refunded(pay.amount)));
            events
        })
        .await;
        refused_after(app, fake, "slow", "payment_processing", |pay| {
            vec![pay.event("payment_intent.processing", 1, pay.intent("processing"))]
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_opened_checkout_reopens_a_ghosted_journey_and_finds_its_payment() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let first = session_id(&press(app, &journey.id).await, 201);
        let mut pay = Pay::of("ghost", &journey.id);
        let mut expired = pay.session("expired", "unpaid");
        expired["id"] = first.as_str().into();
        app.deliver(&[pay.event("checkout.session.expired", 90_000, expired)]).await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "ghosted");
        fake.change(&first, &json!({"status": "expired"}));
        let second = session_id(&press(app, &journey.id).await, 201);
        assert_eq!(app.journey_now(&journey.id).await.outcome, "pending");
        // Metadata lost: our own checkout's id is enough.
        pay.metadata.clear();
        let mut session = pay.session("complete", "paid");
        session["id"] = second.as_str().into();
        app.deliver(&[pay.event("checkout.session.completed", 90_010, session)]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments[0].matched_by.as_deref()), ("paid", Some("checkout")));
    })
    .await;
}

#[tokio::test]
async fn a_customer_that_stripe_does_not_know_does_not_stop_the_payment() {
    with_stripe(async |app, fake| {
        let client = app.client("cus@example.com", Some("cus_1")).await;
        let journey = app.journey_of(&client).await;
        fake.refuses(Some("customer"));
        session_id(&press(app, &journey.id).await, 201);
        let asked = fake.creations();
        assert_eq!(asked[0].form["customer"], "cus_1");
        assert_eq!(
            (asked[1].form.get("customer"), asked[1].form["customer_email"].as_str()),
            (None, "cus@example.com")
        );
        assert_ne!(asked[0].key, asked[1].key, "other parameters, another key");
        assert_eq!(fake.open().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn modes_are_never_mixed() {
    with_stripe(async |app, fake| {
        let client = app.client("live@example.com", None).await;
        let version = app.version().await;
        let body = json!({"client_id": client, "content_version_id": version, "livemode": true});
        let journey = app.journey_with(&body).await;
        press(app, &journey.id).await.problem(409, "wrong_mode");
        assert!(fake.asked().is_empty());
    })
    .await;
    // A key that says live and a Stripe that answers test: nothing is handed to the client.
    with_key("sk_live_blackbox", async |app, _| {
        let journey = app.journey().await;
        assert!(journey.livemode);
        press(app, &journey.id).await.problem(409, "wrong_mode");
    })
    .await;
}

#[tokio::test]
async fn without_a_key_it_says_what_to_set() {
    on_both(async |app| {
        let journey = app.journey().await;
        let answer = press(app, &journey.id).await;
        answer.problem(503, "stripe_not_configured");
        assert!(answer.text.contains("STRIPE_SECRET_KEY"), "{}", answer.text);
        press(app, "jrn_none").await.problem(404, "not_found");
    })
    .await;
}
