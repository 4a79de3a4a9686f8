//! What the person at the terminal reads: a line per phase as it ends, then the goals.

use super::phase::{Figures, Mode};
use super::target::{Counts, Kind};
use super::{GOAL_CONNECTIONS, Options};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn head(options: &Options) {
    println!(
        "payment_intent.succeeded of {} bytes, {} % of them for {} journeys, the others unmatched; {} s a phase; \
         driver of {} thread(s)\n",
        super::events::body_bytes(),
        options.matched,
        options.journeys,
        options.seconds,
        options.threads
    );
    println!("{}", HEADINGS.join("\n"));
}

const HEADINGS: [&str; 2] = [
    "                              sent  applied   latency, ms                     CPU-s per 1000     other \
     waiting  oldest    lag    RSS",
    "server          connections    /s      /s      p50     p99   p99.9     max  all    of it db driver cores \
     at end      ms     ms     MB  failed",
];

pub(super) fn line(kind: Kind, f: &Figures) {
    let mode = match f.mode {
        Mode::WarmUp => "warm-up".to_owned(),
        Mode::Closed { connections } => connections.to_string(),
        Mode::Open { rate } => format!("at {rate:.0}/s"),
    };
    let ms = |quantile| f.answers.quantile_ms(quantile).map_or("-".to_owned(), |ms| format!("{ms:.2}"));
    println!(
        "{:14} {mode:>12} {:>7.0} {:>7.0} {:>7} {:>7} {:>7} {:>7} {:.4} {:.4} {:.4} {:>5.2} {:>9.0} {:>7.0} {:>6} \
         {:>6.0} {:>7}",
        kind.name(),
        f.sent_per_s(),
        f.applied_per_s(),
        ms(0.5),
        ms(0.99),
        ms(0.999),
        ms(1.0),
        f.cpu_s_per_1000(),
        f.database_cpu_s_per_1000(),
        f.driver_cpu_s_per_1000(),
        f.other_cores,
        f.waiting.received,
        f.waiting.oldest_ms,
        f.lag().as_millis(),
        f.peak_rss_mb,
        f.answers.failed(),
    );
}

pub(super) fn check(kind: Kind, accepted: u64, counts: Counts, right: bool) {
    let Counts { events, payloads, applied, payments } = counts;
    println!(
        "{}: answered 200: {accepted}; stored: {events} events, {payloads} payloads; applied: {applied}; {payments} \
         payments: {}",
        kind.name(),
        if right { "right" } else { "WRONG" }
    );
}

pub(super) fn verified(kind: Kind, said: &str) {
    println!("{}: doctor {said}", kind.name());
}

/// The ratios, and the goals beside the figures.
pub(super) fn print(figures: &BTreeMap<Kind, Vec<Figures>>) {
    let of = |kind: Kind| figures.get(&kind).map_or(&[][..], Vec::as_slice);
    let at = |kind: Kind, mode: Mode| of(kind).iter().find(|f| f.mode == mode);
    println!("\napplied per second, of what (a) answers at the same number of connections");
    for kind in [Kind::Sqlite, Kind::Postgres].into_iter().filter(|kind| figures.contains_key(kind)) {
        let ratios = of(kind).iter().filter_map(|f| {
            let Mode::Closed { connections } = f.mode else { return None };
            let reference = at(Kind::Reference, f.mode)?;
            Some(format!("{connections}: {:.3}", f.applied_per_s() / reference.sent_per_s()))
        });
        println!("  {:14} {}", kind.name(), ratios.collect::<Vec<_>>().join("   "));
    }
    println!("\ngoal, at {GOAL_CONNECTIONS} connections                       figure    goal");
    for (kind, ratio_min, cpu_max) in [(Kind::Sqlite, 0.35, 0.045), (Kind::Postgres, 0.2, 0.08)] {
        let closed = Mode::Closed { connections: GOAL_CONNECTIONS };
        let Some(f) = at(kind, closed) else { continue };
        if let Some(reference) = at(Kind::Reference, closed) {
            goal(
                kind,
                "applied per second, of (a)",
                f.applied_per_s() / reference.sent_per_s(),
                ratio_min,
                At::Least,
            );
        }
        goal(kind, "CPU-seconds per 1000 events", f.cpu_s_per_1000(), cpu_max, At::Most);
        let lag = of(kind).iter().map(Figures::lag).max().unwrap_or(Duration::ZERO);
        goal(kind, "longest lag of apply, s", lag.as_secs_f64(), 1.0, At::Most);
        let rss_mb = of(kind).iter().map(|f| f.peak_rss_mb).fold(0.0, f64::max);
        goal(kind, "peak resident memory, MB", rss_mb, 100.0, At::Most);
        let open = of(kind).iter().find(|f| matches!(f.mode, Mode::Open { .. }));
        if let Some(p99_ms) = open.and_then(|f| f.answers.quantile_ms(0.99)) {
            goal(kind, "p99 at half of the rate, ms", p99_ms, 10.0, At::Most);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Least,
    Most,
}

fn goal(kind: Kind, what: &str, figure: f64, goal: f64, at: At) {
    let (sign, met) = if at == At::Least { ("≥", figure >= goal) } else { ("≤", figure <= goal) };
    let verdict = if met { "met" } else { "MISSED" };
    println!("  {:14} {what:30} {figure:>9.3}  {sign} {goal:<6} {verdict}", kind.name());
}
