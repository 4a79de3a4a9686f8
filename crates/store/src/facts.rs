//! What the statistics read: one plain row per journey, and what versions, hypotheses and clients add to it.
//!
//! Rows are looked at where they lie and not kept, since there may be millions. Nothing here means anything: the server
//! turns rows into facts, the statistics turn facts into answers.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::journeys::StoredJourney;
use crate::row::Line;
use crate::sql::statements;
use ledger::ending::ended_at_ms;
use std::collections::{BTreeMap, BTreeSet};

/// A journey and what it refers to.
macro_rules! whole {
    () => {
        "SELECT j.id, j.client_id, j.content_version_id, j.hypothesis_id, j.amount_minor, j.currency, \
         j.livemode, j.started_at_ms, j.outcome, j.payment_status, j.counted_currency, j.gross_minor, \
         j.refunded_minor, j.lost_minor, j.net_minor, j.at_risk_minor, j.ended_at_ms, j.stage, j.activation_ms, \
         j.agreement_ms, j.confirmation_ms, j.processing_ms, j.returned_at_ms, \
         v.content_id, v.elements, h.category, h.predicted_probability, h.predicted_days, c.attributes \
         FROM journey j JOIN content_version v ON v.id = j.content_version_id \
         JOIN hypothesis h ON h.id = j.hypothesis_id JOIN client c ON c.id = j.client_id"
    };
}

/// What the views of a journey come to within `$2`; `$checkout` says whether its client opened one.
macro_rules! seen {
    ($checkout:literal) => {
        concat!(
            "SELECT COALESCE(sum(seen_ms) FILTER (WHERE step = 'activation'), 0), \
                COALESCE(sum(seen_ms) FILTER (WHERE step = 'agreement'), 0), \
                COALESCE(sum(seen_ms) FILTER (WHERE step = 'confirmation'), 0), \
                COALESCE(sum(seen_ms) FILTER (WHERE step = 'processing'), 0), \
                CASE WHEN ", $checkout, " THEN 5 ELSE COALESCE(max(CASE step WHEN 'activation' THEN 1 \
                    WHEN 'agreement' THEN 2 WHEN 'confirmation' THEN 3 WHEN 'processing' THEN 4 ELSE 0 END), 0) END \
            FROM (SELECT step, CASE WHEN at_ms < started_at_ms OR at_ms >= started_at_ms + $2 THEN 0 \
                    WHEN visible_ms > started_at_ms + $2 - at_ms THEN started_at_ms + $2 - at_ms \
                    ELSE visible_ms END AS seen_ms \
                FROM page_view WHERE page_view.journey_id = journey.id) AS v"
        )
    };
}

statements! {
    EACH = "SELECT id, client_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, started_at_ms, \
            outcome, payment_status, counted_currency, gross_minor, refunded_minor, lost_minor, net_minor, at_risk_minor, \
            ended_at_ms, stage, activation_ms, agreement_ms, confirmation_ms, processing_ms, returned_at_ms \
            FROM journey WHERE id > $1 ORDER BY id LIMIT $2";
    WALK = "SELECT id, client_id, content_version_id, hypothesis_id, amount_minor, currency, livemode, started_at_ms, \
            outcome, payment_status, counted_currency, gross_minor, refunded_minor, lost_minor, net_minor, at_risk_minor, \
            ended_at_ms, stage, activation_ms, agreement_ms, confirmation_ms, processing_ms, \
            returned_at_ms FROM journey";
    WHOLE_BY_IDS = concat!(whole!(), " WHERE j.id = ANY($1) ORDER BY j.id");
    WHOLE_BY_ID = concat!(whole!(), " WHERE j.id = $1");
    VERSIONS = "SELECT id, content_id, elements FROM content_version WHERE id > $1 ORDER BY id LIMIT $2";
    HYPOTHESES = "SELECT id, category, predicted_probability, predicted_days FROM hypothesis \
                  WHERE id > $1 ORDER BY id LIMIT $2";
    ATTRIBUTES = "SELECT id, attributes FROM client WHERE id > $1 AND attributes <> '{}' ORDER BY id LIMIT $2";
    NOTE_VIEWS = concat!(
        "UPDATE journey SET (activation_ms, agreement_ms, confirmation_ms, processing_ms, stage) = (",
        seen!("journey.stage = 5"), ") WHERE id = ANY($1)"
    );
    WRONGLY_SEEN = concat!(
        "SELECT id FROM journey WHERE id = ANY($1) \
         AND (activation_ms, agreement_ms, confirmation_ms, processing_ms, stage) <> (",
        seen!("EXISTS (SELECT 1 FROM checkout WHERE checkout.journey_id = journey.id)"), ") ORDER BY id"
    );
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

/// A journey and what it refers to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WholeRow<'a> {
    /// The journey.
    pub fact: FactRow<'a>,
    /// Its version.
    pub version: VersionRow<'a>,
    /// Its hypothesis.
    pub hypothesis: HypothesisRow<'a>,
    /// Of its client.
    pub attributes: AttributesRow<'a>,
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
            returned_at_ms: line.int_opt(22)?,
            stage: line.int(17)?,
            page_ms: [line.int(18)?, line.int(19)?, line.int(20)?, line.int(21)?],
        },
    })
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

