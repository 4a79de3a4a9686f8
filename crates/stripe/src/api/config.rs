//! How to reach Stripe, and how long to try.

use std::fmt;
use std::time::Duration;

/// Longest wait for one try's whole answer.
pub const TRY_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a call with all its tries: less than a person's request may take.
const DEADLINE: Duration = Duration::from_secs(16);
/// Wait before the second try; doubles with each.
pub const BACKOFF_FIRST: Duration = Duration::from_millis(500);

/// `sk_…` or `rk_…`. Shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// Wraps a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// True for a key of live money.
    pub fn livemode(&self) -> bool {
        self.0.contains("_live_")
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, should whoever answered have repeated it.
    pub(super) fn scrub(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "[secret key]") }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// See the fields.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Without `/v1` and without a trailing slash: `https://api.stripe.com`.
    pub base: String,
    /// The key.
    pub key: SecretKey,
    /// Longest wait for one try.
    pub try_timeout: Duration,
    /// Longest time for all tries of a call.
    pub deadline: Duration,
    /// Wait before the second try.
    pub backoff_first: Duration,
    /// Chance, in [0, 1): spreads out the tries of those who failed together.
    pub jitter: fn() -> f64,
}

impl ApiConfig {
    /// The usual patience.
    pub fn new(base: impl Into<String>, key: SecretKey, jitter: fn() -> f64) -> Self {
        Self {
            base: base.into(),
            key,
            try_timeout: TRY_TIMEOUT,
            deadline: DEADLINE,
            backoff_first: BACKOFF_FIRST,
            jitter,
        }
    }
}
