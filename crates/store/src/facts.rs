//! What the statistics read: one plain row per journey, and what versions, hypotheses and clients add to it.
//!
//! Rows are looked at where they lie and not kept, since there may be millions. Nothing here means anything: the server
//! turns rows into facts, the statistics turn facts into answers.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::Line;
use crate::sql::statements;

statements! {
    EACH = "SELECT id, client_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, started_at_ms, \
            outcome, payment_status, counted_currency, gross_minor, refunded_minor, lost_minor, net_minor, at_risk_minor, \
            ended_at_ms, stage, activation_ms, agreement_ms, confirmation_ms, processing_ms, \
            CASE WHEN refunded_minor > 0 OR lost_minor > 0 THEN judgement ELSE '' END \
            FROM journey WHERE id > $1 ORDER BY id LIMIT $2";
    BY_IDS = "SELECT id, client_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, started_at_ms, \
            outcome, payment_status, counted_currency, gross_minor, refunded_minor, lost_minor, net_minor, at_risk_minor, \
            ended_at_ms, stage, activation_ms, agreement_ms, confirmation_ms, processing_ms, \
            CASE WHEN refunded_minor > 0 OR lost_minor > 0 THEN judgement ELSE '' END \
            FROM journey WHERE id = ANY($1) ORDER BY id";
    VERSIONS = "SELECT id, content_id, elements FROM content_version WHERE id > $1 ORDER BY id LIMIT $2";
    VERSIONS_BY_IDS = "SELECT id, content_id, elements FROM content_version WHERE id = ANY($1)";
    HYPOTHESES = "SELECT id, category, predicted_probability, predicted_days FROM hypothesis \
                  WHERE id > $1 ORDER BY id LIMIT $2";
    HYPOTHESES_BY_IDS = "SELECT id, category, predicted_probability, predicted_days FROM hypothesis WHERE id = ANY($1)";
    ATTRIBUTES = "SELECT id, attributes FROM client WHERE id > $1 AND attributes <> '{}' ORDER BY id LIMIT $2";
    ATTRIBUTES_BY_IDS = "SELECT id, attributes FROM client WHERE id = ANY($1) AND attributes <> '{}'";
    NOTE_VIEWS = "UPDATE journey SET (activation_ms, agreement_ms, confirmation_ms, processing_ms, stage) = ( \
        SELECT COALESCE(sum(seen_ms) FILTER (WHERE step = 'activation'), 0), \
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'agreement'), 0), \
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'confirmation'), 0), \
            COALESCE(sum(seen_ms) FILTER (WHERE step = 'processing'), 0), \
            CASE WHEN journey.stage = 5 THEN 5 ELSE COALESCE(max(CASE step WHEN 'activation' THEN 1 \
                WHEN 'agreement' THEN 2 WHEN 'confirmation' THEN 3 WHEN 'processing' THEN 4 ELSE 0 END), 0) END \
        FROM (SELECT step, CASE WHEN at_ms < started_at_ms OR at_ms >= started_at_ms + $2 THEN 0 \
                WHEN visible_ms > started_at_ms + $2 - at_ms THEN started_at_ms + $2 - at_ms \
                ELSE visible_ms END AS seen_ms \
            FROM page_view WHERE page_view.journey_id = journey.id) AS v) WHERE id = ANY($1)";
    NOTE_CHECKOUT = "UPDATE journey SET stage = 5 WHERE id = $1";
}

/// The furthest step of a journey whose client opened a checkout.
pub const STAGE_CHECKOUT: i64 = 5;
/// Looks count only in this first window after the start: later ones are a result of still being unpaid.
pub const WINDOW_MS: i64 = 48 * 3_600_000;
/// Rows of one statement; bounds how long a reader holds on to one state of the database.
const CHUNK_ROWS: i64 = 20_000;

