//! Times and durations as people say them. `assets/live.js` says them the same way while a page stays open.

use crate::clock::rfc3339;
use jiff::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Below this nobody cares how many seconds.
const JUST_NOW_MS: i64 = 45_000;
/// From here on the date says more than a number of days.
const AGO_MAX_MS: i64 = 30 * DAY_MS;

/// A moment, for `<time>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// For programs.
    pub(super) iso: String,
    /// `3 min ago`
    pub(super) words: String,
    /// `22 Nov 2026, 02:14:15 UTC`
    pub(super) exact: String,
}

impl When {
    /// `at_ms` as seen at `now_ms`.
    pub(super) fn ago(at_ms: i64, now_ms: i64) -> Self {
        Self { iso: rfc3339(at_ms), words: ago(at_ms, now_ms), exact: date(at_ms, "%-d %b %Y, %H:%M:%S UTC") }
    }
}

/// `22 Nov 2026, 02:14:15.120 UTC`
pub(super) fn stamp(ms: i64) -> String {
    date(ms, "%-d %b %Y, %H:%M:%S.%3f UTC")
}

/// `22 Nov 2026, 02:14:15 UTC`: what Stripe tells in whole seconds.
pub(super) fn second(ms: i64) -> String {
    date(ms, "%-d %b %Y, %H:%M:%S UTC")
}

fn ago(at_ms: i64, now_ms: i64) -> String {
    // A clock that runs a little behind Stripe's must not make a payment lie in the future.
    match now_ms.saturating_sub(at_ms) {
        ..JUST_NOW_MS => "just now".to_owned(),
        age if age < HOUR_MS => format!("{} min ago", (age / MINUTE_MS).max(1)),
        age if age < DAY_MS => format!("{} h ago", age / HOUR_MS),
        age if age < AGO_MAX_MS => format!("{} d ago", age / DAY_MS),
        _ => date(at_ms, "%-d %b %Y"),
    }
}

/// `22 Nov 2026`
pub(super) fn day(ms: i64) -> String {
    date(ms, "%-d %b %Y")
}

/// `1,234,567`
pub(super) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn date(ms: i64, format: &str) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.strftime(format).to_string())
}

/// `2 d 3 h`: the two largest units.
pub(crate) fn duration(ms: i64) -> String {
    match ms {
        ..MINUTE_MS => "under 1 min".to_owned(),
        _ if ms < HOUR_MS => format!("{} min", ms / MINUTE_MS),
        _ if ms < DAY_MS => two(ms / HOUR_MS, "h", ms % HOUR_MS / MINUTE_MS, "min"),
        _ => two(ms / DAY_MS, "d", ms % DAY_MS / HOUR_MS, "h"),
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_people_say_them() {
        let now = 1_795_313_655_120;
        let table = [
            (-5_000, "just now"),
            (44_999, "just now"),
            (45_000, "1 min ago"),
            (3 * MINUTE_MS + 59_999, "3 min ago"),
            (HOUR_MS, "1 h ago"),
            (DAY_MS - 1, "23 h ago"),
            (29 * DAY_MS, "29 d ago"),
            (30 * DAY_MS, "23 Oct 2026"),
        ];
        for (age, want) in table {
            assert_eq!(ago(now - age, now), want);
        }
        assert_eq!(When::ago(now, now).exact, "22 Nov 2026, 02:14:15 UTC");
        assert_eq!(stamp(now), "22 Nov 2026, 02:14:15.120 UTC");
    }

    #[test]
    fn thousands_are_told_apart() {
        let table = [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")];
        for (n, want) in table {
            assert_eq!(number(n), want);
        }
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let table = [
            (59_999, "under 1 min"),
            (42 * MINUTE_MS, "42 min"),
            (5 * HOUR_MS, "5 h"),
            (5 * HOUR_MS + 12 * MINUTE_MS + 1, "5 h 12 min"),
            (2 * DAY_MS + 3 * HOUR_MS + 59 * MINUTE_MS, "2 d 3 h"),
        ];
        for (ms, want) in table {
            assert_eq!(duration(ms), want);
        }
    }
}
