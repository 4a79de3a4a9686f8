//! What a client is told in each state. That the state is the right one is tested where it is computed.

use super::{link, page};
use crate::util::TestApp;
use crate::util::answer::Journey;
use crate::util::event::Pay;
use crate::util::on_both;
use ledger::{Currency, Money};
use serde_json::Value;
use store::checkouts::{self, StoredCheckout};

impl TestApp {
    /// We opened this session for the journey.
    async fn opened(&self, journey: &Journey, pay: &Pay) {
        let mut conn = self.server.app.db.write().await.unwrap();
        let checkout = StoredCheckout {
            session_id: pay.session_id(),
            journey_id: journey.id.clone(),
            content_version_id: journey.content_version_id.clone(),
            hypothesis_id: journey.hypothesis_id.clone(),
            price: Money::new(50_000, Currency::parse("usd").unwrap()),
            livemode: false,
            opened_at_ms: self.clock.now_ms(),
        };
        checkouts::insert(&mut conn, &checkout).await.unwrap();
        conn.commit().await.unwrap();
    }
}

/// What Stripe tells, what is read then, and what there is to do.
fn plots(pay: &Pay) -> Vec<(Vec<Value>, &'static str, &'static str)> {
    let declined = pay.event("payment_intent.payment_failed", 1, pay.declined());
    let paid = pay.success();
    let with = |more: Vec<Value>| [pay.success(), more].concat();
    let refund = |amount| {
        with(vec![
            pay.event("refund.created", 60, pay.refund("1", amount, "succeeded")),
            pay.event("charge.refunded", 60, pay.refunded(amount)),
        ])
    };
    let dispute = |status| with(vec![pay.event("charge.dispute.created", 60, pay.dispute(50_000, status))]);
    let slow = vec![
        pay.event("payment_intent.processing", 1, pay.intent("processing")),
        pay.event("checkout.session.completed", 1, pay.session("complete", "unpaid")),
    ];
    let expired = vec![pay.event("checkout.session.expired", 90_000, pay.session("expired", "unpaid"))];
    let canceled = vec![pay.event("payment_intent.canceled", 1, pay.intent("canceled"))];
    vec![
        (vec![], "A payment page is open already", "Continue to payment"),
        (vec![declined], "The payment did not go through No money was taken.", "Try again"),
        (expired, "The payment page has expired", "Pay"),
        (canceled, "The payment was canceled No money was taken.", "Pay"),
        (slow, "Your payment is on its way", "What happens next"),
        (paid, "Paid $500.00 Thank you. Your payment arrived on 22 Nov 2026.", "What happens next"),
        (
            refund(12_000),
            "Partly refunded You paid $500.00, and $120.00 went back to you.",
            "What happens next",
        ),
        (refund(50_000), "Refunded $500.00 went back to the account you paid with.", ""),
        (
            dispute("needs_response"),
            "This payment is being looked into Your bank has been asked about $500.00.",
            "What happens next",
        ),
        (dispute("lost"), "The payment went back to you Your bank returned $500.00 to you.", ""),
    ]
}

#[tokio::test]
async fn each_state_says_what_happened_and_what_to_do() {
    on_both(async |app| {
        let count = plots(&Pay::new("count")).len();
        for n in 0..count {
            let journey = app.offered().await;
            app.accepts(&journey).await;
            let pay = Pay::of(&format!("state{n}"), &journey.id);
            app.opened(&journey, &pay).await;
            let (events, told, task) = plots(&pay).remove(n);
            app.deliver(&events).await;
            let answer = app.open_link(&link(&journey)).await;
            let text = page(&answer, 200);
            assert!(text.contains(told), "{told}: {text}");
            let may_pay = answer.text.contains(">Try again</button>")
                || answer.text.contains(">Pay</button>")
                || answer.text.contains(">Continue to payment</button>");
            assert_eq!(may_pay, !["What happens next", ""].contains(&task), "{told}");
            let goes_on = answer.text.contains(">What happens next</a></div>");
            assert_eq!(goes_on, task == "What happens next", "{told}");
            assert!(task.is_empty() || answer.text.contains(&format!(">{task}</")), "{task}: {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_comes_back_from_stripe_is_told_where_they_stand() {
    on_both(async |app| {
        let journey = app.offered().await;
        app.accepts(&journey).await;
        let pay = Pay::of("back", &journey.id);
        app.opened(&journey, &pay).await;
        let path = link(&journey);
        let left = page(&app.open_link(&format!("{path}?back=canceled")).await, 200);
        assert!(left.contains("You left the payment page Nothing was charged."), "{left}");
        let answer = app.open_link(&format!("{path}?back=paid&session_id={}", pay.session_id())).await;
        let text = page(&answer, 200);
        assert!(
            text.contains("your payment is being confirmed") && text.contains("Please do not pay again."),
            "{text}"
        );
        assert!(answer.text.contains(">Look again<") && !answer.text.contains("<form"), "{text}");
        // Nobody is thanked for an address they wrote themselves.
        for wrong in [
            "?back=paid",
            "?back=paid&session_id=cs_other",
            "?back=paid&session_id=<script>",
            "?back=%ff&%00",
        ] {
            let answer = app.open_link(&format!("{path}{wrong}")).await;
            let text = page(&answer, 200);
            assert!(
                text.contains("A payment page is open already") && !answer.text.contains("<script>"),
                "{wrong}: {text}"
            );
        }
        app.deliver(&pay.success()).await;
        let text = page(&app.open_link(&format!("{path}?back=canceled")).await, 200);
        assert!(text.contains("Paid $500.00"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_link_says_so_and_works_again_when_restored() {
    on_both(async |app| {
        let journey = app.offered().await;
        app.accepts(&journey).await;
        app.withdrawal("POST", &journey.id).await;
        for rest in ["", "/agreement", "/confirmation", "?back=canceled"] {
            let answer = app.open_link(&format!("{}{rest}", link(&journey))).await;
            let text = page(&answer, 410);
            assert!(
                text.contains("This link was withdrawn") && text.contains("A payment you made before"),
                "{text}"
            );
            assert!(!text.contains("Hello Ana") && !text.contains("$500"), "{text}");
        }
        app.withdrawal("DELETE", &journey.id).await;
        assert!(page(&app.open_link(&link(&journey)).await, 200).contains("To pay"));
    })
    .await;
}
