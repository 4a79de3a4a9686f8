//! The hypothesis inside other bodies: why something should work, written down before it is known.

use super::form::Form;
use crate::app::App;
use crate::ids::IdKind;
use store::contents::StoredHypothesis;
use utoipa::ToSchema;

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
