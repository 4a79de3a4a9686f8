//! One phase: events are made, sent, and applied to the last, and everything that costs is read before and after.

use super::events::Maker;
use super::load::{self, Answers, OPEN_LOOP_CONNECTIONS, Plan};
use super::target::{Kind, Target, Waiting};
use super::{Options, cpu};
use crate::Outcome;
use std::time::Duration;
use tokio::time::Instant;

/// Events a second that are made ready at least: signing more takes longer than sending them.
const RATE_MIN: f64 = 15_000.0;
/// More connections, more events: how much faster a phase may be than any before it.
const RATE_GROWTH: f64 = 2.5;
/// The reference server forgets, so it gets the same events again and again; out of every cache's reach all the same.
const REFERENCE_EVENTS: usize = 100_000;
/// Long enough to have every statement prepared.
const WARM_UP: Duration = Duration::from_secs(1);

/// How events are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// Not reported at the end.
    WarmUp,
    /// Each connection sends once it was answered.
    Closed { connections: usize },
    /// By the clock, so many a second.
    Open { rate: f64 },
}

/// What a phase showed.
pub(crate) struct Figures {
    pub(crate) mode: Mode,
    pub(crate) answers: Answers,
    /// From the first event sent to the last one applied.
    pub(crate) until_applied: Duration,
    /// At the end of sending.
    pub(crate) waiting: Waiting,
    /// Until all was applied.
    pub(crate) server_cpu_s: f64,
    pub(crate) database_cpu_s: f64,
    pub(crate) driver_cpu_s: f64,
    /// CPU seconds that others used meanwhile, per second.
    pub(crate) other_cores: f64,
    /// Since the server's start.
    pub(crate) peak_rss_mb: f64,
}

impl Figures {
    pub(crate) fn sent_per_s(&self) -> f64 {
        float(self.answers.accepted) / self.answers.took.as_secs_f64()
    }

    /// The rate that counts: durable and applied.
    pub(crate) fn applied_per_s(&self) -> f64 {
        float(self.answers.accepted) / self.until_applied.as_secs_f64()
    }

    /// Server and database, per 1 000 events.
    pub(crate) fn cpu_s_per_1000(&self) -> f64 {
        (self.server_cpu_s + self.database_cpu_s) * 1000.0 / float(self.answers.accepted)
    }

    pub(crate) fn database_cpu_s_per_1000(&self) -> f64 {
        self.database_cpu_s * 1000.0 / float(self.answers.accepted)
    }

    pub(crate) fn driver_cpu_s_per_1000(&self) -> f64 {
        self.driver_cpu_s * 1000.0 / float(self.answers.accepted)
    }

    /// How long apply took to catch up after the last answer.
    pub(crate) fn lag(&self) -> Duration {
        self.until_applied.saturating_sub(self.answers.took)
    }
}

/// CPU seconds used so far, and when.
struct Reading {
    at: Instant,
    server: f64,
    database: f64,
    driver: f64,
    machine: f64,
}

impl Reading {
    fn take(target: &Target) -> Outcome<Self> {
        let (server, database) = target.cpu_seconds()?;
        let machine = cpu::machine_seconds()?;
        Ok(Self { at: Instant::now(), server, database, driver: cpu::own_seconds()?, machine })
    }
}

/// `rate_before`: the highest of this target's phases so far.
pub(crate) fn run(
    target: &Target,
    maker: &mut Maker,
    options: &Options,
    mode: Mode,
    rate_before: f64,
) -> Outcome<Figures> {
    let (connections, duration, rate) = match mode {
        Mode::WarmUp => (8, WARM_UP, RATE_MIN),
        Mode::Closed { connections } => {
            (connections, Duration::from_secs(options.seconds), RATE_MIN.max(rate_before * RATE_GROWTH))
        }
        Mode::Open { rate } => (OPEN_LOOP_CONNECTIONS, Duration::from_secs(options.seconds), rate),
    };
    let repeat = target.kind == Kind::Reference;
    let count = if repeat { REFERENCE_EVENTS } else { whole(rate * duration.as_secs_f64()) };
    let batch = maker.batch(count, options.seconds)?;
    let plan = Plan { address: target.address, connections, duration, threads: options.threads, repeat };
    let before = Reading::take(target)?;
    let answers = match mode {
        Mode::Open { .. } => load::open_loop(batch, plan)?,
        Mode::WarmUp | Mode::Closed { .. } => load::closed_loop(batch, plan)?,
    };
    let waiting = target.drain()?;
    let until_applied = before.at.elapsed();
    let after = Reading::take(target)?;
    let (server, database, driver) =
        (after.server - before.server, after.database - before.database, after.driver - before.driver);
    let other = (after.machine - before.machine - server - database - driver).max(0.0);
    Ok(Figures {
        mode,
        until_applied,
        waiting,
        server_cpu_s: server,
        database_cpu_s: database,
        driver_cpu_s: driver,
        other_cores: other / (after.at - before.at).as_secs_f64(),
        peak_rss_mb: target.peak_rss_mb()?,
        answers,
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of events")]
fn whole(count: f64) -> usize {
    count.max(1.0) as usize
}
