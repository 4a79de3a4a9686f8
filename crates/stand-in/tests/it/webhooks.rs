//! Webhooks: signed, tried again, and troubled when asked.

use crate::util::{Client, NOW_S, events, options, start};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use stand_in::{Endpoint, Options, Outcome, StandIn, Trouble};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use stripe::Secrets;
use tokio::net::TcpListener;

const SECRET: &str = "whsec_test";

/// What arrived, and what to answer next; 200 when nothing is said.
#[derive(Clone, Default)]
pub(crate) struct Inbox {
    bodies: Arc<Mutex<Vec<Value>>>,
    raw: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Inbox {
    /// Listens, and says where.
    pub(crate) async fn listen(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// `{"header", "body"}` of each.
    pub(crate) fn raw(&self) -> Vec<Value> {
        self.raw.lock().unwrap().clone()
    }

    fn ids(&self) -> Vec<String> {
        self.bodies.lock().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = headers["stripe-signature"].to_str().unwrap();
    let text = std::str::from_utf8(&body).unwrap();
    inbox.raw.lock().unwrap().push(json!({"header": header, "body": text}));
    inbox.bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    let answer = inbox.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}

async fn listening() -> (StandIn, Client, Inbox) {
    let inbox = Inbox::default();
    let url = inbox.clone().listen().await;
    let stand_in = start().await;
    stand_in.set_endpoint(Some(Endpoint { in_flight_max: 1, ..Endpoint::new(url, SECRET) }));
    let client = Client::of(&stand_in);
    (stand_in, client, inbox)
}

async fn pay(stand_in: &StandIn, client: &Client) -> Vec<String> {
    let session = client.session().await;
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    stand_in.settled().await;
    events(client).await.iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_event_is_told_once_signed_and_in_order() {
    let (stand_in, client, inbox) = listening().await;
    let made = pay(&stand_in, &client).await;
    assert_eq!(inbox.ids(), made);
    for raw in inbox.raw() {
        let (header, body) = (raw["header"].as_str().unwrap(), raw["body"].as_str().unwrap());
        stripe::verify(header, body.as_bytes(), &Secrets::parse(SECRET), NOW_S).unwrap();
    }
    let (_, listed) = client.get(&format!("/v1/events/{}", made[0])).await;
    assert_eq!(listed["pending_webhooks"], 0);
    let mut told = inbox.bodies.lock().unwrap()[0].clone();
    assert_eq!(told["pending_webhooks"], 1);
    told["pending_webhooks"] = 0.into();
    assert_eq!(told, listed);
    stand_in.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_by_the_accounts_clock() {
    let (stand_in, client, inbox) = listening().await;
    inbox.answers.lock().unwrap().extend([302, 500, 404, 503]);
    let made = pay(&stand_in, &client).await;
    assert_eq!((inbox.ids().len(), made.len()), (4, 4));
    let undelivered = || async { client.get("/v1/events?delivery_success=false").await.1["data"].clone() };
    assert_eq!(undelivered().await.as_array().unwrap().len(), 4);
    stand_in.with(|account| account.advance(299));
    stand_in.settled().await;
    // The charge was booked meanwhile, which is news.
    assert_eq!(inbox.ids().len(), 5);
    stand_in.with(|account| account.advance(1));
    stand_in.settled().await;
    assert_eq!(inbox.ids()[5..], made);
    assert_eq!(undelivered().await.as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_sandbox_gives_up_after_three_retries() {
    let (stand_in, client, inbox) = listening().await;
    inbox.answers.lock().unwrap().extend([500; 1000]);
    pay(&stand_in, &client).await;
    for _ in 0..100 {
        stand_in.with(|account| account.advance(3600));
        stand_in.settled().await;
    }
    // Five events, of which the last came with the first advance.
    assert_eq!(inbox.ids().len(), 5 * 4);
}

#[tokio::test]
async fn trouble_duplicates_drops_and_disorders() {
    let (stand_in, client, inbox) = listening().await;
    stand_in.make_trouble(Trouble { duplicated_percent: 30, dropped_percent: 20, disorder: 16 });
    let mut made = Vec::new();
    for _ in 0..24 {
        made = pay(&stand_in, &client).await;
    }
    let arrived = inbox.ids();
    let distinct: BTreeSet<&String> = arrived.iter().collect();
    assert!((60..=90).contains(&distinct.len()), "{} of {}", distinct.len(), made.len());
    assert!(arrived.len() > distinct.len() + 10);
    let told: Vec<&String> = made.iter().filter(|id| distinct.contains(id)).collect();
    let mut first_seen: Vec<&String> = Vec::new();
    for id in &arrived {
        if !first_seen.contains(&id) {
            first_seen.push(id);
        }
    }
    assert_ne!(first_seen, told);
    let (_, lost) = client.get("/v1/events?delivery_success=false&limit=100").await;
    assert_eq!(lost["data"].as_array().unwrap().len(), made.len() - distinct.len());
}

#[tokio::test]
async fn an_event_can_be_sent_again() {
    let (stand_in, client, inbox) = listening().await;
    let made = pay(&stand_in, &client).await;
    assert!(stand_in.with(|account| account.resend(&made[0])));
    assert!(!stand_in.with(|account| account.resend("evt_none")));
    stand_in.settled().await;
    assert_eq!(*inbox.ids().last().unwrap(), made[0]);
}

#[tokio::test]
async fn who_follows_the_accounts_clock_gets_signatures_of_it() {
    let inbox = Inbox::default();
    let url = inbox.clone().listen().await;
    let ahead_ms = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let options = Options { ahead_ms: Some(Arc::clone(&ahead_ms)), ..options() };
    let past_ms = Some((NOW_S - 1000) * 1000);
    let stand_in = StandIn::start(Options { starts_at_ms: past_ms, ..options }).await.unwrap();
    stand_in.set_endpoint(Some(Endpoint::new(url, SECRET)));
    assert_eq!(ahead_ms.load(std::sync::atomic::Ordering::SeqCst), -1_000_000);
    stand_in.with(|account| account.advance(3000));
    assert_eq!(ahead_ms.load(std::sync::atomic::Ordering::SeqCst), 2_000_000);
    pay(&stand_in, &Client::of(&stand_in)).await;
    let raw = inbox.raw();
    let (header, body) = (raw[0]["header"].as_str().unwrap(), raw[0]["body"].as_str().unwrap());
    stripe::verify(header, body.as_bytes(), &Secrets::parse(SECRET), NOW_S + 2000).unwrap();
}
