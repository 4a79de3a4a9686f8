//! The demo is the whole loop: what its past left behind, and a person who pays, is refunded, and comes back a day later.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use reqwest::redirect::Policy;
use serde_json::{Value, json};
use server::apply::verify::verify;
use server::demo::Demo;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Longest wait for the books to say something.
const WAIT_MAX: Duration = Duration::from_secs(30);

struct Person {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Person {
    fn of(demo: &Demo) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, base: demo.base().to_owned(), token: demo.token().to_owned() }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn checkout(&self, journey: &str) -> Value {
        let path = format!("{}/api/v1/journeys/{journey}/checkout", self.base);
        let request = self.http.post(path).bearer_auth(&self.token).json(&json!({}));
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn press(&self, page: &str, button: &str) -> String {
        let request = self.http.post(page).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(button.to_owned()).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{page} {button}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    async fn until(&self, journey: &str, want: (&str, &str)) -> Value {
        let started = tokio::time::Instant::now();
        loop {
            let now = self.get(&format!("/api/v1/journeys/{journey}")).await;
            if (now["outcome"].as_str(), now["payment_status"].as_str()) == (Some(want.0), Some(want.1)) {
                return now;
            }
            assert!(started.elapsed() < WAIT_MAX, "still waiting for {want:?}: {now}");
            tokio::task::yield_now().await;
        }
    }
}

async fn demo() -> (Demo, Person) {
    let demo = Demo::start(Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await.unwrap();
    let person = Person::of(&demo);
    (demo, person)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_left_journeys_of_every_kind() {
    let (demo, person) = demo().await;
    let mut kinds = BTreeMap::<(String, String), usize>::new();
    // The cast's addresses; the crowd before them has others.
    let list = person.get("/api/v1/journeys?limit=200&q=@example.com").await;
    for journey in list["items"].as_array().unwrap() {
        let text = |field: &str| journey[field].as_str().unwrap().to_owned();
        *kinds.entry((text("outcome"), text("payment_status"))).or_default() += 1;
    }
    let want = [
        (("ghosted", "none"), 2),
        (("paid", "paid"), 4),
        (("paid", "partially_refunded"), 1),
        (("pending", "none"), 3),
        (("refunded", "refunded"), 1),
        (("responded", "none"), 1),
    ];
    let want = want.map(|((outcome, status), count)| ((outcome.to_owned(), status.to_owned()), count));
    assert_eq!(kinds, BTreeMap::from(want));
    // Each payment was told of through the pay button's checkout, and when it happened.
    let payments = person.get("/api/v1/payments?limit=200").await;
    for payment in payments["items"].as_array().unwrap() {
        assert_eq!(payment["matched_by"], "journey_metadata", "{payment}");
    }
    let conversion = person.get("/api/v1/insights/conversion?by=element").await;
    assert!(conversion["overall"]["n"].as_u64().unwrap() > 450, "{conversion}");
    let groups = conversion["groups"].as_array().unwrap();
    let guarantee = groups.iter().find(|group| group["key"] == "guarantee=30-days").unwrap();
    assert_eq!(guarantee["verdict"], "more", "the planted truth is found: {guarantee}");
    let report = verify(&demo.server().app.db, |_| {}).await.unwrap();
    assert!(report.differences.is_empty(), "{:#?}", report.differences);
    demo.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_pays_and_what_happens_next_shows() {
    let (demo, person) = demo().await;
    let list = person.get("/api/v1/journeys?outcome=pending").await;
    let journey = list["items"][0]["id"].as_str().unwrap().to_owned();
    let opened = person.checkout(&journey).await;
    let (session, page) = (opened["session_id"].as_str().unwrap(), opened["url"].as_str().unwrap());
    assert!(person.press(page, "how=declined").await.ends_with(session));
    person.until(&journey, ("pending", "failed")).await;
    let back = person.press(page, "how=paid").await;
    assert!(back.starts_with(&person.base) && back.contains(session), "{back}");
    let paid = person.until(&journey, ("paid", "paid")).await;
    assert_eq!(paid["payments"][0]["gross_minor"], paid["price"]["amount_minor"]);
    let admin = format!("{}/payments/{session}", demo.stand_in().admin_url());
    person.press(&admin, "act=refund-part").await;
    person.until(&journey, ("paid", "partially_refunded")).await;
    person.press(&admin, "act=disputed").await;
    person.until(&journey, ("paid", "disputed")).await;
    person.press(&admin, "act=lost").await;
    person.until(&journey, ("refunded", "lost")).await;
    demo.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_passes_at_the_press_of_a_button() {
    let (demo, person) = demo().await;
    let list = person.get("/api/v1/journeys?outcome=pending").await;
    let journey = list["items"][0]["id"].as_str().unwrap().to_owned();
    let first = person.checkout(&journey).await;
    person.press(&format!("{}/clock", demo.stand_in().admin_url()), "by=25-hours").await;
    person.until(&journey, ("ghosted", "none")).await;
    // The server's clock went along, so the next checkout is as good as any.
    let second = person.checkout(&journey).await;
    assert_ne!(first["session_id"], second["session_id"]);
    person.press(second["url"].as_str().unwrap(), "how=debit-paid").await;
    person.until(&journey, ("pending", "processing")).await;
    person.press(&format!("{}/clock", demo.stand_in().admin_url()), "by=minute").await;
    person.until(&journey, ("paid", "paid")).await;
    demo.stop().await.unwrap();
}
