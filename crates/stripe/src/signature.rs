//! `Stripe-Signature`: proof that a webhook body came from Stripe, and recently.
//!
//! Header: `t=<unix seconds>,v1=<hex>[,v1=<hex>…][,v0=<hex>]`, where each v1 is the lowercase hex HMAC-SHA256 of
//! `t` + `.` + body under a whole endpoint secret, `whsec_` included. Sources: STRIPE.md section 1,
//! <https://docs.stripe.com/webhooks/signature>.
//!
//! Must never compare in variable time, fall back to another scheme than v1, read the clock, or show a secret.

use hmac::{Hmac, KeyInit, Mac, digest::CtOutput};
use sha2::Sha256;
use std::fmt::{self, Write as _};

/// How far the header's time may lie from ours, in either direction. Stripe's SDKs use the same for the past only.
pub const TOLERANCE_S: i64 = 300;
/// Stripe sends under 400 bytes even while two secrets overlap; longer headers are not Stripe's.
pub const HEADER_BYTES_MAX: usize = 4096;
/// Comma-separated parts of a header that are looked at; more are not Stripe's.
pub const HEADER_PARTS_MAX: usize = 64;

const DIGEST_BYTES: usize = 32;
type HmacSha256 = Hmac<Sha256>;

/// The endpoint secrets in force. Several while one is being rolled, or when several endpoints share one address.
#[derive(Clone, Default)]
pub struct Secrets(Vec<HmacSha256>);

impl Secrets {
    /// Reads a comma-separated list; spaces around a secret are not part of it, empty entries do not count.
    ///
    /// Keeps the keyed hash state of each, so that a webhook costs no key setup; the text itself is not kept.
    pub fn parse(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|secret| !secret.is_empty()).filter_map(keyed).collect())
    }

    /// True when no secret is configured: then nothing can be verified, and nothing may be accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} hidden)", self.0.len())
    }
}

/// Why a webhook was refused. The messages are meant for the person who set the endpoint up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no header. For the caller: [`verify`] is given a header.
    #[error(
        "there is no Stripe-Signature header; only Stripe, or something that signs like it, may call this address"
    )]
    Missing,
    /// The header cannot be read.
    #[error("the Stripe-Signature header cannot be read: {0}; a proxy may have changed it")]
    Malformed(&'static str),
    /// No signature fits the body under any secret.
    #[error(
        "no signature fits this body; check that STRIPE_WEBHOOK_SECRET holds this endpoint's secret (live, test and \
         each `stripe listen` have their own) and that no proxy rewrites the body"
    )]
    Mismatch,
    /// Signed, but too long ago.
    #[error(
        "signed {age_s} s ago, and {TOLERANCE_S} s is the most that is accepted; if deliveries are prompt, set this \
         server's clock right"
    )]
    TooOld {
        /// Seconds between the signature and now.
        age_s: i64,
    },
    /// Signed, but with a time that has not come yet.
    #[error(
        "signed {ahead_s} s in the future, and {TOLERANCE_S} s is the most that is accepted; set this server's clock \
         right"
    )]
    InFuture {
        /// Seconds between now and the signature.
        ahead_s: i64,
    },
}

impl SignatureError {
    /// A word for programs, which never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed(_) => "signature_malformed",
            Self::Mismatch => "signature_mismatch",
            Self::TooOld { .. } => "timestamp_too_old",
            Self::InFuture { .. } => "timestamp_in_future",
        }
    }
}

/// Accepts when any v1 of `header` is the signature of `body` under any of `secrets`, made within [`TOLERANCE_S`] of
/// `now_s` (Unix seconds).
///
/// The time is judged after the signature, so that the errors about it are only ever told of genuine webhooks.
pub fn verify(header: &str, body: &[u8], secrets: &Secrets, now_s: i64) -> Result<(), SignatureError> {
    let header = Header::parse(header)?;
    // Each comparison takes constant time; which signature fits is no secret.
    let genuine = secrets.0.iter().any(|key| {
        let ours = mac(key.clone(), header.signed_at, body);
        header.signatures.contains(&ours)
    });
    if !genuine {
        return Err(SignatureError::Mismatch);
    }
    let age_s = now_s.saturating_sub(header.signed_at_s);
    if age_s > TOLERANCE_S {
        Err(SignatureError::TooOld { age_s })
    } else if age_s < -TOLERANCE_S {
        Err(SignatureError::InFuture { ahead_s: age_s.saturating_neg() })
    } else {
        Ok(())
    }
}

/// The header Stripe would send for `body` at `at_s` (Unix seconds). For the stand-in and for tests.
pub fn sign(body: &[u8], secret: &str, at_s: i64) -> String {
    let mut header = format!("t={at_s},v1=");
    if let Some(key) = keyed(secret) {
        for byte in mac(key, &at_s.to_string(), body).into_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

/// HMAC takes keys of any length, so this is never `None`.
fn keyed(secret: &str) -> Option<HmacSha256> {
    HmacSha256::new_from_slice(secret.as_bytes()).ok()
}

fn mac(mut key: HmacSha256, signed_at: &str, body: &[u8]) -> CtOutput<HmacSha256> {
    key.update(signed_at.as_bytes());
    key.update(b".");
    key.update(body);
    key.finalize()
}

struct Header<'a> {
    signed_at: &'a str,
    signed_at_s: i64,
    /// The v1 signatures that are lowercase hex of the right length; others cannot fit anything.
    signatures: Vec<CtOutput<HmacSha256>>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        use SignatureError::Malformed;
        if header.len() > HEADER_BYTES_MAX {
            return Err(Malformed("it is too long"));
        }
        let mut signed_at = None;
        let mut signatures = Vec::with_capacity(2);
        let mut any_v1 = false;
        for (i, part) in header.split(',').enumerate() {
            if i == HEADER_PARTS_MAX {
                return Err(Malformed("it has too many parts"));
            }
            match part.split_once('=') {
                Some(("t", _)) if signed_at.is_some() => return Err(Malformed("it has two times")),
                Some(("t", time)) => signed_at = Some(time),
                Some(("v1", hex)) => {
                    any_v1 = true;
                    signatures.extend(unhex(hex).map(|bytes| CtOutput::new(bytes.into())));
                }
                _ => {}
            }
        }
        let signed_at = signed_at.ok_or(Malformed("it has no time, t=…"))?;
        let signed_at_s = unix_seconds(signed_at).ok_or(Malformed("its time is not in Unix seconds"))?;
        if any_v1 { Ok(Self { signed_at, signed_at_s, signatures }) } else { Err(Malformed("it has no v1")) }
    }
}

/// Digits as Stripe writes them: no sign, no leading zero, so that text and number mean the same.
fn unix_seconds(text: &str) -> Option<i64> {
    let canonical = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// Exactly 64 digits of lowercase hex.
fn unhex(text: &str) -> Option<[u8; DIGEST_BYTES]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; DIGEST_BYTES];
    if pairs.len() != DIGEST_BYTES || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}
