//! The audit log: what people and programs changed; for owners.

use super::access::Owner;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::{parse_rfc3339, rfc3339};
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use store::audit::{self, AuditFilter, Entry};
use utoipa::ToSchema;

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    id: String,
    at: String,
    /// By name.
    actor: String,
    /// `per_…`, `tok_…`, or the name again: the command line, the demo.
    actor_id: String,
    /// `journey.mark`
    action: String,
    /// What it was done to.
    object_id: Option<String>,
    #[schema(value_type = serde_json::Value)]
    detail: Option<Box<RawValue>>,
}

impl From<Entry> for AuditEntry {
    fn from(e: Entry) -> Self {
        Self {
            id: e.id,
            at: rfc3339(e.at_ms),
            actor: e.actor,
            actor_id: e.actor_id,
            action: e.action,
            object_id: e.object_id,
            detail: serde_json::from_str(&e.detail).ok(),
        }
    }
}

/// Changes, newest first. `action` is one (`journey.mark`) or a noun (`journey`).
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit",
    params(("actor" = Option<String>, Query), ("action" = Option<String>, Query), ("object" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<AuditEntry>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Owner, mut params: Params) -> Result<Json<List<AuditEntry>>> {
    let filter = filter(&mut params);
    let page = params.page(|after| IdKind::Audit.fits(after))?;
    let after = page.after.as_deref();
    let found = audit::list(&mut app.db.read().await?, &filter, after, page.rows()).await?;
    Ok(Json(page.list(found.into_iter().map(AuditEntry::from).collect(), |entry| entry.id.clone())))
}

/// The filters of the list, for the API and the page. A day counts as its start in `from`, as its end in `to`.
pub fn filter(params: &mut Params) -> AuditFilter {
    AuditFilter {
        actor_id: params.text("actor"),
        action: params.text("action"),
        object_id: params.text("object"),
        from_ms: moment(params, "from", 0),
        to_ms: moment(params, "to", 1),
    }
}

const DAY_MS: i64 = 86_400_000;

fn moment(params: &mut Params, name: &str, days_later: i64) -> Option<i64> {
    let read = |text: &str| {
        let day = || parse_rfc3339(&format!("{text}T00:00:00Z")).map(|ms| ms + days_later * DAY_MS);
        parse_rfc3339(text).or_else(day)
    };
    params.word(name, read, "2026-01-31, 2026-01-31T09:00:00Z")
}
