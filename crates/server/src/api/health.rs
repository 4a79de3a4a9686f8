//! Is it alive, can it work, and how is it doing.

use super::problem::Problem;
use crate::app::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use store::events::EventStatus;

/// Alive: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = Value)))]
pub async fn healthz() -> Json<Value> {
    Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// Ready: the database answers, and what a crash left behind is in it.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = Value), (status = 503, body = Problem)))]
pub async fn readyz(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.not_done().await?;
    app.ingest.on_the_way.settled().await;
    Ok(Json(json!({"status": "ready"})))
}

/// Prometheus text.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> String {
    if let Ok(rows) = app.not_done().await {
        let now_ms = app.context.clock.now_ms();
        for status in [EventStatus::Received, EventStatus::Failed, EventStatus::Dead] {
            let (count, oldest) = rows.iter().find(|r| r.0 == status).map_or((0, now_ms), |r| (r.1, r.2));
            set("whypaid_events_waiting", status, count);
            set("whypaid_events_waiting_oldest_ms", status, now_ms - oldest);
        }
    }
    app.metrics.render()
}

fn set(name: &'static str, status: EventStatus, value: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!(name, "status" => status.as_str()).set(value as f64);
}
