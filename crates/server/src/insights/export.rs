//! Journey facts as rows of a CSV file: all that the statistics know of each journey.

use super::load::{self, Given};
use crate::clock::rfc3339;
use crate::csv_file::harmless;
use std::io::Write;
use store::Db;
use store::facts::FactRow;

/// Rows between two words of progress.
const TELL_EVERY: u64 = 50_000;

/// The columns, in their order.
pub const COLUMNS: [&str; 29] = [
    "journey_id",
    "client_id",
    "content_id",
    "content_version_id",
    "hypothesis_id",
    "category",
    "predicted_probability",
    "predicted_days",
    "livemode",
    "started_at",
    "outcome",
    "payment_status",
    "ended_at",
    "price_minor",
    "price_currency",
    "currency",
    "gross_minor",
    "refunded_minor",
    "lost_minor",
    "net_minor",
    "at_risk_minor",
    "furthest_step",
    "activation_ms",
    "agreement_ms",
    "confirmation_ms",
    "processing_ms",
    "elements",
    "attributes",
    "days_to_end",
];

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The file, or whoever reads it.
    #[error("the rows could not be written: {0}")]
    Csv(#[from] csv::Error),
}

/// Writes every journey, ascending by id, a row at a time. `progress` is told how many are done. Returns how many there
/// were.
pub async fn csv(db: &Db, out: impl Write, mut progress: impl FnMut(u64)) -> Result<u64, ExportError> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(COLUMNS)?;
    let mut rows = 0;
    let written = load::each(db, |row, given| {
        writer.write_record(cells(row, &given).map(harmless))?;
        rows += 1;
        if rows % TELL_EVERY == 0 {
            progress(rows);
        }
        Ok::<_, csv::Error>(())
    });
    written.await??;
    writer.flush().map_err(csv::Error::from)?;
    Ok(rows)
}

fn cells(row: &FactRow<'_>, given: &Given<'_>) -> [String; 29] {
    const STEPS: [&str; 6] = ["started", "activation", "agreement", "confirmation", "processing", "checkout"];
    let numbers = &row.numbers;
    let step = usize::try_from(numbers.stage).ok().and_then(|stage| STEPS.get(stage)).copied();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let [activation, agreement, confirmation, processing] = numbers.page_ms.map(|ms| ms.to_string());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a journey")]
    let days = numbers.ended_at_ms.map(|ended| (ended - numbers.started_at_ms) as f64 / 86_400_000.0);
    [
        row.id.to_owned(),
        row.client_id.to_owned(),
        given.content_id.to_owned(),
        row.version_id.to_owned(),
        row.hypothesis_id.to_owned(),
        given.category.to_owned(),
        number(given.predicted),
        number(given.predicted_days),
        numbers.livemode.to_string(),
        rfc3339(numbers.started_at_ms),
        row.outcome.to_owned(),
        row.payment_status.to_owned(),
        numbers.ended_at_ms.map(rfc3339).unwrap_or_default(),
        numbers.price_minor.to_string(),
        row.currency.to_owned(),
        row.counted_currency.to_owned(),
        numbers.gross_minor.to_string(),
        numbers.refunded_minor.to_string(),
        numbers.lost_minor.to_string(),
        numbers.net_minor.to_string(),
        numbers.at_risk_minor.to_string(),
        step.unwrap_or_default().to_owned(),
        activation,
        agreement,
        confirmation,
        processing,
        given.elements.join(";"),
        given.segments.join(";"),
        number(days),
    ]
}
