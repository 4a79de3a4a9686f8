//! `whypaid export`.

use super::{Failed, open, progress};
use crate::config::Config;
use crate::insights::export;
use crate::table_file::{Cell, Column, Kind, TableError, TableFile};
use clap::ValueEnum;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Db;
use store::event_list::{self, EventFilter};
use store::lists::{self, From, JourneyFilter, Sort};
use store::payment_list::{self, PaymentFilter, Place};

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
    /// The same columns with their types: times, whole numbers, truth values, absent where there is none.
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
    let out: Box<dyn Write> = match &args.output {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => {
            let wrong = |error| Failed::Other(format!("{} cannot be written: {error}", path.display()));
            Box::new(std::io::BufWriter::new(std::fs::File::create(path).map_err(wrong)?))
        }
    };
    let db = open(config).await?;
    let format = args.format;
    let rows = match args.table {
        Table::Facts => {
            let file = begin(format, out, &export::COLUMNS)?;
            export::write(&db, file, told).await.map_err(|error| Failed::Other(error.to_string()))?
        }
        Table::Journeys => {
            let file = begin(format, out, &JOURNEYS)?;
            write(file, &mut Journeys { db: &db, from: Some(From::Start) }).await?
        }
        Table::Payments => {
            write(begin(format, out, &PAYMENTS)?, &mut Payments { db: &db, after: None }).await?
        }
        Table::Events => write(begin(format, out, &EVENTS)?, &mut Events { db: &db, after: None }).await?,
    };
    progress(format!("{rows} rows"));
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

type Out = Box<dyn Write>;

fn begin(format: Format, out: Out, columns: &[Column]) -> Result<TableFile<Out>, Failed> {
    let begun = match format {
        Format::Csv => TableFile::csv(out, columns),
        Format::Parquet => TableFile::parquet(out, columns),
    };
    begun.map_err(failed)
}

fn told(rows: u64) {
    progress(format!("{rows} rows so far"));
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn failed(error: TableError) -> Failed {
    Failed::Other(error.to_string())
}

/// A list that is read page by page.
trait Pages<const N: usize> {
    /// The next page; empty at the end.
    async fn next(&mut self) -> Result<Vec<[Cell<'static>; N]>, Failed>;
}

async fn write<const N: usize>(mut file: TableFile<Out>, pages: &mut impl Pages<N>) -> Result<u64, Failed> {
    let mut rows = 0;
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        rows += page.len() as u64;
        for row in page {
            file.row(&row).map_err(failed)?;
        }
        told(rows);
    }
    file.finish().map_err(failed)?;
    Ok(rows)
}

const JOURNEYS: [Column; 16] = [
    Column::new("id", Kind::Text),
    Column::new("client_id", Kind::Text),
    Column::new("client", Kind::Text),
    Column::new("email", Kind::Text),
    Column::optional("company", Kind::Text),
    Column::new("content", Kind::Text),
    Column::new("version", Kind::Integer),
    Column::new("livemode", Kind::Truth),
    Column::new("outcome", Kind::Text),
    Column::new("payment_status", Kind::Text),
    Column::new("price_minor", Kind::Integer),
    Column::new("currency", Kind::Text),
    Column::new("net_minor", Kind::Integer),
    Column::new("started_at", Kind::Time),
    Column::optional("first_viewed_at", Kind::Time),
    Column::optional("paid_at", Kind::Time),
];

struct Journeys<'a> {
    db: &'a Db,
    /// Where to go on; `None` at the end.
    from: Option<From>,
}

