//! H5, 9.8: the rungs, each alone, together, and with ids that nobody knows.

use crate::util::answer::Journey;
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;
use store::checkouts::{self, StoredCheckout};

/// A journey of a client of its own, with its Stripe customer `cus_{name}`.
async fn journey(app: &TestApp, name: &str) -> Journey {
    let client = app.client(&format!("{name}@example.com"), Some(&format!("cus_{name}"))).await;
    app.journey_of(&client).await
}

/// A checkout of ours; the button that opens one comes with Stripe's API client.
async fn open_checkout(app: &TestApp, journey: &Journey, session_id: &str) {
    let checkout = StoredCheckout {
        session_id: session_id.to_owned(),
        journey_id: journey.id.clone(),
        content_version_id: journey.content_version_id.clone(),
        hypothesis_id: journey.hypothesis_id.clone(),
        price: ledger::Money::new(journey.price.amount_minor, ledger::Currency::parse("usd").unwrap()),
        livemode: journey.livemode,
        opened_at_ms: app.clock.now_ms(),
    };
    let mut conn = app.server.app.db.ledger().await.unwrap();
    checkouts::insert(&mut conn, &checkout).await.unwrap();
    conn.commit().await.unwrap();
    app.announce(&journey.id).await;
}

/// The rung and the journey's payment, once paid.
async fn matched(app: &TestApp, pay: &Pay, journey: &Journey) -> Option<String> {
    app.deliver(&pay.success()).await;
    let now = app.journey_now(&journey.id).await;
    let payment = now.payments.iter().find(|p| p.id == pay.intent_id())?;
    assert_eq!((now.outcome.as_str(), payment.journey_id.as_deref()), ("paid", Some(now.id.as_str())));
    assert_eq!(payment.content_version_id.as_deref(), Some(now.content_version_id.as_str()));
    assert_eq!(payment.hypothesis_id.as_deref(), Some(now.hypothesis_id.as_str()));
    payment.matched_by.clone()
}

#[tokio::test]
async fn each_rung_alone_finds_the_journey() {
    on_both(async |app| {
        let one = journey(app, "a").await;
        assert_eq!(matched(app, &Pay::of("a", &one.id), &one).await.as_deref(), Some("journey_metadata"));
        let one = journey(app, "b").await;
        open_checkout(app, &one, "cs_test_b").await;
        assert_eq!(matched(app, &Pay::new("b"), &one).await.as_deref(), Some("checkout"));
        let one = journey(app, "c").await;
        let pay = Pay { reference: Some(one.id.clone()), ..Pay::new("c") };
        assert_eq!(matched(app, &pay, &one).await.as_deref(), Some("client_reference"));
        let one = journey(app, "d").await;
        let pay = Pay::new("d").tag("clientId", &one.client_id);
        assert_eq!(matched(app, &pay, &one).await.as_deref(), Some("client_metadata"));
        let one = journey(app, "e").await;
        let pay = Pay { customer: Some("cus_e".to_owned()), ..Pay::new("e") };
        assert_eq!(matched(app, &pay, &one).await.as_deref(), Some("customer"));
        let one = journey(app, "f").await;
        let pay = Pay { email: Some("F@Example.com".to_owned()), ..Pay::new("f") };
        assert_eq!(matched(app, &pay, &one).await, None, "an address only suggests");
        let waiting = app.unmatched().await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(
            (&waiting[0].matched_by, waiting[0].suggestions[0].journey_id.as_str()),
            (&None, one.id.as_str())
        );
        assert_eq!(waiting[0].suggestions[0].client_id, one.client_id);
    })
    .await;
}

/// A payment that names a different journey on every rung goes to the best; without that one, to the next.
#[tokio::test]
async fn a_better_rung_outranks_the_ones_below() {
    on_both(async |app| {
        let rungs = ["journey_metadata", "checkout", "client_reference", "client_metadata", "customer"];
        for from in 0..rungs.len() {
            let mut journeys = Vec::new();
            for rung in rungs {
                journeys.push(journey(app, &format!("{rung}{from}")).await);
            }
            let known = |rung: usize, id: &str, unknown: &str| {
                if rung < from { unknown.to_owned() } else { id.to_owned() }
            };
            let mut pay = Pay::new(&format!("best{from}"))
                .tag("journeyId", &known(0, &journeys[0].id, "jrn_00000000000000000000000000000000"))
                .tag("clientId", &known(3, &journeys[3].client_id, "cli_00000000000000000000000000000000"));
            if from <= 1 {
                open_checkout(app, &journeys[1], &pay.session_id()).await;
            }
            pay.reference = Some(known(2, &journeys[2].id, "somebody's own order number"));
            pay.customer = Some(format!("cus_customer{from}"));
            assert_eq!(matched(app, &pay, &journeys[from]).await.as_deref(), Some(rungs[from]));
            for other in journeys.iter().filter(|j| j.id != journeys[from].id) {
                assert_eq!(app.journey_now(&other.id).await.payments, [], "only one journey has it");
            }
        }
    })
    .await;
}

