//! `whypaid export`.

use super::{Failed, open, progress};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::csv_file::harmless;
use crate::insights::export::{self, ExportError};
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use store::journeys::JourneyFilter;
use store::payments::PaymentFilter;
use store::{Db, events, journeys, payments};

/// Rows read in one go.
const PAGE: i64 = 1_000;

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Table {
    /// Every journey as the statistics see it: what it was given, how it stands, its money, its clients' looks.
    Facts,
    /// Journeys, newest first.
    Journeys,
    /// Payments by their ids.
    Payments,
    /// Events without their payloads, newest first.
    Events,
}

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated, with a row of names first. A cell that a spreadsheet would run as a formula gets an apostrophe.
    Csv,
    /// Not there yet; csv has every column.
    Parquet,
}

#[derive(clap::Args)]
pub(super) struct Args {
    /// What to export.
    table: Table,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write here instead of to standard output.
    #[arg(long)]
    output: Option<PathBuf>,
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    if args.format == Format::Parquet {
        let words = "parquet cannot be written yet; --format csv has every column, and tools that read parquet \
                     (DuckDB, pandas, Polars) read it too";
        return Err(Failed::Other(words.to_owned()));
    }
    let out: Box<dyn Write> = match &args.output {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => {
            let wrong = |error| Failed::Other(format!("{} cannot be written: {error}", path.display()));
            Box::new(std::io::BufWriter::new(std::fs::File::create(path).map_err(wrong)?))
        }
    };
    let db = open(config).await?;
    let rows = match args.table {
        Table::Facts => export::csv(&db, out, told).await.map_err(failed)?,
        Table::Journeys => write(out, JOURNEYS, &mut Journeys { db: &db, after: None }).await?,
        Table::Payments => write(out, PAYMENTS, &mut Payments { db: &db, after: None }).await?,
        Table::Events => write(out, EVENTS, &mut Events { db: &db, after: None }).await?,
    };
    progress(format!("{rows} rows"));
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn told(rows: u64) {
    progress(format!("{rows} rows so far"));
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn failed(error: ExportError) -> Failed {
    Failed::Other(error.to_string())
}

/// A list that is read page by page.
trait Pages<const N: usize> {
    /// The next page; empty at the end.
    async fn next(&mut self) -> Result<Vec<[String; N]>, Failed>;
}

async fn write<const N: usize>(
    out: Box<dyn Write>,
    columns: [&str; N],
    pages: &mut impl Pages<N>,
) -> Result<u64, Failed> {
    let wrong = |error: csv::Error| Failed::Other(format!("the rows could not be written: {error}"));
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(columns).map_err(wrong)?;
    let mut rows = 0;
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        rows += page.len() as u64;
        for row in page {
            writer.write_record(row.map(harmless)).map_err(wrong)?;
        }
        told(rows);
    }
    writer.flush()?;
    Ok(rows)
}

const JOURNEYS: [&str; 16] = [
    "id",
    "client_id",
    "client",
    "email",
    "company",
    "content",
    "version",
    "livemode",
    "outcome",
    "payment_status",
    "price_minor",
    "currency",
    "net_minor",
    "started_at",
    "first_viewed_at",
    "paid_at",
];

struct Journeys<'a> {
    db: &'a Db,
    after: Option<String>,
}

impl Pages<16> for Journeys<'_> {
    async fn next(&mut self) -> Result<Vec<[String; 16]>, Failed> {
        let mut conn = self.db.read().await?;
        let lines = journeys::list(&mut conn, &JourneyFilter::default(), self.after.as_deref(), PAGE).await?;
        self.after = lines.last().map(|line| line.journey.id.clone());
        let rows = lines.into_iter().map(|line| {
            let journey = line.journey;
            [
                journey.id,
                journey.client_id,
                line.client_name,
                line.client_email,
                line.client_company.unwrap_or_default(),
                line.content_name,
                line.version_number.to_string(),
                journey.livemode.to_string(),
                journey.judgement.outcome.to_string(),
                journey.judgement.payment_status.to_string(),
                journey.price.amount_minor.to_string(),
                journey.price.currency.to_string(),
                journey.judgement.net_minor.to_string(),
                rfc3339(journey.started_at_ms),
                journey.first_viewed_at_ms.map(rfc3339).unwrap_or_default(),
                journey.judgement.paid_at_ms.map(rfc3339).unwrap_or_default(),
            ]
        });
        Ok(rows.collect())
    }
}

const PAYMENTS: [&str; 13] = [
    "id",
    "status",
    "livemode",
    "currency",
    "gross_minor",
    "refunded_minor",
    "lost_minor",
    "at_risk_minor",
    "net_minor",
    "method",
    "paid_at",
    "matched_by",
    "journey_id",
];

struct Payments<'a> {
    db: &'a Db,
    after: Option<String>,
}

impl Pages<13> for Payments<'_> {
    async fn next(&mut self) -> Result<Vec<[String; 13]>, Failed> {
        let mut conn = self.db.read().await?;
        let found = payments::list(&mut conn, &PaymentFilter::default(), self.after.as_deref(), PAGE).await?;
        self.after = found.last().map(|payment| payment.id.clone());
        let rows = found.into_iter().map(|payment| {
            let facts = payment.facts;
            [
                payment.id,
                facts.status.to_string(),
                facts.livemode.to_string(),
                facts.currency.map(|currency| currency.to_string()).unwrap_or_default(),
                facts.gross_minor.to_string(),
                facts.refunded_minor.to_string(),
                facts.lost_minor.to_string(),
                facts.at_risk_minor.to_string(),
                facts.net_minor.to_string(),
                facts.method.unwrap_or_default(),
                facts.paid_at_ms.map(rfc3339).unwrap_or_default(),
                payment.matched_by.map(|by| by.as_str().to_owned()).unwrap_or_default(),
                payment.journey_id.unwrap_or_default(),
            ]
        });
        Ok(rows.collect())
    }
}

const EVENTS: [&str; 8] =
    ["id", "type", "livemode", "created_at", "received_at", "status", "attempts", "last_error"];

struct Events<'a> {
    db: &'a Db,
    after: Option<String>,
}

impl Pages<8> for Events<'_> {
    async fn next(&mut self) -> Result<Vec<[String; 8]>, Failed> {
        let mut conn = self.db.read().await?;
        let found =
            events::list(&mut conn, None, None, self.after.as_deref(), PAGE).await?.unwrap_or_default();
        self.after = found.last().map(|event| event.id.clone());
        let rows = found.into_iter().map(|event| {
            [
                event.id,
                event.kind,
                event.livemode.to_string(),
                rfc3339(event.created_at_ms),
                rfc3339(event.received_at_ms),
                event.status.as_str().to_owned(),
                event.attempts.to_string(),
                event.last_error.unwrap_or_default(),
            ]
        });
        Ok(rows.collect())
    }
}
