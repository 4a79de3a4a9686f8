//! Our methods against numbers from other people's software.
//!
//! Runs every case of every `*.json` in the folder `WHYPAID_ORACLES` (default `../shared/oracles` next to the
//! workspace) through the crate's public functions and prints `PASS|FAIL file/name: got …, want …` for each, and
//! `UNKNOWN` for a form it has no words for. `cargo test -p insight --test oracles -- TEXT` runs the cases whose
//! `file/name` contains TEXT. Without the folder it says so and passes. Must never look at `expected` to choose a method.

#![expect(clippy::print_stdout, reason = "the terminal is where the answers go")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "JSON numbers become counts and back"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken oracle file should stop the run with its place"
)]

mod ab;
mod case;
mod compare;
mod counts;
mod end_to_end;
mod lists;
mod series;
mod survival;
mod table;

use case::{Answer, Case};
use compare::Verdict;
use std::path::PathBuf;
use std::process::ExitCode;

/// Each reads the forms it knows and leaves the others.
const FAMILIES: [fn(&Case) -> Option<Answer>; 7] = [
    counts::answer,
    ab::answer,
    survival::answer,
    survival::regressions,
    lists::answer,
    series::answer,
    end_to_end::answer,
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // nextest asks for the list of tests first; this program is one test.
    if args.iter().any(|arg| arg == "--list") {
        if !args.iter().any(|arg| arg == "--ignored") {
            println!("oracles: test");
        }
        return ExitCode::SUCCESS;
    }
    let wanted =
        args.iter().find(|arg| !arg.starts_with('-') && *arg != "oracles").cloned().unwrap_or_default();
    let folder = std::env::var_os("WHYPAID_ORACLES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/oracles")),
        PathBuf::from,
    );
    let Some(cases) = case::load(&folder) else {
        println!(
            "SKIPPED: there is no folder {} (set WHYPAID_ORACLES); nothing was compared",
            folder.display()
        );
        return ExitCode::SUCCESS;
    };
    let (mut passed, mut failed, mut unknown) = (0, 0, 0);
    for case in cases.iter().filter(|case| case.label().contains(&wanted)) {
        match judge(case) {
            Verdict::Pass => passed += 1,
            Verdict::Fail => failed += 1,
            Verdict::Unknown => unknown += 1,
        }
    }
    println!(
        "\n{passed} passed, {failed} failed, {unknown} not understood, of {} cases",
        passed + failed + unknown
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judge(case: &Case) -> Verdict {
    if let Some(answer) = FAMILIES.iter().find_map(|family| family(case)) {
        return compare::compare(case, &answer);
    }
    let keys: Vec<&String> = case.inputs.as_object().map(|map| map.keys().collect()).unwrap_or_default();
    println!("UNKNOWN {}: no method for inputs {keys:?}", case.label());
    Verdict::Unknown
}
