//! Whether to try a call again, and when: a pure function of what came back.

use std::time::Duration;

/// Tries of one call, the first included.
pub(super) const TRIES_MAX: u32 = 5;
/// Longest wait between two tries, whoever asks for it.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// What one try came back with, as far as trying again depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome<'a> {
    /// HTTP status; `None` for no answer, or one cut off or not understood.
    pub(super) status: Option<u16>,
    /// `code` of Stripe's error.
    pub(super) code: Option<&'a str>,
    /// `Stripe-Should-Retry`
    pub(super) should_retry: Option<bool>,
    /// `Idempotent-Replayed: true`: Stripe repeats what it stored under the key, and would again.
    pub(super) replayed: bool,
    /// `Retry-After`
    pub(super) retry_after: Option<Duration>,
}

/// True when the same call, sent again under the same idempotency key, may fare better.
pub(super) fn may_help(outcome: Outcome<'_>) -> bool {
    let Some(status) = outcome.status else { return true };
    if outcome.replayed {
        return false;
    }
    if let Some(said) = outcome.should_retry {
        return said;
    }
    match status {
        429 | 500..=599 => true,
        // Another request holds the object, or the same key is being worked on.
        409 => matches!(outcome.code, Some("lock_timeout" | "idempotency_key_in_use") | None),
        _ => false,
    }
}

/// Wait after try number `tried` (from 1): doubles from `first`, its upper half random, never less than asked for.
pub(super) fn wait(tried: u32, first: Duration, fraction: f64, asked: Option<Duration>) -> Duration {
    let full = first.saturating_mul(1 << tried.saturating_sub(1).min(16)).min(WAIT_MAX);
    let jittered = full / 2 + (full / 2).mul_f64(fraction.clamp(0.0, 1.0));
    jittered.max(asked.unwrap_or_default()).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Outcome<'_> =
        Outcome { status: None, code: None, should_retry: None, replayed: false, retry_after: None };

    #[test]
    fn what_is_tried_again() {
        let of = |status| Outcome { status: Some(status), ..QUIET };
        let table = [
            (QUIET, true),
            (of(429), true),
            (of(500), true),
            (of(503), true),
            (Outcome { replayed: true, ..of(500) }, false),
            (Outcome { should_retry: Some(false), ..of(500) }, false),
            (Outcome { should_retry: Some(true), ..of(400) }, true),
            (Outcome { code: Some("lock_timeout"), ..of(409) }, true),
            (Outcome { code: Some("resource_already_exists"), ..of(409) }, false),
            (of(400), false),
            (of(401), false),
            (of(402), false),
            (of(404), false),
        ];
        for (outcome, want) in table {
            assert_eq!(may_help(outcome), want, "{outcome:?}");
        }
    }

    #[test]
    fn waits_double_with_jitter_and_heed_retry_after() {
        let first = Duration::from_millis(500);
        let ms = |tried, fraction| wait(tried, first, fraction, None).as_millis();
        assert_eq!((ms(1, 0.0), ms(1, 1.0), ms(2, 0.0), ms(3, 0.0)), (250, 500, 500, 1000));
        assert_eq!(wait(40, first, 1.0, None), WAIT_MAX);
        assert_eq!(wait(1, first, 0.0, Some(Duration::from_secs(3))), Duration::from_secs(3));
        assert_eq!(wait(1, first, 0.0, Some(Duration::from_hours(1))), WAIT_MAX);
    }
}
