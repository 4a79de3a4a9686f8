//! `whypaid import`.

use super::{Failed, open, progress, say};
use crate::api::access::Principal;
use crate::api::client_file::{self, FILE_BYTES_MAX, ImportError, Options, Report};
use crate::apply::Context;
use crate::clock::Clock;
use crate::config::Config;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Import clients from a CSV file: all of them, or none when any row is at fault.
    ///
    /// The first row names the columns: name and email, if you like company and stripe_customer_id; any other column
    /// becomes an attribute. Commas, semicolons and tabs are understood; the file must be UTF-8.
    Clients {
        /// The file.
        file: PathBuf,
        /// Check everything and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Leave out rows whose e-mail address a client has already, instead of refusing the file.
        #[arg(long)]
        skip_existing: bool,
    },
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    let What::Clients { file, dry_run, skip_existing } = args.what;
    let bytes = read(&file)?;
    let db = open(config).await?;
    // Who has a page open on a server of this database is told.
    let context = Context::new(Clock::system());
    let options = Options { dry_run, skip_existing };
    let told = |what: &str, done: usize, all: usize| progress(format!("{done} of {all} rows {what}"));
    let done = client_file::clients(&db, &context, &Principal::command_line(), &bytes, options, told).await;
    db.close().await;
    match done {
        Ok(report) => {
            say(summary(&report, dry_run));
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::Store(error)) => Err(error.into()),
        Err(ImportError::Faults { told, count }) => {
            for fault in &told {
                let place = fault.place();
                progress(if place.is_empty() {
                    fault.message.clone()
                } else {
                    format!("{place}: {}", fault.message)
                });
            }
            if count > told.len() {
                progress(format!("and {} more", count - told.len()));
            }
            Err(Failed::Other(format!("{} was not imported; no client was written", file.display())))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failed> {
    let wrong = |error: std::io::Error| Failed::Other(format!("{} cannot be read: {error}", file.display()));
    let size = std::fs::metadata(file).map_err(wrong)?.len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(Failed::Other(format!(
            "{} has {size} bytes; {FILE_BYTES_MAX} at most. Split it.",
            file.display()
        )));
    }
    std::fs::read(file).map_err(wrong)
}

fn summary(report: &Report, dry_run: bool) -> String {
    let (done, skipped) =
        if dry_run { ("can be imported", "would be left out") } else { ("imported", "left out") };
    let mut parts = vec![format!("{} of {} clients {done}", report.created, report.rows)];
    if report.skipped > 0 {
        parts.push(format!("{} {skipped}, as a client has their address already", report.skipped));
    }
    if !report.attributes.is_empty() {
        parts.push(format!("attributes: {}", report.attributes.join(", ")));
    }
    parts.join("; ")
}