impl Pages<16> for Journeys<'_> {
    async fn next(&mut self) -> Result<Vec<[Cell<'static>; 16]>, Failed> {
        let Some(from) = self.from.take() else { return Ok(Vec::new()) };
        let mut conn = self.db.read().await?;
        let listed = lists::list(&mut conn, &JourneyFilter::default(), Sort::default(), &from, PAGE).await?;
        self.from = listed.next.map(From::After);
        let rows = listed.lines.into_iter().map(|line| {
            let journey = line.journey;
            [
                journey.id.into(),
                journey.client_id.into(),
                line.client_name.into(),
                line.client_email.into(),
                line.client_company.into(),
                line.content_name.into(),
                line.version_number.into(),
                journey.livemode.into(),
                journey.judgement.outcome.to_string().into(),
                journey.judgement.payment_status.to_string().into(),
                journey.price.amount_minor.into(),
                journey.price.currency.to_string().into(),
                journey.judgement.net_minor.into(),
                Cell::Time(journey.started_at_ms),
                Cell::time(journey.first_viewed_at_ms),
                Cell::time(journey.judgement.paid_at_ms),
            ]
        });
        Ok(rows.collect())
    }
}

const PAYMENTS: [Column; 13] = [
    Column::new("id", Kind::Text),
    Column::new("status", Kind::Text),
    Column::new("livemode", Kind::Truth),
    Column::optional("currency", Kind::Text),
    Column::new("gross_minor", Kind::Integer),
    Column::new("refunded_minor", Kind::Integer),
    Column::new("lost_minor", Kind::Integer),
    Column::new("at_risk_minor", Kind::Integer),
    Column::new("net_minor", Kind::Integer),
    Column::optional("method", Kind::Text),
    Column::optional("paid_at", Kind::Time),
    Column::optional("matched_by", Kind::Text),
    Column::optional("journey_id", Kind::Text),
];

struct Payments<'a> {
    db: &'a Db,
    after: Option<Place>,
}

impl Pages<13> for Payments<'_> {
    async fn next(&mut self) -> Result<Vec<[Cell<'static>; 13]>, Failed> {
        let mut conn = self.db.read().await?;
        let filter = PaymentFilter::default();
        let found = payment_list::list(&mut conn, &filter, self.after.as_ref(), PAGE).await?;
        self.after = found.last().map(Place::of).or(self.after.take());
        let rows = found.into_iter().map(|payment| {
            let facts = payment.facts;
            [
                payment.id.into(),
                facts.status.to_string().into(),
                facts.livemode.into(),
                facts.currency.map(|currency| currency.to_string()).into(),
                facts.gross_minor.into(),
                facts.refunded_minor.into(),
                facts.lost_minor.into(),
                facts.at_risk_minor.into(),
                facts.net_minor.into(),
                facts.method.into(),
                Cell::time(facts.paid_at_ms),
                payment.matched_by.map(ledger::MatchedBy::as_str).into(),
                payment.journey_id.into(),
            ]
        });
        Ok(rows.collect())
    }
}

const EVENTS: [Column; 8] = [
    Column::new("id", Kind::Text),
    Column::new("type", Kind::Text),
    Column::new("livemode", Kind::Truth),
    Column::new("created_at", Kind::Time),
    Column::new("received_at", Kind::Time),
    Column::new("status", Kind::Text),
    Column::new("attempts", Kind::Integer),
    Column::optional("last_error", Kind::Text),
];

struct Events<'a> {
    db: &'a Db,
    after: Option<String>,
}

impl Pages<8> for Events<'_> {
    async fn next(&mut self) -> Result<Vec<[Cell<'static>; 8]>, Failed> {
        let mut conn = self.db.read().await?;
        let filter = EventFilter::default();
        let found = event_list::list(&mut conn, &filter, self.after.as_deref(), PAGE).await?;
        let found = found.unwrap_or_default().events;
        self.after = found.last().map(|event| event.id.clone());
        let rows = found.into_iter().map(|event| {
            [
                event.id.into(),
                event.kind.into(),
                event.livemode.into(),
                Cell::Time(event.created_at_ms),
                Cell::Time(event.received_at_ms),
                event.status.as_str().into(),
                event.attempts.into(),
                event.last_error.into(),
            ]
        });
        Ok(rows.collect())
    }
}
