//! What must be true at the end, whatever happened before.

use super::database::{Database, StoredEvent};
use super::http::Seller;
use super::process::{Whypaid, assert_verified};
use super::stripe_side::StripeSide;
use super::until;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// SIGTERM must end the program within this: the 10 s that a commit may take, and what applying the rest takes.
pub(crate) const STOP_MAX: Duration = Duration::from_secs(20);
/// Longest wait until all is applied: a connection that fell silent is given up after 45 s.
const SETTLE_MAX: Duration = Duration::from_secs(75);

/// What the check found, for the report.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) acknowledged: usize,
    pub(crate) stored: usize,
    /// How long the program took to apply what waited.
    pub(crate) settled_in: Duration,
    pub(crate) journeys: BTreeMap<String, Value>,
}

/// Waits until nothing waits to be applied.
pub(crate) async fn settle(database: &Database) -> Duration {
    let nothing_waits = async || match database.waiting().await {
        0 => Ok(()),
        waiting => Err(format!("{waiting} events wait")),
    };
    until("every event is applied", SETTLE_MAX, nothing_waits).await.1
}

/// The server runs on `database`. Afterwards it has been stopped with SIGTERM.
pub(crate) async fn check(server: Whypaid, database: &Database, token: &str, stripe: &StripeSide) -> Found {
    let settled_in = settle(database).await;
    let stored = database.events().await;
    assert_events(&stored, stripe);
    let seller = Seller::new(&server, token);
    let mut journeys = BTreeMap::new();
    for id in stripe.journeys() {
        let journey = seller.get(&format!("/api/v1/journeys/{id}")).await;
        assert_history(&journey, &seller.history(&id).await);
        journeys.insert(id, journey);
    }
    server.terminate(STOP_MAX).await;
    assert_verified(&database.url);
    Found { acknowledged: stripe.acknowledged().len(), stored: stored.len(), settled_in, journeys }
}

/// Everything acknowledged is there; everything there is what was sent, and applied once.
fn assert_events(stored: &[StoredEvent], stripe: &StripeSide) {
    let made = stripe.made();
    let by_id: BTreeMap<&str, &StoredEvent> = stored.iter().map(|event| (event.id.as_str(), event)).collect();
    assert_eq!(by_id.len(), stored.len(), "an event is stored once");
    let acknowledged = stripe.acknowledged();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !by_id.contains_key(id.as_str())).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged events are gone: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
    for event in stored {
        let sent = made.get(&event.id).unwrap_or_else(|| panic!("nobody sent {}", event.id));
        assert!(event.body == sent.body, "{}: not the bytes that were sent", event.id);
        let (status, why) = (&event.status, &event.last_error);
        assert_eq!((status.as_str(), event.attempts), ("applied", 1), "{}: {why:?}", event.id);
    }
}

/// Each row goes on where the one before it ended, and the newest ends where the journey is.
fn assert_history(journey: &Value, newest_first: &[Value]) {
    let mut outcome = Value::from("pending");
    for row in newest_first.iter().rev() {
        assert_eq!(row["from"], outcome, "a gap in the history of {journey:#}: {newest_first:#?}");
        assert_ne!(row["from"], row["to"], "a row without a change: {row:#}");
        outcome = row["to"].clone();
    }
    assert_eq!(journey["outcome"], outcome, "the history of {journey:#} ends elsewhere: {newest_first:#?}");
}

/// The same events, given once and in the order in which they happened to a database where nothing ever went wrong,
/// make the same journeys.
pub(crate) async fn assert_same_as_undisturbed(
    found: &Found,
    database: &Database,
    fresh: &Database,
    token: &str,
    stripe: &StripeSide,
) {
    insert_in_order(database, fresh, stripe).await;
    let server = Whypaid::start(&fresh.url).await;
    settle(fresh).await;
    let seller = Seller::new(&server, token);
    for (id, journey) in &found.journeys {
        let undisturbed = seller.get(&format!("/api/v1/journeys/{id}")).await;
        assert_eq!(&undisturbed, journey, "{id} differs from what the same events give undisturbed");
    }
    server.terminate(STOP_MAX).await;
}

async fn insert_in_order(database: &Database, fresh: &Database, stripe: &StripeSide) {
    let made = stripe.made();
    let stored = database.events().await;
    let mut in_order: Vec<_> = stored.iter().map(|event| made[&event.id].clone()).collect();
    in_order.sort_by(|a, b| (a.created_s, &a.id).cmp(&(b.created_s, &b.id)));
    fresh.insert(&in_order).await;
}
