//! Hypotheses: why something should work, written down before it is known. They come inside other bodies.

use super::access::Viewer;
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::contents::{self, StoredHypothesis};
use utoipa::ToSchema;

/// Categories that sellers usually think in; any other will do.
pub const CATEGORIES: [&str; 8] = [
    "price",
    "urgency",
    "social-proof",
    "personalisation",
    "clarity",
    "risk-reversal",
    "authority",
    "reciprocity",
];
/// Shortest statement (SPEC section 1).
const STATEMENT_CHARS_MIN: usize = 20;
/// Longest statement.
const STATEMENT_CHARS_MAX: usize = 2_000;
/// Longest category of one's own.
const CATEGORY_CHARS_MAX: usize = 50;
/// Longest prediction: ten years.
const DAYS_MAX: i64 = 3_650;

/// Body of a hypothesis.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewHypothesis {
    /// At least 20 characters.
    statement: String,
    /// price, urgency, social-proof, personalisation, clarity, risk-reversal, authority, reciprocity, or your own.
    category: String,
    /// 0 to 1.
    predicted_probability: Option<f64>,
    predicted_days: Option<i64>,
}

/// Reads the object at `hypothesis`.
pub fn read(app: &App, form: &mut Form) -> StoredHypothesis {
    StoredHypothesis {
        id: app.context.ids.make(IdKind::Hypothesis),
        statement: form.text("hypothesis.statement", STATEMENT_CHARS_MIN..=STATEMENT_CHARS_MAX),
        category: form.text("hypothesis.category", 1..=CATEGORY_CHARS_MAX).to_lowercase(),
        predicted_probability: form.opt_probability("hypothesis.predicted_probability"),
        predicted_days: form.opt_int("hypothesis.predicted_days", 0..=DAYS_MAX),
        created_at_ms: app.context.clock.now_ms(),
    }
}

/// A hypothesis.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hypothesis {
    id: String,
    statement: String,
    category: String,
    predicted_probability: Option<f64>,
    predicted_days: Option<i64>,
    created_at: String,
}

/// One hypothesis.
#[utoipa::path(get, path = "/api/v1/hypotheses/{id}", tag = "contents",
    responses((status = 200, body = Hypothesis), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Json<Hypothesis>> {
    let found = if IdKind::Hypothesis.fits(&id) {
        contents::get_hypothesis(&mut app.db.read().await?, &id).await?
    } else {
        None
    };
    let h = found.ok_or_else(|| Problem::not_found("hypothesis"))?;
    Ok(Json(Hypothesis {
        id: h.id,
        statement: h.statement,
        category: h.category,
        predicted_probability: h.predicted_probability,
        predicted_days: h.predicted_days,
        created_at: rfc3339(h.created_at_ms),
    }))
}
