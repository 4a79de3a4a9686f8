//! Ids, link tokens and API secrets: the one place that asks for randomness.
//!
//! Ids are UUIDv7 behind a prefix: typed, and sorting by time (RFC 9562 section 5.7).

use crate::clock::Clock;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Random bytes of a link token or API secret: 192 bits, more than the 128 that SPEC J1 asks for.
const SECRET_BYTES: usize = 24;
/// Hex digits of an id behind its prefix.
const ID_HEX: usize = 32;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// `cli_…`
    Client,
    /// `con_…`
    Content,
    /// `ver_…`
    Version,
    /// `hyp_…`
    Hypothesis,
    /// `jrn_…`
    Journey,
    /// `out_…`, a row of history
    History,
    /// `tok_…`
    Token,
    /// `rec_…`
    Reconciliation,
    /// `viw_…`, a page that a client was served
    View,
    /// `aud_…`, a row of the audit log
    Audit,
    /// `sav_…`, a saved view of a list
    SavedView,
    /// `blk_…`, many marks at once
    BulkMark,
    /// `rpl_…`, many events replayed at once
    Replay,
    /// `nte_…`, a person's note on a journey
    Note,
    /// `per_…`
    Person,
    /// `ses_…`, a browser that is signed in
    Session,
}

impl IdKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Client => "cli_",
            Self::Content => "con_",
            Self::Version => "ver_",
            Self::Hypothesis => "hyp_",
            Self::Journey => "jrn_",
            Self::History => "out_",
            Self::Token => "tok_",
            Self::Reconciliation => "rec_",
            Self::View => "viw_",
            Self::Audit => "aud_",
            Self::SavedView => "sav_",
            Self::BulkMark => "blk_",
            Self::Replay => "rpl_",
            Self::Note => "nte_",
            Self::Person => "per_",
            Self::Session => "ses_",
        }
    }

    /// True for a text that [`Ids::make`] could have made.
    pub fn fits(self, id: &str) -> bool {
        id.strip_prefix(self.prefix()).is_some_and(|rest| is_hex(rest, ID_HEX))
    }
}

/// Makes ids in ascending order within this process.
#[derive(Debug)]
pub struct Ids {
    clock: Clock,
    /// Milliseconds ‖ 12-bit counter of the last id.
    last: AtomicU64,
}

impl Ids {
    /// Ids timed by `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, last: AtomicU64::new(0) }
    }

    /// A new id of `kind`.
    pub fn make(&self, kind: IdKind) -> String {
        let now = u64::try_from(self.clock.now_ms()).unwrap_or(0) << 12;
        let next = |last: u64| Some(last.saturating_add(1).max(now));
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap_or(now);
        let stamp = last.saturating_add(1).max(now);
        let mut random = [0; 10];
        random.copy_from_slice(&random_bytes::<10>());
        random[0] = u8::try_from((stamp >> 8) & 0xf).unwrap_or(0);
        random[1] = u8::try_from(stamp & 0xff).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(stamp >> 12, &random).into_uuid();
        format!("{}{}", kind.prefix(), uuid.simple())
    }
}

/// When an id was made, Unix ms; 0 for what is no id.
pub fn started_ms(id: &str) -> i64 {
    let stamp = id.split_once('_').and_then(|(_, hex)| hex.get(..12));
    stamp.and_then(|hex| i64::from_str_radix(hex, 16).ok()).unwrap_or(0)
}

/// A token nobody can guess, in hex.
pub fn secret() -> String {
    hex(&random_bytes::<SECRET_BYTES>())
}

/// So many random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    random_bytes()
}

/// A seed for what need not be unguessable.
pub fn seed() -> u64 {
    u64::from_be_bytes(random_bytes::<8>())
}

/// True for a text that [`secret`] could have made.
pub fn is_secret(text: &str) -> bool {
    is_hex(text, SECRET_BYTES * 2)
}

fn is_hex(text: &str, digits: usize) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == digits && text.bytes().all(hex)
}

/// Lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A fraction in [0, 1), for jitter.
pub fn random_fraction() -> f64 {
    f64::from(u32::from_be_bytes(random_bytes::<4>())) / (f64::from(u32::MAX) + 1.0)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without randomness there is no safe token: stopping is the only right answer.
    #[expect(clippy::expect_used, reason = "see above")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_order_they_were_made_in() {
        let ids = Ids::new(Clock::set(1_795_313_655_120));
        let made: Vec<String> = (0..10_000).map(|_| ids.make(IdKind::Journey)).collect();
        assert!(made.is_sorted());
        assert!(made.iter().all(|id| IdKind::Journey.fits(id)));
        assert!(!IdKind::Journey.fits("jrn_x") && !IdKind::Client.fits(&made[0]));
        assert_eq!(started_ms(&made[0]), 1_795_313_655_120);
        assert!(is_secret(&secret()) && !is_secret(&secret().to_uppercase()) && !is_secret(""));
    }
}
