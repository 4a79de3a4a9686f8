//! A comparison in words.

use crate::clock::{day, minute};
use crate::pages::inbox::count_of;
use crate::pages::journeys::badge::Badge;
use crate::pages::words::{When, duration};
use crate::reconcile::{Figure, Progress};
use ledger::{Currency, Money};
use store::StoreError;
use store::reconciliations::StoredReconciliation;

/// One comparison.
pub(super) struct Run {
    pub(super) id: String,
    pub(super) state: Badge,
    /// Somebody is at it now.
    pub(super) running: bool,
    /// It has not come to its end, and nobody is at it.
    pub(super) interrupted: bool,
    pub(super) step: &'static str,
    pub(super) started: When,
    pub(super) took: Option<String>,
    /// `from 23 Oct`, or everything.
    pub(super) span: String,
    pub(super) listed: String,
    pub(super) taken_in: String,
    pub(super) differences: u64,
    pub(super) differences_words: String,
    pub(super) silence: Option<String>,
    pub(super) error: Option<String>,
    pub(super) figures: Vec<FigureRow>,
}

/// One kind and currency on both sides.
pub(super) struct FigureRow {
    pub(super) kind: String,
    pub(super) currency: String,
    pub(super) stripe_count: String,
    pub(super) stripe: String,
    pub(super) our_count: String,
    pub(super) ours: String,
    pub(super) difference: String,
    pub(super) differs: bool,
}

fn count(n: u64, one: &str) -> String {
    count_of(i64::try_from(n).unwrap_or(i64::MAX), one)
}

/// `checkout_sessions` as people say it.
pub(super) fn kind_words(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Minor units of a currency, as people write them; the bare number where it is not known.
pub(super) fn money(minor: i64, currency: Option<&str>) -> String {
    let currency = currency.and_then(Currency::parse);
    currency.map_or_else(|| minor.to_string(), |currency| Money::new(minor, currency).to_string())
}

impl FigureRow {
    fn of(f: &Figure) -> Self {
        let currency = f.currency.as_deref();
        let counts = i64::try_from(f.our_count).unwrap_or(i64::MAX)
            - i64::try_from(f.stripe_count).unwrap_or(i64::MAX);
        let minor = f.our_minor.saturating_sub(f.stripe_minor);
        let objects = match counts {
            0 => String::new(),
            n if n > 0 => format!("+{n}, "),
            n => format!("−{}, ", n.unsigned_abs()),
        };
        let differs = counts != 0 || minor != 0;
        Self {
            kind: kind_words(&f.kind),
            currency: currency.map_or_else(|| "–".to_owned(), str::to_uppercase),
            stripe_count: count(f.stripe_count, ""),
            stripe: money(f.stripe_minor, currency),
            our_count: count(f.our_count, ""),
            ours: money(f.our_minor, currency),
            difference: if differs {
                format!("{objects}{}", money(minor, currency))
            } else {
                "none".to_owned()
            },
            differs,
        }
    }
}

impl Run {
    /// `running`: a comparison is under way somewhere.
    pub(super) fn of(stored: StoredReconciliation, running: bool, now_ms: i64) -> Result<Self, StoreError> {
        let found = Progress::read(&stored)?;
        let unfinished = stored.finished_at_ms.is_none();
        let running = running && unfinished && found.error.is_none();
        let silence = found.silent_since_s().map(|since_s| {
            since_s.map_or_else(
                || "No webhook has arrived so far, and Stripe has events".to_owned(),
                |s| {
                    format!(
                        "The last webhook is of {}, and Stripe has newer events",
                        minute(s.saturating_mul(1000))
                    )
                },
            )
        });
        let took = stored.finished_at_ms.map(|at| duration(at.saturating_sub(stored.started_at_ms)));
        let since = stored.since_s.map(|s| day(s.saturating_mul(1000)));
        Ok(Self {
            state: state(unfinished, running, found.differences),
            running,
            interrupted: unfinished && !running,
            step: found.step.as_str(),
            started: When::ago(stored.started_at_ms, now_ms),
            took,
            span: since.map_or_else(|| "everything".to_owned(), |day| format!("since {day}")),
            listed: format!(
                "{}, {}",
                count(found.events_listed, "event"),
                count(found.objects_listed, "object")
            ),
            taken_in: match (found.events_taken_in, found.objects_taken_in) {
                (0, 0) => "nothing was missing".to_owned(),
                (events, objects) => format!("{}, {}", count(events, "event"), count(objects, "object")),
            },
            differences: found.differences,
            differences_words: count(found.differences, "difference"),
            silence,
            error: found.error,
            figures: found.figures.iter().map(FigureRow::of).collect(),
            id: stored.id,
        })
    }
}

fn state(unfinished: bool, running: bool, differences: u64) -> Badge {
    let (look, words) = match (unfinished, running, differences) {
        (true, true, _) => ("processing", "Running"),
        (true, false, _) => ("canceled", "Interrupted"),
        (false, _, 0) => ("paid", "Agrees"),
        (false, ..) => ("disputed", "Differs"),
    };
    Badge { look, words: words.to_owned() }
}
