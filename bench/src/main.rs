//! Measured comparisons of the built program with something simpler, on one machine in one run.
//!
//! Run through `cargo xtask bench NAME`, which builds everything for release and lends a PostgreSQL. Must never be part
//! of the program: it only drives it from outside, as Stripe would.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is where the figures go")]

mod facts;
mod ingest;
mod insight;
mod live;
mod pages;
mod reference;

use clap::Parser;
use std::process::ExitCode;

/// An error for the person at the terminal; nothing here is matched on.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// Measured comparisons; run them through `cargo xtask bench`.
#[derive(Parser)]
#[command(name = "cargo xtask bench", max_term_width = 110)]
enum Command {
    Facts(facts::Options),
    Ingest(ingest::Options),
    Insight(insight::Options),
    Live(live::Options),
    Pages(pages::Options),
    #[command(hide = true)]
    ReferenceServer(reference::Options),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Facts(options) => facts::run(&options),
        Command::Ingest(options) => ingest::run(&options),
        Command::Insight(options) => insight::run(&options),
        Command::Live(options) => live::run(&options),
        Command::Pages(options) => pages::run(&options),
        Command::ReferenceServer(options) => reference::run(&options),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
