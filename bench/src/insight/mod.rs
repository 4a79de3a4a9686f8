//! `bench insight`: the intelligence report from resident columns, beside pandas, lifelines, statsmodels and gbstats.

mod ours;
mod peer;

use crate::Outcome;
use ::insight::planted::{self, Planted};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The reference generator's seed.
const SEED: u64 = 42;
/// Our figures and the peer's must agree to this, relative.
const AGREEMENT: f64 = 1e-9;
/// How many times faster the report is to be from [`GOAL_ROWS_MIN`] journeys on.
const GOAL_RATIO: f64 = 20.0;
const GOAL_ROWS_MIN: u64 = 1_000_000;

/// The intelligence report: conversion of 50 variants (Bayesian, Welch, sequential, Benjamini–Hochberg), revenue by
/// variant and currency, Kaplan–Meier and log-rank over 50, logistic regression on 20 elements.
///
/// Ours runs from columns already in memory; the peer's time leaves out reading its file. Both read the same planted
/// journeys (`gen.py`, made here byte for byte) in one run, and their results are compared. The peer needs a Python with
/// pandas, lifelines, statsmodels and gbstats; without it only ours is measured, and nothing is compared.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Numbers of journeys.
    #[arg(long, value_delimiter = ',', default_values = ["1e4", "1e5", "1e6"])]
    sizes: Vec<f64>,
    /// Times each report is made; the median counts.
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// The peer's program; `../shared/oracles/bench_peer.py` beside the workspace when absent.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// A Python with the peer's packages.
    #[arg(long, env = "WHYPAID_BENCH_PYTHON")]
    python: Option<PathBuf>,
    /// Times the peer makes its report.
    #[arg(long, default_value_t = 1)]
    peer_repeat: usize,
}

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    println!(
        "The report of 50 variants, 20 elements, 3 currencies; medians, seconds; one run, one machine.\n"
    );
    let folder = tempfile::tempdir()?;
    let mut good = true;
    for size in &options.sizes {
        good &= one_size(options, rows(*size)?, folder.path())?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rows(size: f64) -> Outcome<u64> {
    if !(1.0..=1e8).contains(&size) {
        return Err(format!("{size} is not a number of journeys from 1 to 1e8").into());
    }
    // In range, and whole numbers of journeys are meant.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Ok(size as u64)
}

fn one_size(options: &Options, rows: u64, folder: &Path) -> Outcome<bool> {
    let ours = ours::measure(rows, SEED, options.repeat.max(1));
    ours.print(rows);
    let Some(python) = &options.python else {
        println!("  peer: not measured (no --python)\n");
        return Ok(true);
    };
    let csv = folder.join("journeys.csv");
    write_csv(&csv, rows)?;
    let program = options.peer.clone().unwrap_or_else(|| {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/oracles/bench_peer.py"))
    });
    let peer = peer::measure(python, &program, &csv, options.peer_repeat)?;
    std::fs::remove_file(&csv)?;
    let ratio = peer.seconds / ours.seconds();
    let goal = if rows >= GOAL_ROWS_MIN { format!(" (goal {GOAL_RATIO})") } else { String::new() };
    println!("  peer {:.3} s, {} MB; ours is {ratio:.0} times faster{goal}", peer.seconds, peer.megabytes);
    let apart = ours.report.furthest_from(&peer.report);
    println!("  results agree to {:.1e} relative, furthest in {}\n", apart.1, apart.0);
    Ok(apart.1 <= AGREEMENT)
}

fn write_csv(path: &Path, rows: u64) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(planted::csv_header().as_bytes())?;
    let mut line = String::new();
    for journey in Planted::new(rows, SEED).journeys() {
        line.clear();
        journey.write_csv(&mut line);
        file.write_all(line.as_bytes())?;
    }
    Ok(file.flush()?)
}
