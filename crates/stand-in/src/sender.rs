//! Sends webhooks: takes what is due, posts it, notes how it went.
//!
//! Must never decide when to try again: [`deliveries`](crate::deliveries) does.

use crate::deliveries::Job;
use crate::state::{Sending, Shared};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Stripe does not say how long it waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Looks at the time at least so often.
const PAUSE_MS_MAX: u64 = 60_000;

pub(crate) async fn run(shared: Arc<Shared>) {
    // Stripe follows no redirect.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(ANSWER_TIMEOUT)
        .user_agent("Stripe/1.0 (stand-in)")
        .build();
    let Ok(client) = client else {
        tracing::error!("the stand-in cannot make HTTP requests, so nobody hears of its events");
        return;
    };
    let mut flying = JoinSet::new();
    while !shared.stop.is_cancelled() {
        while let Some(sending) = shared.next_webhook() {
            flying.spawn(post(client.clone(), sending));
        }
        let pause = Duration::from_millis(shared.pause_ms().unwrap_or(PAUSE_MS_MAX).clamp(1, PAUSE_MS_MAX));
        tokio::select! {
            () = shared.stop.cancelled() => {}
            () = shared.wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(done) = flying.join_next() => note(&shared, done),
        }
    }
    while let Some(done) = flying.join_next().await {
        note(&shared, done);
    }
}

fn note(shared: &Shared, done: Result<(Job, bool), tokio::task::JoinError>) {
    // A task that panicked is none of ours: `post` does not.
    if let Ok((job, taken)) = done {
        shared.sent(&job, taken);
    }
}

async fn post(client: reqwest::Client, sending: Sending) -> (Job, bool) {
    let Sending { job, endpoint, body, signature } = sending;
    let request = client
        .post(&endpoint.url)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Stripe-Signature", signature)
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => (job, true),
        Ok(answer) => {
            tracing::warn!(status = answer.status().as_u16(), url = endpoint.url, "a webhook was not taken");
            (job, false)
        }
        Err(error) => {
            tracing::warn!(%error, "a webhook could not be delivered");
            (job, false)
        }
    }
}
