//! Requests of the seller: make records, read what became of them.

use super::process::Whypaid;
use serde_json::{Value, json};
use server::api::access::{Principal, Role};
use server::apply::Context;
use server::clock::Clock;
use server::people::tokens;
use store::Db;

/// The price of every journey, minor units.
pub(crate) const PRICE_MINOR: i64 = 50_000;
/// Rows asked for at once: the most that is given.
const PAGE: usize = 200;

/// Speaks with one server as an owner.
pub(crate) struct Seller {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// A token that works as long as the database lives.
pub(crate) async fn token(database_url: &str) -> String {
    let db = Db::open(database_url).expect("opens");
    db.migrate().await.expect("migrates");
    let (context, who) = (Context::new(Clock::system()), Principal::command_line());
    let made = tokens::make(&db, &context, &who, Role::Owner, "Process test").await;
    let (_, token) = made.expect("a token");
    db.close().await;
    token
}

impl Seller {
    pub(crate) fn new(server: &Whypaid, token: &str) -> Self {
        Self { http: reqwest::Client::new(), base: server.base.clone(), token: token.to_owned() }
    }

    /// Status, `Retry-After`, and body.
    pub(crate) async fn get_raw(&self, path: &str) -> (u16, Option<String>, String) {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error}"));
        let status = response.status().as_u16();
        let retry = response.headers().get("retry-after").map(|v| v.to_str().unwrap().to_owned());
        (status, retry, response.text().await.expect("a body"))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, _, body) = self.get_raw(path).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body);
        let response = request.send().await.unwrap_or_else(|error| panic!("POST {path}: {error}"));
        let status = response.status().as_u16();
        let body = response.text().await.expect("a body");
        assert_eq!(status, 201, "POST {path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Ids of new journeys, each of its own client, through one content.
    pub(crate) async fn make_journeys(&self, count: usize) -> Vec<String> {
        let page = "# Page";
        let content = json!({
            "name": "Guarantee offer", "price": {"amount_minor": PRICE_MINOR, "currency": "usd"},
            "pages": {"activation": page, "agreement": page, "confirmation": page, "processing": page},
            "hypothesis": {
                "statement": "A money-back guarantee removes the risk that stops small shops.",
                "category": "risk-reversal"
            }
        });
        let version = self.post("/api/v1/contents", &content).await["version"]["id"].clone();
        let mut ids = Vec::with_capacity(count);
        for number in 0..count {
            let client =
                json!({"name": format!("Client {number}"), "email": format!("c{number}@example.com")});
            let client = self.post("/api/v1/clients", &client).await;
            let journey = json!({"client_id": client["id"], "content_version_id": version});
            let journey = self.post("/api/v1/journeys", &journey).await;
            ids.push(journey["id"].as_str().expect("an id").to_owned());
        }
        ids
    }

    /// Every row of a journey's history, newest first.
    pub(crate) async fn history(&self, journey_id: &str) -> Vec<Value> {
        let mut path = format!("/api/v1/journeys/{journey_id}/history?limit={PAGE}");
        let first = path.clone();
        let mut rows = Vec::new();
        loop {
            let mut list = self.get(&path).await;
            rows.append(list["items"].as_array_mut().expect("a list"));
            let Some(next) = list["next"].as_str() else { return rows };
            path = format!("{first}&after={next}");
        }
    }
}
