//! `whypaid doctor`.

use super::{Failed, open, progress, say};
use crate::apply::verify::{Report, verify};
use crate::config::Config;
use crate::ingest;
use std::process::ExitCode;
use store::events;

/// Differences shown one by one; the rest is counted.
const SHOWN_MAX: usize = 50;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Compute every payment and outcome again from the stored facts, and report what differs.
    #[arg(long)]
    verify: bool,
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    let db = open(config).await?;
    say(format!("database: {:?}, up to date", db.engine()));
    let secret = if config.webhook_secrets.is_empty() {
        "missing: set STRIPE_WEBHOOK_SECRET, or events are refused"
    } else {
        "set"
    };
    say(format!("webhook secret: {secret}"));
    let key = match (&config.stripe_secret_key, config.livemode()) {
        (None, _) => "missing: new journeys are test journeys",
        (Some(_), false) => "set, test mode",
        (Some(_), true) => "set, live mode",
    };
    say(format!("Stripe key: {key}"));
    for (status, count, _) in events::not_done(&mut db.read().await?).await? {
        say(format!("events {}: {count}", status.as_str()));
    }
    let left = ingest::left_behind(&db).await?;
    if left > 0 {
        say(format!(
            "events acknowledged and not in the database yet: {left}; `whypaid serve` moves them there"
        ));
    }
    let mut good = true;
    if args.verify {
        let report =
            verify(&db, |r| progress(format!("{} payments, {} journeys", r.payments, r.journeys))).await?;
        good = tell(&report);
    }
    db.close().await;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(report: &Report) -> bool {
    for difference in report.differences.iter().take(SHOWN_MAX) {
        say(difference);
    }
    let count = report.differences.len();
    if count > SHOWN_MAX {
        say(format!("… and {} more", count - SHOWN_MAX));
    }
    say(format!(
        "verified {} payments and {} journeys: {count} differences",
        report.payments, report.journeys
    ));
    count == 0
}
