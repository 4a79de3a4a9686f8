//! What the seller makes of a journey: why it ended so, and what to do next time. One row per journey.

use crate::args::args;
use crate::db::Conn;
use crate::error::{Result, StoreError};
use crate::row::{Row, to_json};
use crate::sql::statements;
use serde::{Deserialize, Serialize};

statements! {
    GET = "SELECT journey_id, revision, analysis_revision, learning_revision, texts, changed_at_ms, changed_by \
           FROM review WHERE journey_id = $1";
    SAVE = "INSERT INTO review (journey_id, revision, analysis_revision, learning_revision, texts, changed_at_ms, \
            changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (journey_id) DO UPDATE \
            SET revision = excluded.revision, analysis_revision = excluded.analysis_revision, \
            learning_revision = excluded.learning_revision, texts = excluded.texts, \
            changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by \
            WHERE review.revision = excluded.revision - 1";
}

/// The texts; empty where nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    /// What played a part.
    pub factors: String,
    /// What could have been done and was not.
    pub missed_opportunities: String,
    /// What decided it.
    pub deciding_factor: String,
    /// What to do again.
    pub to_repeat: String,
    /// What to do otherwise.
    pub to_change: String,
    /// What to try next.
    pub next_hypothesis: String,
    /// Instead of the automatic note.
    pub learning_note: String,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReview {
    /// Whose.
    pub journey_id: String,
    /// Saves so far, from 1.
    pub revision: i64,
    /// The save that last changed the analysis; 0 when none did.
    pub analysis_revision: i64,
    /// Likewise for the learning.
    pub learning_revision: i64,
    /// What was written.
    pub texts: Texts,
    /// Unix ms of the last save.
    pub changed_at_ms: i64,
    /// Who saved last.
    pub changed_by: String,
}

/// A journey's review, once somebody has saved one.
pub async fn get(conn: &mut Conn, journey_id: &str) -> Result<Option<StoredReview>> {
    conn.fetch_optional(&GET, args![journey_id]).await?.as_ref().map(stored).transpose()
}

fn stored(row: &Row) -> Result<StoredReview> {
    Ok(StoredReview {
        journey_id: row.get(0)?,
        revision: row.get(1)?,
        analysis_revision: row.get(2)?,
        learning_revision: row.get(3)?,
        texts: row.json(4, "review")?,
        changed_at_ms: row.get(5)?,
        changed_by: row.get(6)?,
    })
}

/// Writes the next revision. Fails when it does not follow the stored one: somebody else wrote in between.
pub async fn save(conn: &mut Conn, r: &StoredReview) -> Result<()> {
    let values = args![
        &r.journey_id,
        r.revision,
        r.analysis_revision,
        r.learning_revision,
        to_json(&r.texts)?,
        r.changed_at_ms,
        &r.changed_by
    ];
    match conn.execute(&SAVE, values).await? {
        1 => Ok(()),
        _ => Err(StoreError::LostWrite("review: save")),
    }
}