fn whole<'a>(line: &'a Line<'_>) -> Result<WholeRow<'a>> {
    let fact = fact(line)?;
    Ok(WholeRow {
        fact,
        version: VersionRow { id: fact.version_id, content_id: line.text(23)?, elements: line.text(24)? },
        hypothesis: HypothesisRow {
            id: fact.hypothesis_id,
            category: line.text(25)?,
            predicted: line.real_opt(26)?,
            predicted_days: line.int_opt(27)?,
        },
        attributes: AttributesRow { client_id: fact.client_id, attributes: line.text(28)? },
    })
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

/// Every journey as of one moment, in no particular order: faster than [`each`].
pub async fn all(conn: &mut Conn, mut see: impl FnMut(&FactRow<'_>)) -> Result<()> {
    conn.walk(&WALK, |line| fact(line).map(|row| see(&row))).await
}

/// These journeys and what they refer to, ascending by id.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>, mut see: impl FnMut(&WholeRow<'_>)) -> Result<()> {
    let each = |line: &Line<'_>| whole(line).map(|row| see(&row));
    // PostgreSQL plans a list anew each time, as it does not know how long it is; that takes longer than the look-up.
    match ids.as_slice() {
        [id] => conn.fetch_each(&WHOLE_BY_ID, args![id], each).await,
        _ => conn.fetch_each(&WHOLE_BY_IDS, args![ids], each).await,
    }
}

/// Every version.
pub async fn each_version(conn: &mut Conn, mut see: impl FnMut(&VersionRow<'_>)) -> Result<()> {
    each!(conn, VERSIONS, version, id, see)
}

/// Every hypothesis.
pub async fn each_hypothesis(conn: &mut Conn, mut see: impl FnMut(&HypothesisRow<'_>)) -> Result<()> {
    each!(conn, HYPOTHESES, hypothesis, id, see)
}

/// Every client that has attributes.
pub async fn each_attributes(conn: &mut Conn, mut see: impl FnMut(&AttributesRow<'_>)) -> Result<()> {
    each!(conn, ATTRIBUTES, attributes, client_id, see)
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

/// Those of these journeys whose rows do not say what their judgements, views and checkouts come to, ascending by id.
pub async fn differences(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<BTreeSet<String>> {
    let judged: BTreeMap<&str, &StoredJourney> = journeys.iter().map(|j| (j.id.as_str(), j)).collect();
    let ids = || journeys.iter().map(|j| j.id.clone()).collect::<Vec<_>>();
    let mut different = BTreeSet::new();
    let see = |row: &WholeRow<'_>| {
        if judged.get(row.fact.id).is_some_and(|journey| !row.fact.is_of(journey)) {
            different.insert(row.fact.id.to_owned());
        }
    };
    by_ids(conn, ids(), see).await?;
    for row in conn.fetch_all(&WRONGLY_SEEN, args![ids(), WINDOW_MS]).await? {
        different.insert(row.get(0)?);
    }
    Ok(different)
}

impl FactRow<'_> {
    /// Whether it says what was judged.
    fn is_of(&self, journey: &StoredJourney) -> bool {
        let (judged, numbers) = (&journey.judgement, &self.numbers);
        self.outcome == judged.outcome.as_str()
            && self.payment_status == judged.payment_status.as_str()
            && self.counted_currency == judged.currency.as_str()
            && numbers.gross_minor == judged.gross_minor
            && numbers.refunded_minor == judged.refunded_minor
            && numbers.lost_minor == judged.lost_minor
            && numbers.net_minor == judged.net_minor
            && numbers.at_risk_minor == judged.at_risk_minor
            && numbers.returned_at_ms == judged.returned_at_ms
            && numbers.ended_at_ms == ended_at_ms(judged, journey.mark.as_ref(), journey.pinned.as_ref())
    }
}
