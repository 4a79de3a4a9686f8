//! The one place that reads the system clock. Everything else is given a [`Clock`], so that a test can set the time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// When this process first asked how much time had passed.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Tells the time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now_ms` until it is advanced.
    pub fn set(now_ms: i64) -> Self {
        Self(Source::Set(Arc::new(AtomicI64::new(now_ms))))
    }

    /// The machine's clock, so many ms ahead (or, when negative, behind). For the demo, whose weeks pass in seconds.
    pub fn shifted(ahead_ms: Arc<AtomicI64>) -> Self {
        Self(Source::Shifted(ahead_ms))
    }

    /// Moves a set clock; the machine's clock does not move.
    pub fn advance(&self, by: Duration) {
        if let Source::Set(now_ms) = &self.0 {
            now_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System => system_now_ms(),
            Source::Set(now_ms) => now_ms.load(Ordering::SeqCst),
            Source::Shifted(ahead_ms) => system_now_ms().saturating_add(ahead_ms.load(Ordering::SeqCst)),
        }
    }

    /// Time passed since some moment. Unlike [`Clock::now_ms`] it never goes back, and the demo's weeks do not count.
    pub fn passed(&self) -> Duration {
        match &self.0 {
            Source::Set(now_ms) => {
                Duration::from_millis(now_ms.load(Ordering::SeqCst).try_into().unwrap_or(0))
            }
            Source::System | Source::Shifted(_) => STARTED.elapsed(),
        }
    }

    /// Unix seconds.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-22T02:14:15.123Z`: RFC 3339, UTC, milliseconds.
pub fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |t| format!("{t:.3}"))
}

/// `2026-11-22 02:14 UTC`, for people.
pub fn minute(ms: i64) -> String {
    let words = |t: jiff::Timestamp| t.strftime("%Y-%m-%d %H:%M UTC").to_string();
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), words)
}

/// Reads RFC 3339 with any offset and precision.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// The start of a day in UTC, from `2026-11-22`. Unix ms.
pub fn day_ms(text: &str) -> Option<i64> {
    let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// `2026-11-22`, in UTC.
pub fn day(ms: i64) -> String {
    let words = |t: jiff::Timestamp| t.strftime("%Y-%m-%d").to_string();
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_minutes() {
        assert_eq!(minute(1_795_300_000_000), "2026-11-21 22:26 UTC");
        assert_eq!(minute(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        assert_eq!(day_ms("1970-01-02"), Some(86_400_000));
        assert_eq!(day(1_795_300_000_000), "2026-11-21");
        for wrong in ["", "2026-11-31", "2026-11-22T00:00", "22 Nov", "+002026-11-22", "٢"] {
            assert_eq!(day_ms(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_written_in_utc_with_milliseconds() {
        assert_eq!(rfc3339(1_795_313_655_120), "2026-11-22T02:14:15.120Z");
        assert_eq!(parse_rfc3339("2026-11-22T04:14:15.12+02:00"), Some(1_795_313_655_120));
    }
}
