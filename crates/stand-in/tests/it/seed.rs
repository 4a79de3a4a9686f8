//! Large accounts, fast, and the same each time.

use crate::util::{Client, NOW_MS, options};
use serde_json::json;
use stand_in::{Options, Seed, StandIn};

const SEED: Seed = Seed { payments: 1000, every_s: 600, tell: false };

#[tokio::test]
async fn the_same_seed_gives_the_same_account() {
    let mut newest = Vec::new();
    for seed in [7, 7, 8] {
        let stand_in = StandIn::start(Options { seed, ..options() }).await.unwrap();
        stand_in.with(|account| account.seed(SEED)).unwrap();
        let client = Client::of(&stand_in);
        newest.push(client.get("/v1/events?limit=1").await.1["data"][0]["id"].clone());
    }
    assert_eq!(newest[0], newest[1]);
    assert_ne!(newest[0], newest[2]);
}

#[tokio::test]
async fn a_hundred_thousand_payments_take_seconds() {
    let past_ms = NOW_MS - 700 * 86_400_000;
    let options = Options { starts_at_ms: Some(past_ms), ..options() };
    let stand_in = StandIn::start(options).await.unwrap();
    stand_in.with(|account| account.seed(Seed { payments: 100_000, ..SEED })).unwrap();
    let client = Client::of(&stand_in);
    let (status, list) = client.get("/v1/payment_intents?limit=100").await;
    assert_eq!((status, &list["has_more"]), (200, &json!(true)));
    let (_, sessions) = client
        .get(&format!("/v1/checkout/sessions?payment_intent={}", list["data"][0]["id"].as_str().unwrap()))
        .await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 1);
}
