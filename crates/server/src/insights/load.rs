//! From stored rows to journey facts: ids to numbers, words to what they mean, times to seconds.
//!
//! [`everything`] fills columns afresh; [`reload`] brings some journeys up to date. What is a journey's own comes from
//! [`own`] either way; what it was given is looked up once for all of them, or read with each.

use insight::facts::dictionary::FastMap;
use insight::facts::{self as columns, Columns, CurrencyCode, Fact, Hypothesis, Money, Standing};
use ledger::{Outcome, PaymentStatus};
use std::collections::BTreeMap;
use store::facts::{self, AttributesRow, FactRow, HypothesisRow, VersionRow, WholeRow};
use store::{Conn, Db, Result};

/// Ids named in one statement.
const IDS_PER_STATEMENT: usize = 500;

/// What rows refer to.
#[derive(Default)]
struct Known {
    versions: FastMap<String, Version>,
    hypotheses: FastMap<String, Predicted>,
    /// By the number in the client's id; the place of its segments.
    segments_of: FastMap<u128, usize>,
    segments: Vec<Segments>,
    /// Attributes are few and repeat: each text is read once.
    read: FastMap<String, usize>,
}

/// `number` is that of the columns which are being filled, once a journey has come that has it; likewise below.
struct Version {
    content_id: String,
    elements: Vec<String>,
    number: Option<(u32, u32)>,
}

struct Predicted {
    category: String,
    probability: Option<f64>,
    days: Option<f64>,
    number: Option<u32>,
}

struct Segments {
    pairs: Vec<String>,
    number: Option<u32>,
}

/// All journeys of the database.
pub(super) async fn everything(db: &Db) -> Result<Columns> {
    let mut conn = db.read().await?;
    let mut known = Known::read(&mut conn).await?;
    let mut columns = Columns::new();
    let mut late = Vec::new();
    facts::all(&mut conn, |row| {
        if known.append(row, &mut columns).is_none() {
            late.push(row.id.to_owned());
        }
    })
    .await?;
    drop(conn);
    columns.settle();
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
    let known = Known::read(&mut conn).await?;
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
    /// Without words.
    fact: Fact<'static>,
    version_id: String,
    content_id: String,
    elements: Vec<String>,
    hypothesis_id: String,
    category: String,
    predicted: Option<f64>,
    predicted_days: Option<f64>,
    segments: Vec<String>,
}

/// These journeys as they are now. What is not stored is left out.
pub(super) async fn reload(db: &Db, ids: &[String]) -> Result<Vec<Owned>> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS_PER_STATEMENT) {
        let mut conn = db.read().await?;
        facts::by_ids(&mut conn, some.to_vec(), |row| all.extend(Owned::of(row))).await?;
    }
    Ok(all)
}

impl Owned {
    fn of(row: &WholeRow<'_>) -> Option<Self> {
        Some(Self {
            fact: own(&row.fact, id_number(row.fact.id)?),
            version_id: row.version.id.to_owned(),
            content_id: row.version.content_id.to_owned(),
            elements: pairs(row.version.elements),
            hypothesis_id: row.hypothesis.id.to_owned(),
            category: row.hypothesis.category.to_owned(),
            predicted: row.hypothesis.predicted,
            predicted_days: days(&row.hypothesis),
            segments: pairs(row.attributes.attributes),
        })
    }

    /// Puts it into the columns.
    pub(super) fn put(&self, columns: &mut Columns) {
        columns.put(&Fact {
            version: &self.version_id,
            content: &self.content_id,
            elements: &texts(&self.elements),
            hypothesis: Some(Hypothesis {
                key: &self.hypothesis_id,
                category: &self.category,
                predicted: self.predicted,
                predicted_days: self.predicted_days,
            }),
            segments: &texts(&self.segments),
            ..self.fact
        });
    }
}

impl Known {
    async fn read(conn: &mut Conn) -> Result<Self> {
        let mut known = Self::default();
        // The place of clients without attributes.
        known.segments.push(Segments { pairs: Vec::new(), number: None });
        facts::each_version(conn, |row| known.version(row)).await?;
        facts::each_hypothesis(conn, |row| known.hypothesis(row)).await?;
        facts::each_attributes(conn, |row| known.attributes(row)).await?;
        known.read = FastMap::default();
        Ok(known)
    }

    fn version(&mut self, row: &VersionRow<'_>) {
        let version =
            Version { content_id: row.content_id.to_owned(), elements: pairs(row.elements), number: None };
        self.versions.insert(row.id.to_owned(), version);
    }

    fn hypothesis(&mut self, row: &HypothesisRow<'_>) {
        let (category, days) = (row.category.to_owned(), days(row));
        let predicted = Predicted { category, probability: row.predicted, days, number: None };
        self.hypotheses.insert(row.id.to_owned(), predicted);
    }

