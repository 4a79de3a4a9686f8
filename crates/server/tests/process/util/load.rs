//! Many connections that send events as fast as they are answered.

use super::process::{SECRET, Whypaid};
use super::stripe_side::{Answer, Event, StripeSide};
use server::clock::Clock;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Connections of a usual load.
pub(crate) const CONNECTIONS: usize = 16;
/// Longest time until an answer: the 10 s of SPEC 9.1, and what a busy machine adds.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(12);
/// A client of HTTP gives up after this; far more than [`ANSWER_MAX`], so that a hang is seen as one.
const GIVE_UP: Duration = Duration::from_secs(40);
/// A refused sender tries the next event after this, so that refusals do not take the machine.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(20);

/// A load under way.
pub(crate) struct Load {
    senders: JoinSet<()>,
    stop: CancellationToken,
}

impl Load {
    /// Starts the connections. Each ends when its connection breaks.
    pub(crate) fn start(server: &Whypaid, stripe: &StripeSide) -> Self {
        let stop = CancellationToken::new();
        let mut senders = JoinSet::new();
        for _ in 0..CONNECTIONS {
            senders.spawn(send_all(Sender::to(server), stripe.clone(), stop.clone()));
        }
        Self { senders, stop }
    }

    /// Waits for the answers under way.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while let Some(sender) = self.senders.join_next().await {
            sender.expect("a sender does not panic");
        }
    }
}

async fn send_all(sender: Sender, stripe: StripeSide, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let event = stripe.next();
        let started = Instant::now();
        let answer = sender.send(&event).await;
        stripe.note(&event, answer.clone(), started.elapsed());
        match answer {
            Answer::Acknowledged => {}
            Answer::Refused { .. } => tokio::time::sleep(PAUSE_AFTER_REFUSAL).await,
            Answer::Broken(_) => return,
        }
    }
}

/// One connection.
pub(crate) struct Sender {
    http: reqwest::Client,
    url: String,
}

impl Sender {
    pub(crate) fn to(server: &Whypaid) -> Self {
        let http = reqwest::Client::builder().timeout(GIVE_UP).build().expect("a client");
        Self { http, url: format!("{}/api/webhooks/stripe", server.base) }
    }

    /// Signs the event now and sends it.
    pub(crate) async fn send(&self, event: &Event) -> Answer {
        let signature = stripe::sign(&event.body, SECRET, Clock::system().now_s());
        let request =
            self.http.post(&self.url).header("stripe-signature", signature).body(event.body.clone());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Answer::Broken(format!("{error:?}")),
        };
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get("retry-after").and_then(|v| v.to_str().ok().map(str::to_owned));
        let body = response.bytes().await.unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        match status {
            // A status without its body is no acknowledgement to a careful sender; Stripe takes it for one.
            200 => Answer::Acknowledged,
            _ => Answer::Refused {
                status,
                retry_after,
                code: body["code"].as_str().unwrap_or("none").to_owned(),
            },
        }
    }
}