/// One journey. Texts are borrowed from the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactRow<'a> {
    /// `jrn_…`
    pub id: &'a str,
    /// `cli_…`
    pub client_id: &'a str,
    /// `ver_…`, the one it is given now.
    pub version_id: &'a str,
    /// `hyp_…`
    pub hypothesis_id: &'a str,
    /// Of its price.
    pub currency: &'a str,
    /// As the ledger spells it.
    pub outcome: &'a str,
    /// Likewise.
    pub payment_status: &'a str,
    /// Of the sums.
    pub counted_currency: &'a str,
    /// All that is not text.
    pub numbers: FactNumbers,
}

/// See [`FactRow`]. Minor units and Unix ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactNumbers {
    /// Its price.
    pub price_minor: i64,
    /// Live or test.
    pub livemode: bool,
    /// When it began.
    pub started_at_ms: i64,
    /// Captured.
    pub gross_minor: i64,
    /// Went back by refunds.
    pub refunded_minor: i64,
    /// Went back by lost disputes.
    pub lost_minor: i64,
    /// Sum of its payments' nets.
    pub net_minor: i64,
    /// In open disputes.
    pub at_risk_minor: i64,
    /// When it was paid, or closed by a person.
    pub ended_at_ms: Option<i64>,
    /// When the first of what went back did.
    pub returned_at_ms: Option<i64>,
    /// 0 nothing, 1 to 4 the pages, [`STAGE_CHECKOUT`].
    pub stage: i64,
    /// Time on the four pages within [`WINDOW_MS`].
    pub page_ms: [i64; 4],
}

/// A version, as facts need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRow<'a> {
    /// `ver_…`
    pub id: &'a str,
    /// `con_…`
    pub content_id: &'a str,
    /// JSON object of texts.
    pub elements: &'a str,
}

/// A hypothesis, as facts need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HypothesisRow<'a> {
    /// `hyp_…`
    pub id: &'a str,
    /// Its category.
    pub category: &'a str,
    /// 0 to 1.
    pub predicted: Option<f64>,
    /// Until paid.
    pub predicted_days: Option<i64>,
}

/// A client's attributes; clients without any have no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributesRow<'a> {
    /// `cli_…`
    pub client_id: &'a str,
    /// JSON object of texts.
    pub attributes: &'a str,
}

fn fact<'a>(line: &'a Line<'_>) -> Result<FactRow<'a>> {
    Ok(FactRow {
        id: line.text(0)?,
        client_id: line.text(1)?,
        version_id: line.text(2)?,
        hypothesis_id: line.text(3)?,
        currency: line.text(5)?,
        outcome: line.text(8)?,
        payment_status: line.text(9)?,
        counted_currency: line.text(10)?,
        numbers: FactNumbers {
            price_minor: line.int(4)?,
            livemode: line.truth(6)?,
            started_at_ms: line.int(7)?,
            gross_minor: line.int(11)?,
            refunded_minor: line.int(12)?,
            lost_minor: line.int(13)?,
            net_minor: line.int(14)?,
            at_risk_minor: line.int(15)?,
            ended_at_ms: line.int_opt(16)?,
            returned_at_ms: returned_at_ms(line.text(22)?),
            stage: line.int(17)?,
            page_ms: [line.int(18)?, line.int(19)?, line.int(20)?, line.int(21)?],
        },
    })
}

/// Of a judgement as JSON. Few journeys have given anything back, so it is read from there rather than kept apart.
fn returned_at_ms(judgement: &str) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Returned {
        returned_at_ms: Option<i64>,
    }
    serde_json::from_str::<Returned>(judgement).ok()?.returned_at_ms
}

fn version<'a>(line: &'a Line<'_>) -> Result<VersionRow<'a>> {
    Ok(VersionRow { id: line.text(0)?, content_id: line.text(1)?, elements: line.text(2)? })
}

