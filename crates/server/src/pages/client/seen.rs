//! `POST /j/{token}/seen`: the page's script tells how long it was looked at.

use super::guard::NotForeign;
use super::refusal::Refusal;
use crate::app::App;
use crate::ids::{IdKind, is_secret};
use crate::visits::Note;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use store::journeys;

/// Longest that one page counts as looked at; after that it was left open.
const VISIBLE_MS_MAX: i64 = 60 * 60 * 1000;

/// What the script sends.
#[derive(Deserialize)]
pub(super) struct Seen {
    view: String,
    ms: i64,
}

/// Notes it. However much is claimed, no more counts than passed since the page was served. What is not known is not
/// told apart from what is.
pub(super) async fn note(
    State(app): State<App>,
    Path(token): Path<String>,
    _own: NotForeign,
    sent: Result<Form<Seen>, FormRejection>,
) -> Result<StatusCode, Refusal> {
    let Ok(Form(Seen { view, ms })) = sent else { return Ok(StatusCode::NO_CONTENT) };
    if ms <= 0 || !IdKind::View.fits(&view) || !is_secret(&token) {
        return Ok(StatusCode::NO_CONTENT);
    }
    if let Some(journey) = journeys::by_token(&mut app.db.read().await?, &token).await? {
        let at_ms = app.context.clock.now_ms();
        let visible_ms = ms.min(VISIBLE_MS_MAX);
        app.visits.note(Note::Seen { journey_id: journey.id, view_id: view, visible_ms, at_ms });
    }
    Ok(StatusCode::NO_CONTENT)
}
