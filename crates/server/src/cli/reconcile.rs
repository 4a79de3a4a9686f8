//! `whypaid reconcile`.

use super::{Failed, open, progress, say};
use crate::app::{self, App, Parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::reconcile::{self, Progress, ReconcileError, Report, span_s};
use crate::serve::{metrics_handle, stripe_api};
use std::process::ExitCode;
use std::time::Duration;
use store::reconciliations::{self, DifferenceFilter};
use tokio::time::Instant;

/// Differences printed; the API has them all.
const SHOWN_MAX: i64 = 50;
/// How often another node's reconciliation is looked at: one that was killed holds its place a little longer.
const WAIT: Duration = Duration::from_secs(2);
/// How long it is waited for.
const WAIT_MAX: Duration = Duration::from_mins(10);
/// Progress is printed at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
pub(super) struct Args {
    /// Objects from so long ago on: 12h, 30d, 8w. Stripe keeps events for 30 days; older changes are read from the
    /// objects themselves.
    #[arg(long, default_value = "30d", value_parser = span, conflicts_with = "all")]
    since: i64,
    /// Everything from the first day of the account.
    #[arg(long)]
    all: bool,
}

fn span(text: &str) -> Result<i64, String> {
    span_s(text).ok_or_else(|| "write a number and h, d or w: 12h, 30d, 8w".to_owned())
}

pub(super) async fn run(config: Config, args: Args) -> Result<ExitCode, Failed> {
    let stripe = stripe_api(&config).map_err(Failed::Other)?;
    if stripe.is_none() {
        return Err(Failed::Other(ReconcileError::NotConfigured.to_string()));
    }
    let db = open(&config).await?;
    let clock = Clock::system();
    let since_s = (!args.all).then(|| clock.now_s() - args.since);
    let parts = Parts { config, db, clock, stripe, metrics: metrics_handle(), open_pages: false };
    let (app, tasks) = app::start(parts);
    let done = when_free(&app, since_s).await;
    let told = match done {
        Ok(report) => tell(&app, &report).await,
        Err(error) => Err(Failed::Other(format!(
            "{error}\nWhat was done is kept; run it again and it goes on from there."
        ))),
    };
    // Whatever could be told: what was taken in is applied, and the file is left whole.
    app.stop.cancel();
    tasks.finish().await;
    app.db.close().await;
    told
}

async fn when_free(app: &App, since_s: Option<i64>) -> Result<Report, ReconcileError> {
    let started = Instant::now();
    let mut said = false;
    loop {
        match reconcile::run(app, since_s, teller()).await {
            Err(ReconcileError::Busy { .. }) if started.elapsed() < WAIT_MAX => {
                if !said {
                    progress("Another reconciliation is under way, or was killed just now; waiting for it.");
                }
                said = true;
                tokio::time::sleep(WAIT).await;
            }
            done => return done,
        }
    }
}

fn teller() -> impl FnMut(&Progress) {
    let mut told: Option<Instant> = None;
    move |now| {
        if told.is_none_or(|at| at.elapsed() >= TOLD_EVERY) {
            told = Some(Instant::now());
            progress(format!(
                "{}: {} events, {} objects compared; taken in: {} events, {} objects",
                now.step.as_str(),
                now.events_listed,
                now.objects_listed,
                now.events_taken_in,
                now.objects_taken_in
            ));
        }
    }
}

async fn tell(app: &App, report: &Report) -> Result<ExitCode, Failed> {
    let found = &report.progress;
    let mode = if report.stored.livemode { "live" } else { "test" };
    for f in &found.figures {
        let currency = f.currency.as_deref().unwrap_or("-");
        say(format!(
            "{mode} {:<18} {currency}  Stripe {} for {}, ours {} for {}, difference {} for {}",
            f.kind,
            f.stripe_count,
            f.stripe_minor,
            f.our_count,
            f.our_minor,
            i128::from(f.our_count) - i128::from(f.stripe_count),
            f.our_minor.saturating_sub(f.stripe_minor)
        ));
    }
    say(format!("taken in: {} events, {} objects", found.events_taken_in, found.objects_taken_in));
    if let Some(since_s) = found.silent_since_s() {
        let since = since_s.map_or("ever".to_owned(), |s| crate::clock::rfc3339(s.saturating_mul(1000)));
        say(format!("webhooks do not arrive; the last one that did: {since}"));
    }
    let all = DifferenceFilter::default();
    let mut conn = app.db.read().await?;
    let shown = reconciliations::differences(&mut conn, &report.stored.id, &all, "", SHOWN_MAX).await?;
    drop(conn);
    for d in &shown {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
        say(format!(
            "{} {}: {}: Stripe {}, ours {}",
            d.kind,
            d.object_id,
            d.what,
            side(&d.stripe),
            side(&d.ours)
        ));
    }
    say(format!("{} differences ({})", found.differences, report.stored.id));
    Ok(if report.agrees() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
