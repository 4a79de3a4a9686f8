//! Journey facts as rows of a file: all that the statistics know of each journey.

use super::load::{self, Given};
use crate::table_file::{Cell, Column, Kind, TableError, TableFile};
use std::io::Write;
use store::Db;
use store::facts::FactRow;

/// Rows between two words of progress.
const TELL_EVERY: u64 = 50_000;

/// The columns, in their order.
pub const COLUMNS: [Column; 29] = [
    Column::new("journey_id", Kind::Text),
    Column::new("client_id", Kind::Text),
    Column::new("content_id", Kind::Text),
    Column::new("content_version_id", Kind::Text),
    Column::new("hypothesis_id", Kind::Text),
    Column::new("category", Kind::Text),
    Column::optional("predicted_probability", Kind::Real),
    Column::optional("predicted_days", Kind::Real),
    Column::new("livemode", Kind::Truth),
    Column::new("started_at", Kind::Time),
    Column::new("outcome", Kind::Text),
    Column::new("payment_status", Kind::Text),
    Column::optional("ended_at", Kind::Time),
    Column::new("price_minor", Kind::Integer),
    Column::new("price_currency", Kind::Text),
    Column::optional("currency", Kind::Text),
    Column::new("gross_minor", Kind::Integer),
    Column::new("refunded_minor", Kind::Integer),
    Column::new("lost_minor", Kind::Integer),
    Column::new("net_minor", Kind::Integer),
    Column::new("at_risk_minor", Kind::Integer),
    Column::optional("furthest_step", Kind::Text),
    Column::new("activation_ms", Kind::Integer),
    Column::new("agreement_ms", Kind::Integer),
    Column::new("confirmation_ms", Kind::Integer),
    Column::new("processing_ms", Kind::Integer),
    Column::new("elements", Kind::Text),
    Column::new("attributes", Kind::Text),
    Column::optional("days_to_end", Kind::Real),
];

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The file, or whoever reads it.
    #[error(transparent)]
    File(#[from] TableError),
}

/// Writes every journey, ascending by id, a row at a time. `progress` is told how many are done. Returns how many there
/// were.
pub async fn write<W: Write>(
    db: &Db,
    mut file: TableFile<W>,
    mut progress: impl FnMut(u64),
) -> Result<u64, ExportError> {
    let mut rows = 0;
    let written = load::each(db, |row, given| {
        file.row(&cells(row, &given))?;
        rows += 1;
        if rows % TELL_EVERY == 0 {
            progress(rows);
        }
        Ok::<_, TableError>(())
    });
    written.await??;
    file.finish()?;
    Ok(rows)
}

fn cells<'a>(row: &FactRow<'a>, given: &Given<'a>) -> [Cell<'a>; 29] {
    const STEPS: [&str; 6] = ["started", "activation", "agreement", "confirmation", "processing", "checkout"];
    let numbers = &row.numbers;
    let step = usize::try_from(numbers.stage).ok().and_then(|stage| STEPS.get(stage)).copied();
    let [activation, agreement, confirmation, processing] = numbers.page_ms.map(Cell::Integer);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a journey")]
    let days = numbers.ended_at_ms.map(|ended| (ended - numbers.started_at_ms) as f64 / 86_400_000.0);
    [
        row.id.into(),
        row.client_id.into(),
        given.content_id.into(),
        row.version_id.into(),
        row.hypothesis_id.into(),
        given.category.into(),
        given.predicted.into(),
        given.predicted_days.into(),
        numbers.livemode.into(),
        Cell::Time(numbers.started_at_ms),
        row.outcome.into(),
        row.payment_status.into(),
        Cell::time(numbers.ended_at_ms),
        numbers.price_minor.into(),
        row.currency.into(),
        Cell::unless_empty(row.counted_currency),
        numbers.gross_minor.into(),
        numbers.refunded_minor.into(),
        numbers.lost_minor.into(),
        numbers.net_minor.into(),
        numbers.at_risk_minor.into(),
        step.into(),
        activation,
        agreement,
        confirmation,
        processing,
        given.elements.join(";").into(),
        given.segments.join(";").into(),
        days.into(),
    ]
}
