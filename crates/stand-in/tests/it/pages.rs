//! The pages: a person pays, is declined, leaves; and the seller's side of Stripe is played.

use crate::util::{Client, start};
use reqwest::redirect::Policy;
use stand_in::{Outcome, StandIn};

struct Browser {
    http: reqwest::Client,
    base: String,
}

impl Browser {
    fn of(stand_in: &StandIn) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, base: stand_in.base_url().to_owned() }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Status, and where it leads or what it shows.
    async fn post(&self, path: &str, body: &str) -> (u16, String) {
        let request = self.http.post(format!("{}{path}", self.base));
        let form = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        let answer = form.send().await.unwrap();
        let status = answer.status().as_u16();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (
            status,
            match to {
                Some(to) => to,
                None => answer.text().await.unwrap(),
            },
        )
    }
}

async fn opened() -> (StandIn, Browser, String, String) {
    let stand_in = start().await;
    let session = Client::of(&stand_in).session().await;
    let browser = Browser::of(&stand_in);
    let page = format!("/c/pay/{session}");
    (stand_in, browser, session, page)
}

#[tokio::test]
async fn every_way_to_deal_with_a_checkout() {
    let done = |session: &str| format!("https://example.com/done?s={session}");
    for (how, to, status) in [
        ("paid", "done", "complete"),
        ("declined", "page", "open"),
        ("debit-paid", "done", "complete"),
        ("debit-failed", "done", "complete"),
        ("abandoned", "back", "open"),
        ("expired", "page", "expired"),
        ("nonsense", "page", "open"),
    ] {
        let (stand_in, browser, session, page) = opened().await;
        let got = browser.post(&page, &format!("how={how}&email=ana%40example.com")).await;
        let want = match to {
            "done" => done(&session),
            "back" => "https://example.com/back".to_owned(),
            _ => page.clone(),
        };
        assert_eq!(got, (303, want), "{how}");
        let object = stand_in.with(|account| account.object(&session).unwrap());
        assert_eq!(object["status"], status, "{how}");
        if status == "complete" {
            assert_eq!(object["customer_details"]["email"], "ana@example.com");
        }
    }
}

#[tokio::test]
async fn the_page_says_what_it_is_and_how_the_last_attempt_went() {
    let (_stand_in, browser, _, page) = opened().await;
    let (status, html) = browser.get(&page).await;
    assert_eq!(status, 200);
    assert!(html.contains("no real money") && html.contains("€500.00") && html.contains("Guarantee"));
    assert!(!html.contains("role=\"alert\"") && !html.contains("<script"));
    browser.post(&page, "how=declined").await;
    assert!(browser.get(&page).await.1.contains("Your card was declined."));
    browser.post(&page, "how=paid").await;
    assert!(browser.get(&page).await.1.contains("This checkout is done"));
    // A second click changes nothing.
    assert_eq!(browser.post(&page, "how=paid").await, (303, page.clone()));
    assert_eq!(browser.get("/c/pay/cs_none").await.0, 404);
}

#[tokio::test]
async fn what_a_seller_names_things_is_only_text() {
    let stand_in = start().await;
    let named = "&line_items[0][price_data][product_data][name]=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let session = Client::of(&stand_in).session_with(named).await;
    let browser = Browser::of(&stand_in);
    for path in [format!("/c/pay/{session}"), "/stand-in".to_owned()] {
        let html = browser.get(&path).await.1;
        assert!(html.contains("&#60;script&#62;") && !html.contains("<script"), "{html}");
    }
}

#[tokio::test]
async fn the_sellers_side_is_played_by_buttons() {
    let (stand_in, browser, session, _) = opened().await;
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    let path = format!("/stand-in/payments/{session}");
    let state = || async { browser.get("/stand-in").await.1 };
    assert!(state().await.contains("What happens next"));
    for (act, said) in [
        ("refund-part", "refunded in part"),
        ("inquiry", "the bank inquires"),
        ("disputed", "disputed"),
        ("won", "refunded in part"),
        ("lost", "dispute lost"),
    ] {
        assert_eq!(browser.post(&path, &format!("act={act}")).await, (303, format!("/stand-in#{session}")));
        assert!(state().await.contains(said), "{act}");
    }
    let (status, html) = browser.post(&path, "act=refund").await;
    assert!(status == 409 && html.contains("has been charged back"), "{status}");
    assert_eq!(browser.post("/stand-in/payments/cs_none", "act=refund").await.0, 409);
    let (_, refunds) = Client::of(&stand_in).get("/v1/refunds").await;
    assert_eq!(refunds["data"][0]["amount"], 12_500);
}

#[tokio::test]
async fn the_clock_is_put_forward_by_buttons() {
    let (stand_in, browser, session, _) = opened().await;
    let before_s = stand_in.with(|account| account.now_s());
    for by in ["minute", "hour", "day", "25-hours", "nonsense"] {
        assert_eq!(browser.post("/stand-in/clock", &format!("by={by}")).await.0, 303);
    }
    assert_eq!(stand_in.with(|account| account.now_s()) - before_s, 60 + 3600 + 86_400 + 90_000);
    let object = stand_in.with(|account| account.object(&session).unwrap());
    assert_eq!(object["status"], "expired");
    assert!(browser.get("/stand-in").await.1.contains("50 h 1 min"));
}

#[tokio::test]
async fn no_other_site_presses_the_buttons() {
    let (stand_in, browser, session, page) = opened().await;
    let request = browser.http.post(format!("{}{page}", stand_in.base_url()));
    let answer = request.header("sec-fetch-site", "cross-site").body("how=paid").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(stand_in.with(|account| account.object(&session).unwrap())["status"], "open");
    let policy = browser.http.get(stand_in.admin_url()).send().await.unwrap();
    assert!(policy.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
}
