//! `bench ingest`: how many signed events a second, at what cost, beside what any axum server pays.

mod cpu;
mod events;
mod http;
mod load;
mod phase;
mod report;
mod target;

use crate::Outcome;
pub(crate) use cpu::own_seconds;
pub(crate) use events::Maker;
use phase::{Figures, Mode};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
pub(crate) use target::{Kind, Lent, Target};

/// Where events go, on every server.
pub(crate) const WEBHOOK: &str = "/api/webhooks/stripe";
/// Answers 200 once a server can work.
pub(crate) const READY: &str = "/readyz";
/// The goals are about this many connections.
const GOAL_CONNECTIONS: usize = 32;

/// Webhook intake: requests per second, latency, CPU and memory of (a) a trivial axum server, (b) `whypaid serve` on
/// SQLite and (c) on PostgreSQL, driven one after the other with the same signed, distinct 3 kB events.
///
/// At each number of connections the servers take turns, so that other work on the machine disturbs all of them alike;
/// the column "other" says how much of it there was. A rate counts only what is durable *and applied*: the time until
/// nothing waits any more belongs to the phase. After the closed loop, half of the highest rate at 32 connections is
/// sent by the clock, and latency counts from when an event was due. At the end every event answered 200 must lie in the
/// database, applied, and `whypaid doctor --verify` must find no difference. Ratios mean something on any machine;
/// absolute figures only on a quiet one. Databases lie in the build's target folder and are removed.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Length of each phase.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=120))]
    seconds: u64,
    /// Closed-loop phases, by number of connections.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32, 128])]
    connections: Vec<usize>,
    /// Only these servers; without `reference` there are no ratios.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Kind>,
    /// Percent of the events that name a journey; the others stay unmatched.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=100))]
    matched: u64,
    /// Journeys made beforehand through the API, each of a client of its own.
    #[arg(long, default_value_t = 2000)]
    journeys: usize,
    /// Threads of the driver.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Leave out `whypaid doctor --verify` at the end.
    #[arg(long)]
    no_verify: bool,
    /// Leave out the open loop.
    #[arg(long)]
    no_open_loop: bool,
    /// The program to measure; beside this one when absent.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A PostgreSQL that the run may use; a database `whypaid_bench` is made anew in it.
    #[arg(long, env = "WHYPAID_BENCH_PG", hide_env_values = true)]
    postgres: Option<String>,
    /// Its postmaster, whose CPU time counts.
    #[arg(long, env = "WHYPAID_BENCH_PG_PID")]
    postgres_pid: Option<u32>,
}

/// One server, and the events that were made for it.
struct Runner {
    target: Target,
    maker: Maker,
    /// Answered 200 since the start.
    accepted: u64,
    /// Not answered since the start; some of these may be stored all the same.
    broken: u64,
    /// Highest rate so far, to know how many events a phase may need.
    rate: f64,
    figures: Vec<Figures>,
}

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let mut runners = start(options)?;
    let counts =
        if options.connections.is_empty() { vec![GOAL_CONNECTIONS] } else { options.connections.clone() };
    report::head(options);
    for runner in &mut runners {
        runner.phase(options, Mode::WarmUp)?;
    }
    for connections in counts {
        for runner in &mut runners {
            runner.phase(options, Mode::Closed { connections })?;
        }
    }
    if !options.no_open_loop {
        for runner in runners.iter_mut().filter(|runner| runner.target.kind != Kind::Reference) {
            if let Some(rate) = runner.rate_at(GOAL_CONNECTIONS) {
                runner.phase(options, Mode::Open { rate: rate / 2.0 })?;
            }
        }
    }
    let right =
        runners.iter().try_fold(true, |right, runner| Outcome::Ok(runner.check(options)? && right))?;
    let figures: BTreeMap<Kind, Vec<Figures>> =
        runners.into_iter().map(|runner| (runner.target.kind, runner.figures)).collect();
    report::print(&figures);
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn start(options: &Options) -> Outcome<Vec<Runner>> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program lies in no folder")?;
    let program = options.program.clone().unwrap_or_else(|| folder.join("whypaid"));
    if !program.exists() {
        return Err(format!("{} is missing: cargo build --release -p server", program.display()).into());
    }
    let kinds = if options.only.is_empty() { Kind::ALL.to_vec() } else { options.only.clone() };
    let lent = options.postgres.clone().zip(options.postgres_pid);
    let lent = lent.map(|(url, postmaster_pid)| Lent { url, postmaster_pid });
    if kinds.contains(&Kind::Postgres) && lent.is_none() {
        return Err("(c) needs a PostgreSQL: run `cargo xtask bench ingest`, which lends one, or set \
                    WHYPAID_BENCH_PG and WHYPAID_BENCH_PG_PID, or leave it out with --only reference,sqlite"
            .into());
    }
    let start = |kind| {
        let target = Target::start(kind, &program, folder, lent.as_ref())?;
        let journeys = target.make_journeys(if options.matched == 0 { 0 } else { options.journeys })?;
        let maker = Maker::new(journeys, options.matched, target.address.to_string());
        Ok(Runner { target, maker, accepted: 0, broken: 0, rate: 0.0, figures: Vec::new() })
    };
    kinds.into_iter().map(start).collect()
}

impl Runner {
    fn phase(&mut self, options: &Options, mode: Mode) -> Outcome<()> {
        let figures = phase::run(&self.target, &mut self.maker, options, mode, self.rate)?;
        self.accepted += figures.answers.accepted;
        self.broken += figures.answers.broken;
        self.rate = self.rate.max(figures.sent_per_s());
        report::line(self.target.kind, &figures);
        if mode != Mode::WarmUp {
            self.figures.push(figures);
        }
        Ok(())
    }

    fn rate_at(&self, connections: usize) -> Option<f64> {
        let found = self.figures.iter().find(|figures| figures.mode == Mode::Closed { connections });
        found.map(Figures::applied_per_s)
    }

    /// True when every event that was answered 200 is stored with its payload and applied.
    fn check(&self, options: &Options) -> Outcome<bool> {
        let Some(counts) = self.target.counts()? else { return Ok(true) };
        let stored = u64::try_from(counts.events)?;
        let complete = (self.accepted..=self.accepted + self.broken).contains(&stored);
        let right = complete && counts.payloads == counts.events && counts.applied == counts.events;
        report::check(self.target.kind, self.accepted, counts, right);
        if !options.no_verify
            && let Some(said) = self.target.verify()?
        {
            report::verified(self.target.kind, &said);
        }
        Ok(right)
    }
}
