//! What the tests share: a stand-in whose clock stands still, a client, an endpoint.

use serde_json::Value;
use stand_in::{Account, Options, StandIn};
use std::sync::Arc;

/// 2026-11-22T02:14:15Z
pub(crate) const NOW_MS: i64 = 1_795_313_655_000;
pub(crate) const NOW_S: i64 = NOW_MS / 1000;

/// The real time stands still; the account's moves when told.
pub(crate) fn options() -> Options {
    Options::new(Arc::new(|| NOW_MS))
}

pub(crate) async fn start() -> StandIn {
    StandIn::start(options()).await.unwrap()
}

/// A client of the API with a key.
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    base: String,
}

impl Client {
    pub(crate) fn of(stand_in: &StandIn) -> Self {
        Self { http: reqwest::Client::new(), base: stand_in.base_url().to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth("sk_test_1");
        read(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        read(self.request(path, body)).await
    }

    pub(crate) fn request(&self, path: &str, body: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth("sk_test_1");
        request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned())
    }

    /// Makes a session and returns its id.
    pub(crate) async fn session(&self) -> String {
        self.session_with("").await
    }

    pub(crate) async fn session_with(&self, more: &str) -> String {
        let (status, session) = self.post("/v1/checkout/sessions", &format!("{SESSION}{more}")).await;
        assert_eq!(status, 200, "{session}");
        session["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

/// 500.00 EUR.
pub(crate) const SESSION: &str = "mode=payment&success_url=https%3A%2F%2Fexample.com%2Fdone%3Fs%3D%7BCHECKOUT_SESSION_ID%7D\
    &cancel_url=https%3A%2F%2Fexample.com%2Fback&client_reference_id=jrn_1&metadata[journeyId]=jrn_1\
    &payment_intent_data[metadata][journeyId]=jrn_1&line_items[0][quantity]=1\
    &line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=50000\
    &line_items[0][price_data][product_data][name]=Guarantee";

/// All events, oldest first.
pub(crate) async fn events(client: &Client) -> Vec<Value> {
    let (status, list) = client.get("/v1/events?limit=100").await;
    assert_eq!((status, &list["has_more"]), (200, &Value::Bool(false)));
    let mut events = list["data"].as_array().unwrap().clone();
    events.reverse();
    events
}

pub(crate) fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

pub(crate) fn object(account: &Account, id: &str) -> Value {
    account.object(id).unwrap_or_else(|| panic!("no {id}"))
}
