//! What can go wrong with a call, sorted by what the caller can do about it.

use crate::lenient::keep;
use serde::Deserialize;

/// A message from Stripe is shown to operators; no longer than this, in characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// Stripe understood the call and will not do it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `invalid_request_error`, `card_error`, …
    pub kind: Option<String>,
    /// `resource_missing`, `amount_too_small`, …
    pub code: Option<String>,
    /// The parameter at fault: `line_items[0][price_data][unit_amount]`.
    pub param: Option<String>,
    /// In Stripe's words, for the operator.
    pub message: String,
    /// `req_…`
    pub request_id: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (status {}", self.message, self.status)?;
        for (name, value) in [("code", &self.code), ("param", &self.param), ("request", &self.request_id)] {
            if let Some(value) = value {
                write!(f, ", {name} {value}")?;
            }
        }
        f.write_str(")")
    }
}

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// Stripe refused it; the same call again would be refused again.
    #[error("Stripe refused: {0}")]
    Invalid(Box<Refusal>),
    /// There is no such object, or none that this key may see.
    #[error("Stripe has no such object: {0}")]
    NotFound(Box<Refusal>),
    /// The key is wrong, revoked, or lacks a permission.
    #[error("Stripe did not accept STRIPE_SECRET_KEY: {0}")]
    Auth(Box<Refusal>),
    /// Too many calls, to the end of all tries.
    #[error("Stripe asks to slow down: {0}")]
    RateLimited(Box<Refusal>),
    /// Away, slow, or at fault, to the end of all tries. Whether the call took effect is not known; asking again under
    /// the same idempotency key is safe.
    #[error("Stripe cannot be used right now: {why}{}", request(.request_id.as_ref()))]
    Unavailable {
        /// What happened last.
        why: String,
        /// `req_…`
        request_id: Option<String>,
        /// True when Stripe repeated the failure it stored under this idempotency key: the key will never succeed.
        replayed: bool,
    },
    /// The answer could not be understood, to the end of all tries. Otherwise like `Unavailable`.
    #[error("Stripe's answer could not be understood: {why}{}", request(.request_id.as_ref()))]
    Garbled {
        /// What is wrong with it.
        why: String,
        /// `req_…`
        request_id: Option<String>,
    },
}

fn request(id: Option<&String>) -> String {
    id.map(|id| format!(" (request {id})")).unwrap_or_default()
}

impl ApiError {
    /// Stripe's `req_…`, when it gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Invalid(r) | Self::NotFound(r) | Self::Auth(r) | Self::RateLimited(r) => {
                r.request_id.as_deref()
            }
            Self::Unavailable { request_id, .. } | Self::Garbled { request_id, .. } => request_id.as_deref(),
        }
    }

    /// True when the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::RateLimited(_) | Self::Unavailable { .. } | Self::Garbled { .. })
    }

    /// The refusal, when Stripe gave one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Invalid(r) | Self::NotFound(r) | Self::Auth(r) | Self::RateLimited(r) => Some(r),
            Self::Unavailable { .. } | Self::Garbled { .. } => None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    error: WireError,
}

/// <https://docs.stripe.com/api/errors>
#[derive(Default, Deserialize)]
#[serde(default)]
struct WireError {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    param: Option<String>,
    message: Option<String>,
}

/// Reads the body of an answer that is no success. One that is not Stripe's JSON still makes a refusal.
pub(super) fn refusal(status: u16, body: &[u8], request_id: Option<String>) -> Refusal {
    let error = serde_json::from_slice::<Wire>(body).unwrap_or_default().error;
    let short = |text: Option<String>| text.and_then(|text| keep(&text, MESSAGE_CHARS_MAX));
    Refusal {
        status,
        kind: short(error.kind),
        code: short(error.code),
        param: short(error.param),
        message: short(error.message).unwrap_or_else(|| format!("it answered {status} without saying why")),
        request_id,
    }
}
