//! What a seller makes of a journey: its analysis and what was learnt. Two people at once never lose each other's words:
//! a save names the revision it began from, and one that others overtook is refused with both texts.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::apply;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::outcome_note;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use serde::Serialize;
use serde_json::json;
use store::journeys::{self, StoredJourney};
use store::reviews::{self, StoredReview, Texts};
use store::{Conn, contents};
use utoipa::ToSchema;

/// Characters of each text.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// More saves than people make.
const REVISION_MAX: i64 = 1_000_000_000;

/// A review; texts are empty until somebody writes them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    journey_id: String,
    /// Saves so far; 0 when there was none.
    pub(crate) revision: i64,
    factors: String,
    missed_opportunities: String,
    deciding_factor: String,
    to_repeat: String,
    to_change: String,
    next_hypothesis: String,
    /// A person's, instead of `automatic_note`.
    learning_note: String,
    /// What the facts say; null while nothing is decided.
    automatic_note: Option<String>,
    changed_at: Option<String>,
    changed_by: Option<String>,
}

/// Body of a save. Texts that are absent stay as they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct ReviewChange {
    /// The one that was read; `If-Match` says it as well.
    revision: i64,
    factors: Option<String>,
    missed_opportunities: Option<String>,
    deciding_factor: Option<String>,
    to_repeat: Option<String>,
    to_change: Option<String>,
    next_hypothesis: Option<String>,
    /// Empty brings the automatic note back.
    learning_note: Option<String>,
}

/// The answer carries the revision as its tag.
type Tagged = ([(HeaderName, String); 1], Json<Review>);

/// A journey's review.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/review", tag = "reviews",
    responses((status = 200, body = Review), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, Path(id): Path<String>) -> Result<Tagged> {
    let mut conn = app.db.read().await?;
    let journey = find(&mut conn, &id).await?;
    let review = reviews::get(&mut conn, &id).await?;
    tagged(&mut conn, &journey, review).await
}

