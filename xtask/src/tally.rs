//! Reads how many tests passed and failed from what the test runners print last. Pure.

use std::fmt;
use std::ops::{Add, AddAssign};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// CI reads this wording.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `Summary [ 12.3s] 9/10 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 4 skipped`
pub(crate) fn nextest(line: &str) -> Option<Tally> {
    let line = without_colours(line);
    let (_, counts) = line.trim().strip_prefix("Summary [")?.split_once(" run: ")?;
    Some(counted(&without_brackets(counts), ','))
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`
pub(crate) fn doc_tests(line: &str) -> Option<Tally> {
    let line = without_colours(line);
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    Some(counted(counts, ';'))
}

/// Node's runner closes with one number a line: `ℹ pass 3` for people, `# pass 3` for programs.
pub(crate) fn node(line: &str) -> Option<Tally> {
    let line = without_colours(line);
    let line = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "))?;
    let (name, count) = line.trim().split_once(' ')?;
    let count = count.parse().ok()?;
    match name {
        "pass" => Some(Tally { passed: count, failed: 0 }),
        "fail" | "cancelled" => Some(Tally { passed: 0, failed: count }),
        _ => None,
    }
}

fn counted(counts: &str, separator: char) -> Tally {
    let mut tally = Tally::default();
    for part in counts.split(separator) {
        let Some((count, what)) = part.trim().split_once(' ') else { continue };
        let Ok(count) = count.parse::<u64>() else { continue };
        match what {
            "passed" => tally.passed += count,
            "failed" | "timed out" | "exec failed" => tally.failed += count,
            _ => {}
        }
    }
    tally
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                // "6 passed (1 slow), …" must not keep the space before the bracket.
                kept.truncate(kept.trim_end().len());
            }
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept
}

/// Drops the escape sequences that colour a terminal: ESC, `[`, numbers, one letter.
fn without_colours(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            kept.push(letter);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn nextest_all_passed() {
        let line = "     Summary [   0.031s] 12 tests run: 12 passed, 0 skipped\n";
        assert_eq!(nextest(line), Some(tally(12, 0)));
    }

    #[test]
    fn nextest_one_test() {
        assert_eq!(nextest("     Summary [   0.004s] 1 test run: 1 passed, 7 skipped"), Some(tally(1, 0)));
    }

    #[test]
    fn nextest_counts_every_way_to_fail() {
        let line = "Summary [ 300.1s] 15/20 tests run: 8 passed (1 slow, 2 leaky), 4 failed, 2 timed out, \
                    1 exec failed, 3 skipped";
        assert_eq!(nextest(line), Some(tally(8, 7)));
    }

    #[test]
    fn nextest_with_failures_in_brackets() {
        let line = "Summary [   1.0s] 3 tests run: 1 passed, 2 failed (1 due to being leaky), 0 skipped";
        assert_eq!(nextest(line), Some(tally(1, 2)));
    }

    #[test]
    fn nextest_in_colour() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.031s] \u{1b}[1m2\u{1b}[0m tests run: \
                    \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(nextest(line), Some(tally(2, 0)));
    }

    #[test]
    fn other_lines_are_not_read() {
        for line in
            ["", "        PASS [   0.004s] xtask tally::tests::nextest_one_test", "3 passed, 0 failed"]
        {
            assert_eq!(nextest(line), None, "{line}");
            assert_eq!(doc_tests(line), None, "{line}");
            assert_eq!(node(line), None, "{line}");
        }
    }

    #[test]
    fn doc_tests_good_and_bad() {
        let good =
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let bad = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(doc_tests(good), Some(tally(3, 0)));
        assert_eq!(doc_tests(bad), Some(tally(1, 2)));
    }

    #[test]
    fn node_for_people_and_for_programs() {
        assert_eq!(node("ℹ pass 3\n"), Some(tally(3, 0)));
        assert_eq!(node("# fail 2"), Some(tally(0, 2)));
        assert_eq!(node("\u{1b}[34mℹ cancelled 1\u{1b}[39m"), Some(tally(0, 1)));
        assert_eq!(node("ℹ tests 3"), None);
        assert_eq!(node("ℹ duration_ms 12.5"), None);
    }

    #[test]
    fn the_closing_line() {
        assert_eq!((tally(3, 1) + tally(4, 0)).to_string(), "7 passed, 1 failed");
    }
}
