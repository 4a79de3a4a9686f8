//! From stored rows to journey facts: ids to numbers, words to what they mean, times to seconds.
//!
//! [`everything`] fills columns afresh; [`reload`] brings some journeys up to date. Both go through [`Known::put`], so a
//! journey's fact is the same whichever way it came.

use insight::facts::{Columns, CurrencyCode, Fact, Hypothesis, Money, Standing};
use ledger::{Outcome, PaymentStatus};
use std::collections::{BTreeMap, HashMap};
use store::facts::{self, AttributesRow, FactNumbers, FactRow, HypothesisRow, VersionRow};
use store::{Conn, Db, Result};

/// Ids named in one statement.
const IDS_PER_STATEMENT: usize = 500;

/// What rows refer to.
#[derive(Default)]
struct Known {
    versions: HashMap<String, Version>,
    hypotheses: HashMap<String, Predicted>,
    /// By the number in the client's id; the place of its segments.
    segments_of: HashMap<u128, u32>,
    segments: Vec<Vec<String>>,
    /// Attributes are few and repeat: each text is read once.
    read: HashMap<String, u32>,
}

struct Version {
    content_id: String,
    elements: Vec<String>,
}

struct Predicted {
    category: String,
    probability: Option<f64>,
    days: Option<f64>,
}

/// All journeys of the database.
pub(super) async fn everything(db: &Db) -> Result<Columns> {
    let mut conn = db.read().await?;
    let mut known = Known::default();
    known.read_all(&mut conn).await?;
    let mut columns = Columns::new();
    let mut late = Vec::new();
    facts::each(&mut conn, |row| {
        if !known.put(row, &mut columns) {
            late.push(row.id.to_owned());
        }
    })
    .await?;
    drop(conn);
    // They refer to what was written after it was read.
    for fact in reload(db, &late).await? {
        fact.put(&mut columns);
    }
    Ok(columns)
}

/// Shows every journey with what it refers to; ends early when `see` refuses.
pub(super) async fn each<E>(
    db: &Db,
    mut see: impl FnMut(&FactRow<'_>, Given<'_>) -> std::result::Result<(), E>,
) -> Result<std::result::Result<(), E>> {
    let mut conn = db.read().await?;
    let mut known = Known::default();
    known.read_all(&mut conn).await?;
    let mut done = Ok(());
    facts::each(&mut conn, |row| {
        if done.is_ok()
            && let Some(given) = known.given(row)
        {
            done = see(row, given);
        }
    })
    .await?;
    Ok(done)
}

/// What a journey refers to.
pub(super) struct Given<'a> {
    pub(super) content_id: &'a str,
    pub(super) elements: &'a [String],
    pub(super) category: &'a str,
    pub(super) predicted: Option<f64>,
    pub(super) predicted_days: Option<f64>,
    pub(super) segments: &'a [String],
}

/// A journey's fact that keeps its own texts, on its way into the columns.
pub(super) struct Owned {
    row: OwnedRow,
    known: std::sync::Arc<Known>,
}

/// These journeys as they are now. What is not stored is left out.
pub(super) async fn reload(db: &Db, ids: &[String]) -> Result<Vec<Owned>> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS_PER_STATEMENT) {
        let mut conn = db.read().await?;
        let mut rows: Vec<OwnedRow> = Vec::with_capacity(some.len());
        facts::by_ids(&mut conn, some.to_vec(), |row| rows.push(OwnedRow::of(row))).await?;
        let mut known = Known::default();
        let of = |text: fn(&OwnedRow) -> &String| -> Vec<String> {
            let mut ids: Vec<String> = rows.iter().map(|row| text(row).clone()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        facts::versions(&mut conn, of(|row| &row.version_id), |row| known.version(row)).await?;
        facts::hypotheses(&mut conn, of(|row| &row.hypothesis_id), |row| known.hypothesis(row)).await?;
        facts::attributes_of(&mut conn, of(|row| &row.client_id), |row| known.attributes(row)).await?;
        let known = std::sync::Arc::new(known);
        all.extend(rows.into_iter().map(|row| Owned { row, known: std::sync::Arc::clone(&known) }));
    }
    Ok(all)
}

impl Owned {
    /// Puts it into the columns.
    pub(super) fn put(&self, columns: &mut Columns) {
        self.known.put(&self.row.row(), columns);
    }
}

impl Known {
    async fn read_all(&mut self, conn: &mut Conn) -> Result<()> {
        facts::each_version(conn, |row| self.version(row)).await?;
        facts::each_hypothesis(conn, |row| self.hypothesis(row)).await?;
        facts::each_attributes(conn, |row| self.attributes(row)).await?;
        self.read = HashMap::new();
        Ok(())
    }

    fn version(&mut self, row: &VersionRow<'_>) {
        let version = Version { content_id: row.content_id.to_owned(), elements: pairs(row.elements) };
        self.versions.insert(row.id.to_owned(), version);
    }

    fn hypothesis(&mut self, row: &HypothesisRow<'_>) {
        #[expect(clippy::cast_precision_loss, reason = "days")]
        let days = row.predicted_days.map(|days| days as f64);
        let predicted = Predicted { category: row.category.to_owned(), probability: row.predicted, days };
        self.hypotheses.insert(row.id.to_owned(), predicted);
    }

    fn attributes(&mut self, row: &AttributesRow<'_>) {
        let Some(client) = id_number(row.client_id) else { return };
        let place = self.read.get(row.attributes).copied().unwrap_or_else(|| {
            let place = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
            self.segments.push(pairs(row.attributes));
            self.read.insert(row.attributes.to_owned(), place);
            place
        });
        self.segments_of.insert(client, place);
    }

    /// Absent when its version or hypothesis is not known.
    fn given(&self, row: &FactRow<'_>) -> Option<Given<'_>> {
        let version = self.versions.get(row.version_id)?;
        let predicted = self.hypotheses.get(row.hypothesis_id)?;
        let place = id_number(row.client_id).and_then(|client| self.segments_of.get(&client));
        Some(Given {
            content_id: &version.content_id,
            elements: &version.elements,
            category: &predicted.category,
            predicted: predicted.probability,
            predicted_days: predicted.days,
            segments: place.map_or(&[], |place| self.segments[*place as usize].as_slice()),
        })
    }

    /// False when its version or hypothesis is not known.
    fn put(&self, row: &FactRow<'_>, columns: &mut Columns) -> bool {
        let Some(given) = self.given(row) else { return false };
        let Some(id) = id_number(row.id) else { return true };
        let elements: Vec<&str> = given.elements.iter().map(String::as_str).collect();
        let segments: Vec<&str> = given.segments.iter().map(String::as_str).collect();
        columns.put(&Fact {
            id,
            start_s: seconds(row.numbers.started_at_ms),
            livemode: row.numbers.livemode,
            standing: standing(row),
            currency: currency(row),
            price_minor: row.numbers.price_minor,
            money: money(row),
            version: row.version_id,
            content: given.content_id,
            elements: &elements,
            hypothesis: Some(Hypothesis {
                key: row.hypothesis_id,
                category: given.category,
                predicted: given.predicted,
                predicted_days: given.predicted_days,
            }),
            segments: &segments,
            stage: u8::try_from(row.numbers.stage).unwrap_or(0),
            page_seconds: row.numbers.page_ms.map(page_seconds),
        });
        true
    }
}

/// The number in an id: 32 hex digits behind a prefix.
pub(super) fn id_number(id: &str) -> Option<u128> {
    let (_, digits) = id.split_once('_')?;
    if digits.len() != 32 {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    digits.bytes().try_fold(0_u128, |number, byte| Some(number << 4 | u128::from(digit(byte)?)))
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.div_euclid(1000)).unwrap_or(0)
}

/// A look of less than a second is a look.
fn page_seconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0).saturating_add(999) / 1000).unwrap_or(u32::MAX)
}

