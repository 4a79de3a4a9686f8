//! `bench facts`: how long the statistics take to be ready after a start, and to take a change in.

mod seed;

use crate::Outcome;
use crate::ingest::own_seconds;
use ledger::{Outcome as Became, PaymentStatus};
use server::apply::Change;
use server::clock::Clock;
use server::insights::ask::{Ask, By};
use server::insights::thresholds::Thresholds;
use server::insights::{Insights, start};
use server::live::Live;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use store::{Db, journeys};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Seconds from a start until a million journeys are loaded.
const LOAD_GOAL: Duration = Duration::from_secs(3);
/// From a change until the columns have it.
const CHANGE_GOAL: Duration = Duration::from_millis(1);
/// Bytes a journey takes.
const BYTES_GOAL: f64 = 64.0;
/// Changes timed, each of another journey.
const CHANGES: u64 = 1_000;

/// Journeys from the store into columns, on SQLite and on PostgreSQL: loading all, taking one change in, and each report
/// of what then is in memory.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Number of journeys.
    #[arg(long, default_value_t = 1_000_000)]
    journeys: u64,
    /// A PostgreSQL with the right to create databases; only SQLite when absent.
    #[arg(long, env = "WHYPAID_BENCH_PG")]
    postgres: Option<String>,
    /// Where SQLite's file lies and stays; what is filled already is measured as it is.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Leave SQLite out.
    #[arg(long)]
    no_sqlite: bool,
}

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(options: &Options) -> Outcome<()> {
    let temporary = tempfile::tempdir()?;
    let folder = options.folder.as_deref().unwrap_or_else(|| temporary.path());
    if !options.no_sqlite {
        let url = format!("sqlite://{}", folder.join("facts.db").display());
        one(&url, "SQLite", options.journeys).await?;
    }
    if let Some(postgres) = &options.postgres {
        one(postgres, "PostgreSQL", options.journeys).await?;
    }
    Ok(())
}

async fn one(url: &str, name: &str, count: u64) -> Outcome<()> {
    let db = Db::open(url)?;
    db.migrate().await?;
    let begin = Instant::now();
    if journeys::ids(&mut db.read().await?, "", 1).await?.is_empty() {
        seed::fill(&db, count).await?;
    }
    println!("{name}: {count} journeys written in {:.1} s", begin.elapsed().as_secs_f64());
    let (live, stop) = (Live::new("bench"), CancellationToken::new());
    let (begin, before) = (Instant::now(), own_seconds()?);
    let (insights, task) = start(db.clone(), Clock::set(seed::NOW_MS), live.clone(), stop.clone());
    while insights.as_of().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    told("loaded", begin.elapsed(), Some(LOAD_GOAL));
    println!("  of it {:.2} CPU-seconds of this process", own_seconds()? - before);
    let bytes = insights.read(insight::facts::Columns::resident_bytes)?;
    #[expect(clippy::cast_precision_loss, reason = "bytes of a process")]
    let each = bytes as f64 / count as f64;
    println!("  {each:.1} bytes a journey resident (goal {BYTES_GOAL})");
    changes(&insights, &live, count).await?;
    reports(&insights).await?;
    stop.cancel();
    task.await?;
    db.close().await;
    Ok(())
}

fn told(what: &str, took: Duration, goal: Option<Duration>) {
    let goal = goal.map_or_else(String::new, |goal| format!(" (goal {} ms)", goal.as_millis()));
    println!("  {what}: {:.2} ms{goal}", took.as_secs_f64() * 1e3);
}

/// From the announcement until the columns have it, one after the other.
async fn changes(insights: &Insights, live: &Live, journeys: u64) -> Outcome<()> {
    let mut took = Vec::new();
    for change in 0..CHANGES {
        let begin = Instant::now();
        let journey_id = seed::id("jrn", change * 7_919 % journeys);
        let (outcome, payment_status) = (Became::Paid, PaymentStatus::Paid);
        live.announce(vec![Change { journey_id, outcome, payment_status, change: "payment" }]);
        while insights.as_of().is_none_or(|held| held.change < live.last()) {
            tokio::task::yield_now().await;
        }
        took.push(begin.elapsed());
    }
    took.sort_unstable();
    told("one change, median", took[took.len() / 2], Some(CHANGE_GOAL));
    told("one change, 99 %", took[took.len() * 99 / 100], None);
    Ok(())
}

async fn reports(insights: &Insights) -> Outcome<()> {
    let ask = |by: By| Ask { by, ..Ask::of_mode(true, Thresholds::default()) };
    let begin = Instant::now();
    for by in [By::Hypothesis, By::Category, By::Content, By::Version, By::Element] {
        let begin = Instant::now();
        insights.conversion(&ask(by.clone())).await?;
        told(&format!("conversion by {}", by.as_str()), begin.elapsed(), None);
    }
    macro_rules! time {
        ($name:literal, $answer:expr) => {{
            let (begin, before) = (Instant::now(), own_seconds()?);
            $answer.await?;
            told($name, begin.elapsed(), None);
            println!("    {:.2} CPU-seconds", own_seconds()? - before);
        }};
    }
    time!("revenue", insights.revenue(&ask(By::Content)));
    time!("time to payment", insights.timing(&ask(By::Content)));
    time!("elements", insights.elements(&ask(By::Element)));
    time!("hypotheses", insights.hypotheses(&ask(By::Hypothesis)));
    time!("funnel", insights.funnel(&ask(By::Everything)));
    time!("contrast", insights.contrast(&ask(By::Everything)));
    time!("scores", insights.scores(&ask(By::Everything), None, 50));
    time!("forecast", insights.forecast(&ask(By::Everything), *b"usd"));
    time!("recommendations", insights.recommendations(&ask(By::Everything)));
    time!(
        "the first journey's analysis",
        insights.journey_analysis(&seed::id("jrn", 7), Thresholds::default())
    );
    time!(
        "another journey's analysis",
        insights.journey_analysis(&seed::id("jrn", 8), Thresholds::default())
    );
    time!("conversion by version again", insights.conversion(&ask(By::Version)));
    told("all of them", begin.elapsed(), None);
    Ok(())
}
