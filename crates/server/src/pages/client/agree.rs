//! `POST /j/{token}/agreement`: the client accepts the text they have read.

use super::guard::NotForeign;
use super::page::Shown;
use super::refusal::{Refusal, withdrawn};
use super::standing::{Accepted, Standing};
use super::step::Step;
use super::visit::Visit;
use super::{steps, words};
use crate::app::App;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use store::agreements::{self, Agreement};

/// What the form sends.
#[derive(Default, Deserialize)]
pub(super) struct Agree {
    /// There when the box is ticked.
    agree: Option<String>,
    /// Of the text that was shown.
    #[serde(default)]
    sha256: String,
}

/// Records the acceptance and goes on to paying.
pub(super) async fn accept(
    State(app): State<App>,
    Path(token): Path<String>,
    _own: NotForeign,
    parts: Parts,
    sent: Result<Form<Agree>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(sent) = sent.unwrap_or_default();
    let mut conn = app.db.write().await?;
    let visit = Visit::load(&app.config, &mut conn, &token).await?.ok_or(Refusal::Unknown)?;
    let now_ms = app.context.clock.now_ms();
    let standing = visit.standing(None, now_ms);
    if standing == Standing::Withdrawn {
        return Ok(withdrawn());
    }
    let next = || Ok(Redirect::to(&format!("/j/{token}/confirmation")).into_response());
    if standing.is_past_paying() || visit.accepted() == Accepted::Current {
        return next();
    }
    let changed = sent.sha256 != visit.agreement_sha256;
    if changed || sent.agree.is_none() {
        let answer = changed.then(|| (StatusCode::CONFLICT, words::text_changed()));
        let locale = steps::locale(&parts);
        let shown = Shown {
            visit: &visit,
            step: Step::Agreement,
            standing,
            locale,
            preview: false,
            view_id: None,
            answer,
            forgotten: !changed,
        };
        return Ok(shown.respond());
    }
    let agreement = Agreement {
        journey_id: visit.journey.id,
        at_ms: now_ms,
        content_version_id: visit.version.id,
        text_sha256: visit.agreement_sha256,
    };
    agreements::insert(&mut conn, &agreement).await?;
    conn.commit().await?;
    next()
}
