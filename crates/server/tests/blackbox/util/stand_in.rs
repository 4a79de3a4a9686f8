//! A server beside a stand-in for Stripe that follows its clock.

use crate::util::app::{SECRET, Setup, TestApp, on_both_beside};
use serde_json::Value;
use server::clock::Clock;
use stand_in::{Endpoint, Options, StandIn};

/// Its key.
const KEY: &str = "sk_test_blackbox";

/// Runs `body` on each engine with an account that is empty. Nobody hears of its events until [`listen`].
pub(crate) async fn with_stand_in(body: impl AsyncFn(&TestApp, &StandIn)) {
    with_past(0, body).await;
}

/// Likewise with an account whose clock starts so many seconds ago.
pub(crate) async fn with_past(ago_s: i64, body: impl AsyncFn(&TestApp, &StandIn)) {
    let beside = async |clock: &Clock| {
        let told = clock.clone();
        let mut options = Options::new(std::sync::Arc::new(move || told.now_ms()));
        options.starts_at_ms = Some(clock.now_ms() - ago_s * 1000);
        let stripe = StandIn::start(options).await.expect("starts");
        let base = Some(stripe.base_url().to_owned());
        (Setup { secret_key: Some(KEY), stripe_api_base: base, ..Setup::default() }, stripe)
    };
    on_both_beside(beside, body).await;
}

/// The server hears of what happens from now on.
pub(crate) fn listen(app: &TestApp, stripe: &StandIn) {
    stripe.set_endpoint(Some(Endpoint::new(format!("{}/api/webhooks/stripe", app.base), SECRET)));
}

/// Ids of all the account's events, oldest first.
pub(crate) async fn events(stripe: &StandIn) -> Vec<String> {
    let http = reqwest::Client::new();
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let url = format!("{}/v1/events?limit=100{after}", stripe.base_url());
        let page: Value = http.get(url).bearer_auth(KEY).send().await.unwrap().json().await.unwrap();
        ids.extend(
            page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()),
        );
        if page["has_more"] != true {
            ids.reverse();
            return ids;
        }
        after = format!("&starting_after={}", ids.last().unwrap());
    }
}

impl TestApp {
    /// Forgets all that Stripe ever said.
    pub(crate) async fn forget_stripe(&self) {
        for table in [
            "event_waiting",
            "event",
            "snapshot",
            "payment",
            "payment_total",
            "payment_hint",
            "event_taken_in",
        ] {
            self.database.meddle(&format!("DELETE FROM {table}")).await;
        }
    }
}
