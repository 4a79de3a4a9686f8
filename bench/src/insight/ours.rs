//! The same report from our columns, timed by stage.

use insight::bayesian::effect_posterior;
use insight::facts::pass::{Answered, Question, ask};
use insight::facts::patterns::{Adjust, matured};
use insight::facts::{Columns, Dimension, Filter};
use insight::frequentist::{Difference, Test, compare};
use insight::gates::Gates;
use insight::moments::{Measured, Moments};
use insight::multiplicity::{Adjustment, adjust};
use insight::planted::facts::Words;
use insight::planted::{AS_OF_S, Planted};
use insight::regression::cells::{self, Pattern};
use insight::regression::logistic::Fit;
use insight::sequential::TUNING_UNITS;
use insight::survival::Exits;
use insight::survival::curve::Curve;
use insight::survival::log_rank::{ChiSquared, Weights, log_rank};
use std::hint::black_box;
use std::time::Duration;
use tokio::time::Instant;

const HORIZON_DAYS: u32 = 30;
const ALPHA: f64 = 0.05;
const STAGES: [&str; 5] = ["pass", "conversion", "revenue", "survival", "logistic"];
/// Changes timed, each of another journey.
const CHANGES: u64 = 1_000;

/// The figures that both sides print.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) significant: f64,
    pub(crate) net_usd: f64,
    pub(crate) converted: f64,
    pub(crate) log_rank: f64,
    pub(crate) log_rank_p: f64,
    pub(crate) e2: f64,
    pub(crate) e2_error: f64,
    pub(crate) e17: f64,
    pub(crate) log_likelihood: f64,
}

impl Report {
    fn figures(&self) -> [(&'static str, f64); 9] {
        [
            ("significant variants", self.significant),
            ("net USD", self.net_usd),
            ("conversion of the control", self.converted),
            ("log-rank", self.log_rank),
            ("log-rank p", self.log_rank_p),
            ("e2", self.e2),
            ("e2's error", self.e2_error),
            ("e17", self.e17),
            ("log-likelihood", self.log_likelihood),
        ]
    }

    /// The figure that differs most, and by how much of the other's value.
    pub(crate) fn furthest_from(&self, other: &Self) -> (&'static str, f64) {
        let apart = |(ours, theirs): ((&'static str, f64), (&'static str, f64))| {
            let apart =
                if ours.1.to_bits() == theirs.1.to_bits() { 0.0 } else { (ours.1 / theirs.1 - 1.0).abs() };
            (ours.0, if apart.is_nan() { f64::INFINITY } else { apart })
        };
        let all = self.figures().into_iter().zip(other.figures()).map(apart);
        all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(("nothing", f64::INFINITY))
    }
}

pub(crate) struct Ours {
    stages: [Duration; STAGES.len()],
    change: Duration,
    bytes_each: f64,
    load: Duration,
    pub(crate) report: Report,
}

impl Ours {
    pub(crate) fn seconds(&self) -> f64 {
        self.stages.iter().sum::<Duration>().as_secs_f64()
    }

