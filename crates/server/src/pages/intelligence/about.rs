//! What every picture says of itself: n, dates, and of when it is.

use crate::charts::unit;
use crate::clock::parse_rfc3339;
use crate::insights::ask::Ask;
use jiff::Timestamp;

/// `504 journeys · started 7 Jun – 22 Nov 2026 · as of 22 Nov 2026, 09:12 UTC`
pub(super) fn about(n: u64, ask: &Ask, as_of: &str) -> String {
    format!("{} · {} · {}", unit::counted(n, "journey", "journeys"), started(ask), of_when(as_of))
}

/// `started 7 Jun 2026 – 22 Nov 2026`
pub(super) fn started(ask: &Ask) -> String {
    let day = |at_s: u32| date(i64::from(at_s), "%-d %b %Y");
    match (ask.filter.from_s, ask.filter.until_s) {
        (None, None) => "all time".to_owned(),
        (Some(from_s), None) => format!("started since {}", day(from_s)),
        (None, Some(until_s)) => format!("started until {}", day(until_s.saturating_sub(1))),
        (Some(from_s), Some(until_s)) => {
            format!("started {} – {}", day(from_s), day(until_s.saturating_sub(1)))
        }
    }
}

/// `as of 22 Nov 2026, 09:12 UTC`
pub(super) fn of_when(as_of: &str) -> String {
    let ms = parse_rfc3339(as_of).unwrap_or(0);
    format!("as of {}", date(ms.div_euclid(1000), "%-d %b %Y, %H:%M UTC"))
}

/// A day of an RFC 3339 time: `3 Nov`.
pub(super) fn short_day(time: &str) -> String {
    date(parse_rfc3339(time).unwrap_or(0).div_euclid(1000), "%-d %b")
}

fn date(at_s: i64, format: &str) -> String {
    Timestamp::from_second(at_s).map_or_else(|_| at_s.to_string(), |at| at.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::thresholds::Thresholds;

    #[test]
    fn a_picture_says_of_what_and_of_when_it_is() {
        let mut ask = Ask::of_mode(false, Thresholds::default());
        let as_of = "2026-11-22T02:14:15.000Z";
        assert_eq!(
            about(1, &ask, as_of).replace('\u{a0}', " "),
            "1 journey · all time · as of 22 Nov 2026, 02:14 UTC"
        );
        ask.filter.from_s = Some(1_794_787_200);
        assert_eq!(started(&ask), "started since 16 Nov 2026");
        ask.filter.until_s = Some(1_794_787_200 + 86_400);
        assert_eq!(started(&ask), "started 16 Nov 2026 – 16 Nov 2026");
        assert_eq!(short_day(as_of), "22 Nov");
    }
}