fn hypothesis<'a>(line: &'a Line<'_>) -> Result<HypothesisRow<'a>> {
    Ok(HypothesisRow {
        id: line.text(0)?,
        category: line.text(1)?,
        predicted: line.real_opt(2)?,
        predicted_days: line.int_opt(3)?,
    })
}

fn attributes<'a>(line: &'a Line<'_>) -> Result<AttributesRow<'a>> {
    Ok(AttributesRow { client_id: line.text(0)?, attributes: line.text(1)? })
}

/// Shows every row of a statement that takes (after, limit) and gives its id first, ascending, a chunk at a time.
macro_rules! each {
    ($conn:expr, $sql:expr, $read:expr, $id:ident, $each:expr) => {{
        let mut after = String::new();
        loop {
            let (mut rows, mut last) = (0, String::new());
            $conn
                .fetch_each(&$sql, args![&after, CHUNK_ROWS], |line| {
                    let row = $read(line)?;
                    rows += 1;
                    // Only the chunk's last id is needed.
                    if rows == CHUNK_ROWS {
                        last.push_str(row.$id);
                    }
                    $each(&row);
                    Ok(())
                })
                .await?;
            if rows < CHUNK_ROWS {
                return Ok(());
            }
            after = last;
        }
    }};
}

/// Every journey, ascending by id. Journeys that change meanwhile are shown as they were or as they are.
pub async fn each(conn: &mut Conn, mut see: impl FnMut(&FactRow<'_>)) -> Result<()> {
    each!(conn, EACH, fact, id, see)
}

/// These journeys, ascending by id.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>, mut see: impl FnMut(&FactRow<'_>)) -> Result<()> {
    conn.fetch_each(&BY_IDS, args![ids], |line| fact(line).map(|row| see(&row))).await
}

/// Every version.
pub async fn each_version(conn: &mut Conn, mut see: impl FnMut(&VersionRow<'_>)) -> Result<()> {
    each!(conn, VERSIONS, version, id, see)
}

/// These versions.
pub async fn versions(conn: &mut Conn, ids: Vec<String>, mut see: impl FnMut(&VersionRow<'_>)) -> Result<()> {
    conn.fetch_each(&VERSIONS_BY_IDS, args![ids], |line| version(line).map(|row| see(&row))).await
}

/// Every hypothesis.
pub async fn each_hypothesis(conn: &mut Conn, mut see: impl FnMut(&HypothesisRow<'_>)) -> Result<()> {
    each!(conn, HYPOTHESES, hypothesis, id, see)
}

/// These hypotheses.
pub async fn hypotheses(
    conn: &mut Conn,
    ids: Vec<String>,
    mut see: impl FnMut(&HypothesisRow<'_>),
) -> Result<()> {
    conn.fetch_each(&HYPOTHESES_BY_IDS, args![ids], |line| hypothesis(line).map(|row| see(&row))).await
}

/// Every client that has attributes.
pub async fn each_attributes(conn: &mut Conn, mut see: impl FnMut(&AttributesRow<'_>)) -> Result<()> {
    each!(conn, ATTRIBUTES, attributes, client_id, see)
}

/// Those of these clients that have attributes.
pub async fn attributes_of(
    conn: &mut Conn,
    ids: Vec<String>,
    mut see: impl FnMut(&AttributesRow<'_>),
) -> Result<()> {
    conn.fetch_each(&ATTRIBUTES_BY_IDS, args![ids], |line| attributes(line).map(|row| see(&row))).await
}

/// Sums up the views of these journeys on their rows; call after writing views, in the same transaction.
pub async fn note_views(conn: &mut Conn, ids: Vec<String>) -> Result<()> {
    conn.execute(&NOTE_VIEWS, args![ids, WINDOW_MS]).await?;
    Ok(())
}

/// A checkout was opened.
pub(crate) async fn note_checkout(conn: &mut Conn, journey_id: &str) -> Result<()> {
    conn.execute(&NOTE_CHECKOUT, args![journey_id]).await?;
    Ok(())
}