fn standing(row: &FactRow<'_>) -> Standing {
    let after_s = |ended_at_ms: i64| seconds(ended_at_ms).saturating_sub(seconds(row.numbers.started_at_ms));
    match (Outcome::parse(row.outcome), row.numbers.ended_at_ms) {
        (Some(Outcome::Paid), at) => Standing::Paid { after_s: at.map_or(0, after_s) },
        (Some(Outcome::Refunded), at) => Standing::Refunded { after_s: at.map_or(0, after_s) },
        (Some(Outcome::Ghosted), Some(at)) => Standing::Closed { after_s: after_s(at) },
        _ => Standing::Open,
    }
}

fn has_money(row: &FactRow<'_>) -> bool {
    PaymentStatus::parse(row.payment_status).is_some_and(|status| status.outcome().is_some())
}

fn currency(row: &FactRow<'_>) -> Option<CurrencyCode> {
    let code = if has_money(row) { row.counted_currency } else { row.currency };
    code.as_bytes().try_into().ok()
}

/// The net of several payments is the sum of their nets: what one was overdrawn by does not come out of another. What
/// went back is stated such that it leaves exactly the net.
fn money(row: &FactRow<'_>) -> Option<Money> {
    let back_minor = row.numbers.gross_minor.saturating_sub(row.numbers.net_minor).max(0);
    let refunded_minor = row.numbers.refunded_minor.min(back_minor);
    has_money(row).then_some(Money {
        gross_minor: row.numbers.gross_minor,
        refunded_minor,
        lost_minor: back_minor - refunded_minor,
        at_risk: row.numbers.at_risk_minor > 0,
        returned_after_s: returned_after_s(row),
    })
}

/// Seconds from the payment until the first of it went back, when both times are known.
fn returned_after_s(row: &FactRow<'_>) -> Option<u32> {
    let (paid_at_ms, at_ms) = (row.numbers.ended_at_ms?, row.numbers.returned_at_ms?);
    Some(seconds(at_ms).saturating_sub(seconds(paid_at_ms)))
}

/// `{"headline": "question"}` as `headline=question`.
fn pairs(json: &str) -> Vec<String> {
    let map: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
    map.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// A [`FactRow`] with texts of its own.
struct OwnedRow {
    id: String,
    client_id: String,
    version_id: String,
    hypothesis_id: String,
    currency: String,
    outcome: String,
    payment_status: String,
    counted_currency: String,
    numbers: FactNumbers,
}

impl OwnedRow {
    fn of(row: &FactRow<'_>) -> Self {
        Self {
            id: row.id.to_owned(),
            client_id: row.client_id.to_owned(),
            version_id: row.version_id.to_owned(),
            hypothesis_id: row.hypothesis_id.to_owned(),
            currency: row.currency.to_owned(),
            outcome: row.outcome.to_owned(),
            payment_status: row.payment_status.to_owned(),
            counted_currency: row.counted_currency.to_owned(),
            numbers: row.numbers,
        }
    }

    fn row(&self) -> FactRow<'_> {
        FactRow {
            id: &self.id,
            client_id: &self.client_id,
            version_id: &self.version_id,
            hypothesis_id: &self.hypothesis_id,
            currency: &self.currency,
            outcome: &self.outcome,
            payment_status: &self.payment_status,
            counted_currency: &self.counted_currency,
            numbers: self.numbers,
        }
    }
}