    pub(crate) fn print(&self, rows: u64) {
        let stages: Vec<String> = STAGES
            .iter()
            .zip(self.stages)
            .map(|(name, time)| format!("{name} {:.4}", time.as_secs_f64()))
            .collect();
        println!("{rows} journeys\n  ours {:.4} s ({})", self.seconds(), stages.join(", "));
        println!(
            "  {:.1} bytes a journey resident, one change {:.2} µs, made and loaded in {:.2} s",
            self.bytes_each,
            self.change.as_secs_f64() * 1e6,
            self.load.as_secs_f64()
        );
    }
}

pub(crate) fn measure(rows: u64, seed: u64, repeat: usize) -> Ours {
    let begin = Instant::now();
    let mut columns = insight::planted::facts::columns(rows, seed);
    let load = begin.elapsed();
    let mut runs: Vec<([Duration; 5], Report)> = (0..repeat).map(|_| report(&columns)).collect();
    runs.sort_by_key(|(stages, _)| stages.iter().sum::<Duration>());
    let (stages, report) = runs.swap_remove(runs.len() / 2);
    #[expect(clippy::cast_precision_loss, reason = "bytes of a process")]
    let bytes_each = columns.resident_bytes() as f64 / columns.len().max(1) as f64;
    let change = change(&mut columns, rows, seed);
    Ours { stages, change, bytes_each, load, report }
}

/// Mean time to take in one changed journey.
fn change(columns: &mut Columns, rows: u64, seed: u64) -> Duration {
    let (words, planted) = (Words::new(), Planted::new(rows, seed));
    let journeys: Vec<_> = (0..CHANGES).map(|i| planted.journey(i * 7_919 % rows)).collect();
    let begin = Instant::now();
    for journey in &journeys {
        let mut room = Vec::new();
        columns.put(&words.fact(journey, &mut room));
    }
    begin.elapsed() / u32::try_from(CHANGES).unwrap_or(1)
}

fn report(columns: &Columns) -> ([Duration; 5], Report) {
    let filter = Filter { livemode: true, ..Filter::default() };
    let question = Question {
        filter,
        by: Dimension::Version,
        as_of_s: AS_OF_S,
        horizon_days: HORIZON_DAYS,
        gates: Gates::default(),
    };
    let mut stages = [Duration::ZERO; 5];
    let mut lap = Lap(Instant::now());
    let answered = ask(columns, &question);
    stages[0] = lap.split();
    let significant = conversion(&answered);
    stages[1] = lap.split();
    let net_usd = revenue(&answered);
    stages[2] = lap.split();
    let (converted, test) = survival(&answered, question.horizon_hours());
    stages[3] = lap.split();
    let fit = logistic(columns, &question);
    stages[4] = lap.split();
    let mut report = Report { significant, net_usd, converted, ..Report::default() };
    if let Some(test) = test {
        (report.log_rank, report.log_rank_p) = (test.statistic, test.p);
    }
    if let Some(fit) = fit {
        (report.e2, report.e17) = (fit.coefficients[3], fit.coefficients[18]);
        (report.e2_error, report.log_likelihood) = (fit.errors()[3], fit.log_likelihood);
    }
    (stages, report)
}

struct Lap(Instant);

impl Lap {
    fn split(&mut self) -> Duration {
        let took = self.0.elapsed();
        self.0 = Instant::now();
        took
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of journeys")]
fn conversion(answered: &Answered) -> f64 {
    let arms: Vec<Measured> = answered
        .groups
        .iter()
        .map(|group| Measured::proportion(group.counts.started, group.counts.paid as f64))
        .collect();
    let Some((control, others)) = arms.split_first() else { return 0.0 };
    let mut p = Vec::new();
    for arm in others {
        black_box(effect_posterior(control, arm, Difference::Relative, None, ALPHA).ok());
        p.extend(compare(control, arm, Difference::Relative, Test::TwoSided, ALPHA).map(|found| found.p));
        let sequential = Test::Sequential { tuning: TUNING_UNITS };
        black_box(compare(control, arm, Difference::Relative, sequential, ALPHA).ok());
    }
    let adjusted = adjust(&p, Adjustment::BenjaminiHochberg).unwrap_or_default();
    adjusted.iter().filter(|q| **q < ALPHA).count() as f64
}

#[expect(clippy::cast_precision_loss, reason = "the peer's figure is a float")]
fn revenue(answered: &Answered) -> f64 {
    let mut net_usd = 0.0;
    for (currency, code) in answered.currencies.iter().enumerate() {
        let moments: Vec<Moments> = answered
            .groups
            .iter()
            .map(|group| group.money[currency].with_zeros(group.counts.started - group.money[currency].n))
            .collect();
        let Some(Ok(control)) = moments.first().map(Moments::measured) else { continue };
        for arm in moments[1..].iter().filter_map(|arm| arm.measured().ok()) {
            for test in [Test::TwoSided, Test::Sequential { tuning: TUNING_UNITS }] {
                black_box(compare(&control, &arm, Difference::Relative, test, ALPHA).ok());
            }
        }
        if code == b"usd" {
            net_usd = moments.iter().map(|arm| arm.sum).sum::<i128>() as f64;
        }
    }
    net_usd
}

fn survival(answered: &Answered, horizon_hours: f64) -> (f64, Option<ChiSquared>) {
    let mut converted = Vec::new();
    for group in &answered.groups {
        if let Ok(curve) = Curve::fit(&group.exits) {
            black_box((curve.quantile(0.5).ok(), curve.quantile_interval(0.5, 1.0 - ALPHA)));
            converted.push(1.0 - curve.survival_at(horizon_hours));
        }
    }
    let exits: Vec<&Exits> = answered.groups.iter().map(|group| &group.exits).collect();
    (converted.first().copied().unwrap_or(0.0), log_rank(&exits, Weights::Equal).ok())
}

fn logistic(columns: &Columns, question: &Question) -> Option<Fit> {
    let table = matured(columns, question, Adjust { category: false, periods: 1 });
    let pattern = |cell: &insight::facts::patterns::Cell| {
        Some(Pattern { flags: u32::try_from(cell.flags).ok()?, n: cell.n, k: cell.k })
    };
    let patterns: Option<Vec<Pattern>> = table.cells.iter().map(pattern).collect();
    cells::fit(&patterns?, table.names.len()).ok()
}
