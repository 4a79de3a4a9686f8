//! SIGTERM while something would keep the program from ending: it ends all the same, and loses nothing.

use crate::util::check::{STOP_MAX, check, settle};
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::process::Whypaid;
use crate::util::say;
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const JOURNEYS: usize = 6;
/// Some seconds' work.
const BACKLOG_EVENTS: usize = 5_000;

/// Axum waits for every connection that has begun a request, and these never end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_stop_cuts_off_half_sent_requests() {
    let database = Database::sqlite();
    token(&database.url).await;
    let server = Whypaid::start(&database.url).await;
    let address = server.base.strip_prefix("http://").unwrap();
    let mut half_head = TcpStream::connect(address).await.expect("connects");
    half_head.write_all(b"POST /api/webhooks/stripe HTTP/1.1\r\nHost: wh").await.expect("sends");
    let mut half_body = TcpStream::connect(address).await.expect("connects");
    let head = "POST /api/webhooks/stripe HTTP/1.1\r\nHost: whypaid.test\r\nStripe-Signature: t=1,v1=00\r\n\
                Content-Length: 1000\r\n\r\n{";
    half_body.write_all(head.as_bytes()).await.expect("sends");
    // It has read what came before on other connections once it answers on a new one.
    Seller::new(&server, "").get("/healthz").await;
    let took = server.terminate(STOP_MAX).await;
    say(format!("crash_stop_cuts_off_half_sent_requests: stopped in {took:?}"));
}

/// Thousands of stored events wait to be applied, as after a long outage.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_stop_leaves_a_backlog_to_the_next_start() {
    let database = Database::sqlite();
    let token = token(&database.url).await;
    let server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    server.terminate(STOP_MAX).await;
    let stripe = StripeSide::new(Rng::start("crash_stop_leaves_a_backlog"), journeys);
    let backlog: Vec<_> = (0..BACKLOG_EVENTS).map(|_| stripe.next()).collect();
    database.insert(&backlog).await;

    let took = Whypaid::start(&database.url).await.terminate(STOP_MAX).await;
    let left = database.waiting().await;
    assert!(left > 0, "it applied the whole backlog before it stopped, in {took:?}");
    let server = Whypaid::start(&database.url).await;
    let settled_in = settle(&database).await;
    check(server, &database, &token, &stripe).await;
    say(format!(
        "crash_stop_leaves_a_backlog: stopped in {took:?} with {left} events left; they were applied in {settled_in:?}"
    ));
}
