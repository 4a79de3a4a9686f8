//! Announces each step in one line, measures it, stops at the first that fails, and closes with a table.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::tally::Tally;

/// How a step that did not fail ended, in a few words for the table.
pub(crate) type Remark = String;

pub(crate) struct Report {
    started: Instant,
    steps: Vec<Step>,
    pub(crate) tally: Tally,
}

struct Step {
    name: &'static str,
    took: Duration,
    remark: Remark,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { started: now(), steps: Vec::new(), tally: Tally::default() }
    }

    /// Runs one step. What the step returns is for the caller, together with a remark for the table.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        announcement: &str,
        work: impl FnOnce(&mut Tally) -> Outcome<(T, Remark)>,
    ) -> Outcome<T> {
        println!("\n==> {name}: {announcement}");
        let started = now();
        let result = work(&mut self.tally);
        let took = started.elapsed();
        let (value, remark) = match result {
            Ok((value, remark)) => (Ok(value), remark),
            Err(failure) => {
                (Err(Failure::new(format!("step `{name}` failed: {failure}"))), "FAILED".to_owned())
            }
        };
        println!("    {name}: {remark} ({})", seconds(took));
        self.steps.push(Step { name, took, remark });
        value
    }

    /// The table, then the failure if there is one, then the line that CI reads: always the last.
    pub(crate) fn close(&self, outcome: &Outcome<()>) {
        println!("\n{}", self.table());
        if let Err(failure) = outcome {
            println!("{failure}\n");
        }
        println!("{}", self.tally);
    }

    fn table(&self) -> String {
        let mut table = String::new();
        for step in &self.steps {
            // Writing to a String cannot fail.
            let _ = writeln!(table, "{:<12} {:>9}  {}", step.name, seconds(step.took), step.remark);
        }
        let _ = writeln!(table, "{:<12} {:>9}", "total", seconds(self.started.elapsed()));
        table
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "measures how long steps take; no test needs to pause it")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_and_listed() {
        let mut report = Report::new();
        let fine: Outcome<()> = report.step("fmt", "…", |_| Ok(((), "ok".to_owned())));
        let bad: Outcome<()> = report.step("clippy", "…", |_| Err(Failure::new("it said no")));
        assert!(fine.is_ok());
        assert_eq!(bad.expect_err("it failed").to_string(), "step `clippy` failed: it said no");
        let table = report.table();
        assert!(table.contains("fmt") && table.contains("ok"), "{table}");
        assert!(table.contains("clippy") && table.contains("FAILED"), "{table}");
    }
}
