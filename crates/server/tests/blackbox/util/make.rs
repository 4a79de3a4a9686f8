//! Records to start from, and readers of what became of them.

use crate::util::TestApp;
use crate::util::answer::{Event, HistoryRow, Journey, List, Payment, read};
use crate::util::app::NOW_MS;
use crate::util::event::Pay;
use serde_json::{Value, json};

/// The price of [`content`].
pub(crate) const PRICE_MINOR: i64 = 50_000;

/// A content as the API takes it.
pub(crate) fn content() -> Value {
    json!({
        "name": "Guarantee offer",
        "pages": {
            "activation": "# Hello", "agreement": "Terms", "confirmation": "Thank you", "processing": "One moment"
        },
        "price": {"amount_minor": PRICE_MINOR, "currency": "usd"},
        "elements": {"headline": "question", "anchor": "yes"},
        "hypothesis": hypothesis()
    })
}

/// A hypothesis as the API takes it.
pub(crate) fn hypothesis() -> Value {
    json!({
        "statement": "A money-back guarantee removes the risk that stops small shops.",
        "category": "risk-reversal",
        "predicted_probability": 0.4,
        "predicted_days": 5
    })
}

impl TestApp {
    /// A client's id.
    pub(crate) async fn client(&self, email: &str, customer: Option<&str>) -> String {
        let body = json!({"name": "Ana Lima", "email": email, "stripe_customer_id": customer});
        text(&self.post("/api/v1/clients", &body).await, "id")
    }

    /// The id of a new content's first version.
    pub(crate) async fn version(&self) -> String {
        text(&self.post("/api/v1/contents", &content()).await["version"], "id")
    }

    /// A journey of a new client through a new content, for $500.00 of test money.
    pub(crate) async fn journey(&self) -> Journey {
        let client = self.client("ana@example.com", None).await;
        self.journey_of(&client).await
    }

    /// Likewise of this client.
    pub(crate) async fn journey_of(&self, client_id: &str) -> Journey {
        let version = self.version().await;
        self.journey_with(&json!({"client_id": client_id, "content_version_id": version})).await
    }

    /// A journey from its whole body.
    pub(crate) async fn journey_with(&self, body: &Value) -> Journey {
        read(&self.post("/api/v1/journeys", body).await)
    }

    /// The journey now.
    pub(crate) async fn journey_now(&self, id: &str) -> Journey {
        read(&self.get(&format!("/api/v1/journeys/{id}")).await)
    }

    /// Its history, newest first.
    pub(crate) async fn history(&self, id: &str) -> Vec<HistoryRow> {
        let list: List<HistoryRow> = read(&self.get(&format!("/api/v1/journeys/{id}/history")).await);
        assert_eq!(list.next, None);
        list.items
    }

    /// Payments that wait for a person.
    pub(crate) async fn unmatched(&self) -> Vec<Payment> {
        read::<List<Payment>>(&self.get("/api/v1/payments?unmatched=true&limit=200").await).items
    }

    /// Every payment.
    pub(crate) async fn payments(&self) -> Vec<Payment> {
        read::<List<Payment>>(&self.get("/api/v1/payments?limit=200").await).items
    }

    /// Events in a status; at most 200.
    pub(crate) async fn events(&self, status: &str) -> Vec<Event> {
        read::<List<Event>>(&self.get(&format!("/api/v1/events?status={status}&limit=200")).await).items
    }

    /// One event.
    pub(crate) async fn event(&self, id: &str) -> Event {
        let mut json = self.get(&format!("/api/v1/events/{id}")).await;
        json.as_object_mut().unwrap().remove("payload").expect("a payload");
        read(&json)
    }

    /// After a journey was meddled with: the lists are entered anew.
    pub(crate) async fn relist(&self, id: &str) {
        let mut conn = self.server.app.db.ledger().await.expect("the ledger");
        store::entries::enter(&mut conn, vec![id.to_owned()]).await.expect("enters");
        conn.commit().await.expect("commits");
    }

    /// An event that was tried too often: its row says so. Returns its id.
    pub(crate) async fn dead_event(&self, name: &str) -> String {
        let pay = Pay::new(&format!("dead{name}"));
        let event = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
        self.deliver(std::slice::from_ref(&event)).await;
        let id = text(&event, "id");
        let columns = "(event_id, status, attempts, received_at_ms, due_at_ms, last_error)";
        let sql = format!(
            "INSERT INTO event_waiting {columns} VALUES ('{id}', 'dead', 8, {NOW_MS}, 0, 'no such row')"
        );
        assert_eq!(self.database.meddle(&sql).await, 1);
        id
    }

    /// Marks a journey; returns it.
    pub(crate) async fn mark(&self, id: &str, outcome: &str) -> Journey {
        let body = json!({"outcome": outcome, "note": format!("saw {outcome}")});
        read(&self.post(&format!("/api/v1/journeys/{id}/mark"), &body).await)
    }
}

/// A text of a JSON object.
#[track_caller]
pub(crate) fn text(json: &Value, field: &str) -> String {
    json[field].as_str().unwrap_or_else(|| panic!("no {field} in {json}")).to_owned()
}
