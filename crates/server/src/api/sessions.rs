//! Browsers that are signed in: one's own, and for owners everybody's.

use super::access::{Role, Viewer};
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::people::sessions;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use store::sessions::StoredSession;
use utoipa::ToSchema;

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    id: String,
    person_id: String,
    signed_in_at: String,
    /// To the minute.
    last_seen_at: String,
    /// Where it signed in from.
    address: Option<String>,
    /// What the browser calls itself.
    agent: Option<String>,
}

impl From<StoredSession> for Session {
    fn from(s: StoredSession) -> Self {
        Self {
            id: s.id,
            person_id: s.person_id,
            signed_in_at: rfc3339(s.created_at_ms),
            last_seen_at: rfc3339(s.seen_at_ms),
            address: s.address,
            agent: s.agent,
        }
    }
}

/// One's own sessions, newest first. An owner may ask for another person's with `person_id`.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "people",
    params(("person_id" = Option<String>, Query), ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Session>), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Viewer(who): Viewer,
    params: Params,
) -> Result<Json<List<Session>>> {
    let person_id = params.text("person_id").unwrap_or_else(|| who.id.clone());
    let page = params.page(|after| IdKind::Session.fits(after))?;
    if person_id != who.id && who.role != Role::Owner {
        let detail = "Other people's sessions are an owner's to see.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail));
    }
    let found = sessions::of_person(&app, &person_id, page.after.as_deref(), page.rows()).await?;
    Ok(Json(page.list(found.into_iter().map(Session::from).collect(), |session| session.id.clone())))
}

/// Sign a browser out: one's own, or as an owner anybody's.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "people",
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn end(State(app): State<App>, Viewer(who): Viewer, Path(id): Path<String>) -> Result<StatusCode> {
    sessions::end(&app, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