/// Evidence on any object of the payment counts for all of it.
#[tokio::test]
async fn one_object_that_knows_is_enough() {
    on_both(async |app| {
        for (n, knows) in ["session", "intent", "charge"].into_iter().enumerate() {
            let one = journey(app, knows).await;
            let (blind, seeing) = (Pay::new(&format!("one{n}")), Pay::of(&format!("one{n}"), &one.id));
            let of = |kind: &str| if kind == knows { &seeing } else { &blind };
            app.deliver(&[
                blind.event("payment_intent.succeeded", 1, of("intent").intent("succeeded")),
                blind.event("charge.succeeded", 1, of("charge").charge("succeeded")),
                blind.event("checkout.session.completed", 2, of("session").session("complete", "paid")),
            ])
            .await;
            let now = app.journey_now(&one.id).await;
            assert_eq!(
                (now.outcome.as_str(), now.payments.len(), now.payments[0].gross_minor),
                ("paid", 1, 50_000)
            );
        }
        assert_eq!(app.payments().await.len(), 3);
    })
    .await;
}

/// 9.8: a client with several unpaid journeys, or none that began before the payment, matches nothing by itself.
#[tokio::test]
async fn a_client_matches_only_when_one_journey_can_be_meant() {
    on_both(async |app| {
        let first = journey(app, "several").await;
        let second = app.journey_of(&first.client_id).await;
        let mut pay = Pay::new("several").tag("clientId", &first.client_id);
        app.deliver(&pay.success()).await;
        let waiting = app.unmatched().await;
        let mut suggested: Vec<&str> = waiting[0].suggestions.iter().map(|s| s.journey_id.as_str()).collect();
        suggested.sort_unstable();
        assert_eq!(suggested, [first.id.as_str(), second.id.as_str()]);
        // The first is paid otherwise: now only the second can be meant.
        app.deliver(&Pay::of("otherwise", &first.id).success()).await;
        let now = app.journey_now(&second.id).await;
        assert_eq!(
            (now.outcome.as_str(), now.payments[0].matched_by.as_deref()),
            ("paid", Some("client_metadata"))
        );
        assert_eq!(app.unmatched().await, []);
        // Both are paid: a third payment means none of them.
        pay.name = "third".to_owned();
        app.deliver(&pay.success()).await;
        assert_eq!(app.unmatched().await.len(), 1);
        // A journey that began after the payment cannot have caused it.
        app.advance(60);
        let later = app.journey_of(&first.client_id).await;
        assert_eq!((app.journey_now(&later.id).await.payments.len(), app.unmatched().await.len()), (0, 1));
    })
    .await;
}

/// `clientId` in the client reference, as payment links made by hand have it.
#[tokio::test]
async fn a_client_may_stand_in_the_client_reference() {
    on_both(async |app| {
        let one = journey(app, "link").await;
        let pay = Pay { reference: Some(one.client_id.clone()), ..Pay::new("link") };
        assert_eq!(matched(app, &pay, &one).await.as_deref(), Some("client_metadata"));
    })
    .await;
}

/// H6: what was paid for is what the payment's metadata or checkout froze, not what the journey shows now.
#[tokio::test]
async fn the_content_paid_for_is_the_one_that_was_frozen() {
    on_both(async |app| {
        let one = journey(app, "frozen").await;
        let other = app.post("/api/v1/contents", &crate::util::make::content()).await["version"].clone();
        let (version, hypothesis) = (other["id"].as_str().unwrap(), other["hypothesis_id"].as_str().unwrap());
        let pay = Pay::of("frozen", &one.id).tag("contentVersionId", version).tag("hypothesisId", hypothesis);
        app.deliver(&pay.success()).await;
        let now = app.journey_now(&one.id).await;
        let payment = &now.payments[0];
        assert_eq!(payment.content_version_id.as_deref(), Some(version));
        assert_eq!(payment.hypothesis_id.as_deref(), Some(hypothesis));
        assert_eq!(now.content_version_id, one.content_version_id);
        let pay = Pay::of("unknown", &one.id).tag("contentVersionId", "ver_x").tag("hypothesisId", "hyp_x");
        app.deliver(&pay.success()).await;
        let now = app.journey_now(&one.id).await;
        let unknown = now.payments.iter().find(|p| p.id == pay.intent_id()).unwrap();
        assert_eq!(json!(unknown.content_version_id), json!(one.content_version_id));
    })
    .await;
}
