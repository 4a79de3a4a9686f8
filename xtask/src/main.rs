//! `cargo xtask`: sets a machine up, runs every check, and lends throw-away databases.
//!
//! A developer's tool on nothing but std, so that it builds in seconds and is there before anything else.
//! The program `whypaid` must never depend on it.
#![expect(clippy::print_stdout, reason = "talking to the person at the terminal is its job")]

mod bench;
mod budgets;
mod failure;
mod help;
mod lend;
mod postgres;
mod process;
mod report;
mod setup;
mod tally;
mod test;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use workspace::Workspace;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Outcome<ExitCode> {
    let Some((subcommand, rest)) = args.split_first() else {
        println!("{}", help::TEXT);
        return Ok(ExitCode::SUCCESS);
    };
    match subcommand.as_str() {
        "help" | "--help" | "-h" => {
            println!("{}", help::TEXT);
            Ok(ExitCode::SUCCESS)
        }
        "setup" => setup::everything(&Workspace::open()?).map(|()| ExitCode::SUCCESS),
        "test" => test::run(&Workspace::open()?, rest),
        "pg" => lend::run(&Workspace::open()?, rest),
        "bench" => bench::run(&Workspace::open()?, rest),
        other => {
            Err(Failure::new(format!("there is no subcommand `{other}`; `cargo xtask` alone lists them all")))
        }
    }
}