    fn attributes(&mut self, row: &AttributesRow<'_>) {
        let Some(client) = id_number(row.client_id) else { return };
        let place = self.read.get(row.attributes).copied().unwrap_or_else(|| {
            let place = self.segments.len();
            self.segments.push(Segments { pairs: pairs(row.attributes), number: None });
            self.read.insert(row.attributes.to_owned(), place);
            place
        });
        self.segments_of.insert(client, place);
    }

    fn place(&self, client_id: &str) -> usize {
        id_number(client_id).and_then(|client| self.segments_of.get(&client)).copied().unwrap_or(0)
    }

    /// Absent when its version or hypothesis is not known.
    fn given(&self, row: &FactRow<'_>) -> Option<Given<'_>> {
        let version = self.versions.get(row.version_id)?;
        let predicted = self.hypotheses.get(row.hypothesis_id)?;
        Some(Given {
            content_id: &version.content_id,
            elements: &version.elements,
            category: &predicted.category,
            predicted: predicted.probability,
            predicted_days: predicted.days,
            segments: &self.segments[self.place(row.client_id)].pairs,
        })
    }

    /// Puts a journey that is not there yet into the columns; absent when its version or hypothesis is not known.
    fn append(&mut self, row: &FactRow<'_>, columns: &mut Columns) -> Option<()> {
        let place = self.place(row.client_id);
        let version = self.versions.get_mut(row.version_id)?;
        let predicted = self.hypotheses.get_mut(row.hypothesis_id)?;
        let segments = &mut self.segments[place];
        let given = columns::Given {
            version: *version.number.get_or_insert_with(|| {
                columns.give_version(row.version_id, &version.content_id, &texts(&version.elements))
            }),
            hypothesis: *predicted.number.get_or_insert_with(|| {
                columns.give_hypothesis(Some(Hypothesis {
                    key: row.hypothesis_id,
                    category: &predicted.category,
                    predicted: predicted.probability,
                    predicted_days: predicted.days,
                }))
            }),
            segments: *segments.number.get_or_insert_with(|| columns.give_segments(&texts(&segments.pairs))),
        };
        if let Some(id) = id_number(row.id) {
            columns.append(&own(row, id), given);
        }
        Some(())
    }
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

#[expect(clippy::cast_precision_loss, reason = "days")]
fn days(row: &HypothesisRow<'_>) -> Option<f64> {
    row.predicted_days.map(|days| days as f64)
}

/// All that a row says of the journey itself, without the words of what it was given.
fn own(row: &FactRow<'_>, id: u128) -> Fact<'static> {
    let status = PaymentStatus::parse(row.payment_status);
    let has_money = status.is_some_and(|status| status.outcome().is_some());
    let code = if has_money { row.counted_currency } else { row.currency };
    Fact {
        id,
        start_s: seconds(row.numbers.started_at_ms),
        livemode: row.numbers.livemode,
        standing: standing(row),
        currency: CurrencyCode::try_from(code.as_bytes()).ok(),
        price_minor: row.numbers.price_minor,
        money: has_money.then(|| money(row)),
        version: "",
        content: "",
        elements: &[],
        hypothesis: None,
        segments: &[],
        stage: u8::try_from(row.numbers.stage).unwrap_or(0),
        page_seconds: row.numbers.page_ms.map(page_seconds),
    }
}

/// The number in an id: 32 hex digits behind a prefix.
pub(super) fn id_number(id: &str) -> Option<u128> {
    let (_, digits) = id.split_once('_')?;
    let digits: &[u8; 32] = digits.as_bytes().try_into().ok()?;
    let (high, low) = digits.split_at(16);
    Some(u128::from(sixteen(high)?) << 64 | u128::from(sixteen(low)?))
}

fn sixteen(digits: &[u8]) -> Option<u64> {
    let (mut number, mut wrong) = (0, 0);
    for digit in digits {
        let digit = DIGITS[usize::from(*digit)];
        number = number << 4 | u64::from(digit);
        wrong |= digit;
    }
    (wrong != NO_DIGIT).then_some(number)
}

/// What is no digit has bits that no digit has.
const NO_DIGIT: u8 = u8::MAX;
/// What each byte is as a hex digit; capitals are none.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

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

/// The net of several payments is the sum of their nets: what one was overdrawn by does not come out of another. What
/// went back is stated such that it leaves exactly the net.
fn money(row: &FactRow<'_>) -> Money {
    let back_minor = row.numbers.gross_minor.saturating_sub(row.numbers.net_minor).max(0);
    let refunded_minor = row.numbers.refunded_minor.min(back_minor);
    Money {
        gross_minor: row.numbers.gross_minor,
        refunded_minor,
        lost_minor: back_minor - refunded_minor,
        at_risk: row.numbers.at_risk_minor > 0,
        returned_after_s: returned_after_s(row),
    }
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
