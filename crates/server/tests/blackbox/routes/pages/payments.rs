//! `/payments`, `/payments/unmatched`, `/payments/{id}`, `/payments.csv` (SPEC D5, H5, H13).

use super::{ids, link, location, row, words};
use crate::util::event::Pay;
use crate::util::make::text;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::Role;

/// A paid one of Ana's, partly refunded, and two that nobody knows, one of them in yen.
async fn three(app: &TestApp) -> String {
    let ana = app.journey_named("Ana Lima", false).await;
    let pay = Pay::of("ana", &ana);
    app.deliver(&pay.success()).await;
    app.deliver(&[pay.event("refund.created", 9, pay.refund("1", 20_000, "succeeded"))]).await;
    let yen = Pay { amount: 7_000, currency: "jpy".to_owned(), at_s: pay.at_s - 86_400, ..Pay::new("yen") };
    app.deliver(&yen.success()).await;
    let email = Some("a@example.com".to_owned());
    app.deliver(&Pay { email, at_s: pay.at_s - 3_600, ..Pay::new("lost") }.success()).await;
    ana
}

#[tokio::test]
async fn the_ledger_shows_money_and_whose_it_is() {
    on_both(async |app| {
        let ana = three(app).await;
        let html = app.page("/payments").await.text;
        assert_eq!(ids(&html), ["pi_ana", "pi_lost", "pi_yen"], "newest first");
        let first = row(&html, "pi_ana").unwrap();
        assert_eq!(
            first,
            "Ana Lima a@example.com Partly refunded $500.00 $200.00 – – $300.00 card just now pi_anaby metadata"
        );
        assert!(html.contains(&format!("href=\"/journeys/{ana}/payment\"")));
        assert!(row(&html, "pi_yen").unwrap().starts_with("Not matched no address given Paid ¥7,000"));
        let text = words(&html);
        assert!(text.contains("3 payments Currency Payments Gross"), "{text}");
        assert!(text.contains("USD 2 $1,000.00 $200.00 – – $800.00 JPY 1 ¥7,000 – – – ¥7,000"), "{text}");
        assert!(text.contains("Unmatched 2"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn filters_and_sums_are_of_the_address() {
    on_both(async |app| {
        three(app).await;
        for (query, want, sums) in [
            ("currency=jpy", vec!["pi_yen"], "1 payment in these filters"),
            ("status=paid", vec!["pi_lost", "pi_yen"], "2 payments in these filters"),
            ("matched=true", vec!["pi_ana"], "1 payment in these filters"),
            ("matched=false&to=2026-11-21", vec!["pi_yen"], "1 payment in these filters"),
            ("from=2026-11-22", vec!["pi_ana", "pi_lost"], "2 payments in these filters"),
            ("method=card&q=ana", vec!["pi_ana"], "1 payment in these filters"),
            ("q=ch_yen", vec!["pi_yen"], "1 payment in these filters"),
        ] {
            let html = app.page(&format!("/payments?{query}")).await.text;
            assert_eq!(ids(&html), want, "{query}");
            assert!(words(&html).contains(sums), "{query}: {}", words(&html));
        }
        let nothing = words(&app.page("/payments?status=lost").await.text);
        assert!(nothing.contains("No payment fits these filters"), "{nothing}");
        assert_eq!(app.page("/payments?from=yesterday").await.status, 422);
        let first = app.page("/payments?limit=2").await.text;
        let next = link(&first, "next").unwrap();
        assert!(next.starts_with("/payments?livemode=false&limit=2&after="), "{next}");
        let second = app.page(&next).await.text;
        assert_eq!((ids(&second), link(&second, "next")), (vec!["pi_yen".to_owned()], None));
        assert_eq!(link(&second, "first").as_deref(), Some("/payments?livemode=false&limit=2"));
    })
    .await;
}

#[tokio::test]
async fn test_and_live_are_never_together() {
    on_both(async |app| {
        app.deliver(&Pay { livemode: true, ..Pay::new("live") }.success()).await;
        app.deliver(&Pay::new("test").success()).await;
        let test = app.page("/payments").await.text;
        assert_eq!(ids(&test), ["pi_test"]);
        assert!(words(&test).contains("Test mode."));
        let live = app.page("/payments?livemode=true").await.text;
        assert_eq!(ids(&live), ["pi_live"]);
        assert!(!words(&live).contains("Test mode."));
        let one = app.page("/payments/pi_live").await.text;
        assert!(one.contains("https://dashboard.stripe.com/payments/pi_live\""), "{one}");
        let one = app.page("/payments/pi_test").await.text;
        assert!(one.contains("https://dashboard.stripe.com/test/payments/pi_test\""), "{one}");
        assert_eq!(app.page("/payments/pi_none").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_unmatched_payment_is_linked_in_one_click_and_that_is_taken_back() {
    on_both(async |app| {
        let ana = three(app).await;
        let html = app.page_of_editor("/payments/unmatched").await;
        let text = words(&html);
        assert!(text.contains("$500.00 Paid card · 1 h ago a@example.com pi_lost"), "{text}");
        let suggested = "Ana Lima Guarantee offer v1 · $500.00 · Paid Because its client has the e-mail address of \
                         this payment. Link to Ana Lima";
        assert!(text.contains(suggested), "{text}");
        assert!(text.contains("Nobody fits by what Stripe says. Choose its journey"), "{text}");
        let form = format!("journey_id={ana}&from=inbox");
        let answer = app.submit(Role::Editor, "/payments/pi_lost/link", &form).await;
        assert_eq!(location(&answer), "/payments/unmatched?livemode=false&linked=pi_lost");
        let told = words(&app.page_of_editor(location(&answer)).await);
        assert!(told.contains("$500.00 (pi_lost) now belongs to Ana Lima, whose journey is Paid. Undo"), "{told}");
        assert_eq!(app.unmatched().await.len(), 1);
        let answer = app.submit(Role::Editor, "/payments/pi_lost/unlink", "from=inbox").await;
        let told = words(&app.page_of_editor(location(&answer)).await);
        assert!(told.contains("Taken back: pi_lost waits here again."), "{told}");
        assert_eq!(app.unmatched().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn any_journey_can_be_looked_for() {
    on_both(async |app| {
        app.journey_named("Ben Özdemir", false).await;
        app.journey_named("Ben Live", true).await;
        app.deliver(&Pay::new("seek").success()).await;
        let html = app.page_of_editor("/payments/pi_seek?q=ben").await;
        let text = words(&html);
        assert!(text.contains("Link to Ben Özdemir") && !text.contains("Ben Live"), "{text}");
        let id = app.get("/api/v1/journeys?q=%C3%B6zdemir").await["items"][0]["id"].clone();
        let answer = app
            .submit(Role::Editor, "/payments/pi_seek/link", &format!("journey_id={}", id.as_str().unwrap()))
            .await;
        assert_eq!(location(&answer), "/payments/pi_seek");
        let text = words(&app.page_of_editor("/payments/pi_seek").await);
        assert!(text.contains("Matched by hand. Take the link back"), "{text}");
        let nobody = words(&app.page_of_editor("/payments/pi_seek?q=nobody").await);
        assert!(nobody.contains("No other journey of this mode fits “nobody”"), "{nobody}");
    })
    .await;
}

#[tokio::test]
async fn viewers_see_and_cannot_change() {
    on_both(async |app| {
        let ana = three(app).await;
        let html = app.page("/payments/unmatched").await.text;
        assert!(!html.contains("/link\""), "no button that would be refused");
        for (path, body) in [
            ("/payments/pi_lost/link", format!("journey_id={ana}")),
            ("/payments/pi_lost/unlink", String::new()),
        ] {
            assert_eq!(app.submit(Role::Viewer, path, &body).await.status, 403, "{path}");
        }
        assert_eq!(app.unmatched().await.len(), 2);
        for (body, status) in [("", 422), ("journey_id=jrn_none", 422), ("journey_id=%00", 422)] {
            assert_eq!(
                app.submit(Role::Editor, "/payments/pi_lost/link", body).await.status,
                status,
                "{body}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_file_has_what_is_shown_and_runs_nothing() {
    on_both(async |app| {
        let client = json!({"name": "=HYPERLINK(\"http://x\")", "email": "x@example.com"});
        let client = text(&app.post("/api/v1/clients", &client).await, "id");
        let journey = app.journey_of(&client).await;
        app.deliver(&Pay::of("cell", &journey.id).success()).await;
        app.deliver(&Pay::new("other").success()).await;
        let answer = app.page("/payments.csv?matched=true").await;
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"payments-test.csv\"");
        let lines: Vec<&str> = answer.text.lines().collect();
        assert_eq!(lines.len(), 2, "{}", answer.text);
        assert!(lines[0].starts_with("id,status,currency,gross_minor,refunded_minor,"), "{}", lines[0]);
        let want = format!(
            "pi_cell,paid,usd,50000,0,0,0,50000,card,2026-11-22T02:14:15.000Z,false,journey_metadata,{},\
             \"'=HYPERLINK(\"\"http://x\"\")\",x@example.com",
            journey.id
        );
        assert_eq!(lines[1], want);
        assert_eq!(app.page("/payments.csv").await.text.lines().count(), 3);
        assert_eq!(app.page("/payments.csv?status=lost").await.text.lines().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_empty_says_what_to_do_next() {
    on_both(async |app| {
        let text = words(&app.page("/payments").await.text);
        assert!(
            text.contains("No test payments yet") && text.contains("http://whypaid.test/api/webhooks/stripe"),
            "{text}"
        );
        let text = words(&app.page("/payments/unmatched").await.text);
        assert!(text.contains("Every payment has its journey"), "{text}");
        let name = "<img src=x onerror=alert(1)>";
        let email = Some(name.to_owned());
        app.deliver(&Pay { email, ..Pay::new("hostile") }.success()).await;
        for path in ["/payments", "/payments/unmatched", "/payments/pi_hostile?q=%3Cimg%20src=x%3E"] {
            assert!(!app.page_of_editor(path).await.contains("<img"), "{path}");
        }
    })
    .await;
}