/// Save a review. `analysis` and `learning` are apart: who changes one is not stopped by who changed the other.
#[utoipa::path(put, path = "/api/v1/journeys/{id}/review", tag = "reviews", request_body = ReviewChange,
    responses((status = 200, body = Review), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn save(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Tagged> {
    let base = revision(&headers, &mut form);
    let sent = Sent::read(&mut form);
    form.finish(())?;
    let mut conn = app.db.ledger().await?;
    let journey = find(&mut conn, &id).await?;
    let before = reviews::get(&mut conn, &id).await?;
    let now = before.clone().unwrap_or_else(|| nothing(&id));
    let (texts, touched) = sent.applied(&now.texts);
    if texts == now.texts {
        return tagged(&mut conn, &journey, before).await;
    }
    let overtaken = (touched.analysis && now.analysis_revision > base)
        || (touched.learning && now.learning_revision > base);
    // A revision that never was is of another time of this database, such as before a backup was restored.
    if overtaken || base > now.revision {
        let current = view(&mut conn, &journey, before).await?;
        return Err(Problem::changed_meanwhile(json!(current), json!(sent.0)));
    }
    let revision = now.revision + 1;
    let next = StoredReview {
        revision,
        analysis_revision: if touched.analysis { revision } else { now.analysis_revision },
        learning_revision: if touched.learning { revision } else { now.learning_revision },
        texts,
        changed_at_ms: app.context.clock.now_ms(),
        changed_by: who.name.clone(),
        ..now
    };
    reviews::save(&mut conn, &next).await?;
    let detail = json!({"revision": revision});
    audit::record(&mut conn, &app.context, &who, "review.save", Some(&id), detail).await?;
    let answer = tagged(&mut conn, &journey, Some(next)).await?;
    app.live.commit(conn, vec![apply::journeys::change(&journey, "review")]).await?;
    Ok(answer)
}

/// The revision that the sender read: from the body, else from `If-Match`.
pub(super) fn revision(headers: &HeaderMap, form: &mut Form) -> i64 {
    if let Some(revision) = form.opt_int("revision", 0..=REVISION_MAX) {
        return revision;
    }
    let tag = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let tag = tag.and_then(|tag| tag.trim().trim_matches('"').parse().ok());
    if tag.is_none() && !form.has("revision") {
        form.fault("revision", "is required: the one that you read, 0 when there was none");
    }
    tag.unwrap_or_default()
}

/// The texts of a body, by name.
struct Sent(std::collections::BTreeMap<&'static str, String>);

/// Which parts a save changes.
#[derive(Default)]
struct Parts {
    analysis: bool,
    learning: bool,
}

const ANALYSIS: [&str; 3] = ["factors", "missed_opportunities", "deciding_factor"];
const LEARNING: [&str; 4] = ["to_repeat", "to_change", "next_hypothesis", "learning_note"];

impl Sent {
    fn read(form: &mut Form) -> Self {
        let names = ANALYSIS.into_iter().chain(LEARNING);
        // Browsers send line ends as CRLF; they must not make a text another one.
        let text = |name| Some((name, form.opt_text(name, 0..=TEXT_CHARS_MAX)?.replace("\r\n", "\n")));
        Self(names.filter_map(text).collect())
    }

    /// `now` with what was sent, and which parts that concerns.
    fn applied(&self, now: &Texts) -> (Texts, Parts) {
        let mut texts = now.clone();
        let mut parts = Parts::default();
        for (name, text) in &self.0 {
            let place = place(&mut texts, name);
            if place != text {
                parts.analysis |= ANALYSIS.contains(name);
                parts.learning |= LEARNING.contains(name);
                place.clone_from(text);
            }
        }
        (texts, parts)
    }
}

fn place<'a>(texts: &'a mut Texts, name: &str) -> &'a mut String {
    match name {
        "factors" => &mut texts.factors,
        "missed_opportunities" => &mut texts.missed_opportunities,
        "deciding_factor" => &mut texts.deciding_factor,
        "to_repeat" => &mut texts.to_repeat,
        "to_change" => &mut texts.to_change,
        "next_hypothesis" => &mut texts.next_hypothesis,
        _ => &mut texts.learning_note,
    }
}

fn nothing(journey_id: &str) -> StoredReview {
    StoredReview {
        journey_id: journey_id.to_owned(),
        revision: 0,
        analysis_revision: 0,
        learning_revision: 0,
        texts: Texts::default(),
        changed_at_ms: 0,
        changed_by: String::new(),
    }
}

async fn tagged(conn: &mut Conn, journey: &StoredJourney, review: Option<StoredReview>) -> Result<Tagged> {
    let view = view(conn, journey, review).await?;
    Ok(([(header::ETAG, format!("\"{}\"", view.revision))], Json(view)))
}

async fn view(conn: &mut Conn, journey: &StoredJourney, review: Option<StoredReview>) -> Result<Review> {
    let hypothesis = contents::get_hypothesis(conn, &journey.hypothesis_id).await?;
    let saved = review.as_ref().map(|r| (rfc3339(r.changed_at_ms), r.changed_by.clone()));
    let (changed_at, changed_by) = saved.unzip();
    let StoredReview { journey_id, revision, texts, .. } = review.unwrap_or_else(|| nothing(&journey.id));
    Ok(Review {
        journey_id,
        revision,
        factors: texts.factors,
        missed_opportunities: texts.missed_opportunities,
        deciding_factor: texts.deciding_factor,
        to_repeat: texts.to_repeat,
        to_change: texts.to_change,
        next_hypothesis: texts.next_hypothesis,
        learning_note: texts.learning_note,
        automatic_note: outcome_note::note(journey, hypothesis.as_ref()),
        changed_at,
        changed_by,
    })
}

pub(super) async fn find(conn: &mut Conn, id: &str) -> Result<StoredJourney> {
    let found = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("journey"))
}
