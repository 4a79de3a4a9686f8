//! Why there is no checkout, sorted by what to tell whom.

use crate::api::Problem;
use axum::http::StatusCode;
use ledger::PaymentStatus;
use store::StoreError;
use stripe::api::ApiError;

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// No such journey.
    #[error("there is no such journey")]
    NotFound,
    /// It was paid, whatever became of the money since: the status says.
    #[error("the journey is {0}")]
    AlreadyPaid(PaymentStatus),
    /// Its link is withdrawn.
    #[error("the link of this journey is withdrawn")]
    Withdrawn,
    /// The client has paid by a slow method, and the money is on its way.
    #[error("a payment of this journey is on its way")]
    OnItsWay,
    /// No `STRIPE_SECRET_KEY`.
    #[error("STRIPE_SECRET_KEY is not set")]
    NotConfigured,
    /// Live money with a key for test money, or the other way round.
    #[error("the journey is {}, and STRIPE_SECRET_KEY is for {} money", mode(*.journey_is_live), mode(!*.journey_is_live))]
    WrongMode {
        /// The journey's mode.
        journey_is_live: bool,
    },
    /// Stripe will not do it; trying again would not help.
    #[error(transparent)]
    Refused(ApiError),
    /// Stripe is away, slow or not understood. Nothing is lost: trying again gives the same session.
    #[error(transparent)]
    Unavailable(ApiError),
    /// Our own database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const fn mode(live: bool) -> &'static str {
    if live { "live" } else { "test" }
}

impl From<ApiError> for CheckoutError {
    fn from(error: ApiError) -> Self {
        if error.is_passing() { Self::Unavailable(error) } else { Self::Refused(error) }
    }
}

impl CheckoutError {
    /// It did not come to an end in time.
    pub(super) fn slow() -> Self {
        let why = "it took too long".to_owned();
        Self::Unavailable(ApiError::Unavailable { why, request_id: None, replayed: false })
    }

    /// Stripe's `req_…`, when it gave one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(error) | Self::Unavailable(error) => error.request_id(),
            _ => None,
        }
    }

    /// True when the operator should hear of it: the others are answers.
    pub(super) fn is_ours_to_see(&self) -> bool {
        matches!(self, Self::WrongMode { .. } | Self::Refused(_) | Self::Unavailable(_))
    }
}

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::NotFound => Self::not_found("journey"),
            CheckoutError::AlreadyPaid(status) => {
                let detail = format!(
                    "This journey has been paid (it is {status} now), so no further checkout is opened for it. \
                     Start a new journey to ask for money again."
                );
                Self::conflict("already_paid", detail)
            }
            CheckoutError::Withdrawn => Self::conflict(
                "withdrawn",
                "The link of this journey is withdrawn, so it cannot be paid. Restore it first.",
            ),
            CheckoutError::OnItsWay => Self::conflict(
                "payment_processing",
                "A payment of this journey is on its way; slow methods take some days. If it fails, a new checkout can be opened.",
            ),
            CheckoutError::NotConfigured => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stripe_not_configured",
                "Set STRIPE_SECRET_KEY to the secret key of your Stripe account (sk_… or rk_…) and restart.",
            ),
            CheckoutError::WrongMode { journey_is_live } => {
                let (journey, key) = (mode(journey_is_live), mode(!journey_is_live));
                let detail = format!(
                    "This is a {journey} journey, and STRIPE_SECRET_KEY is a {key} key. Set the {journey} key and restart, \
                     or start a {key} journey."
                );
                Self::conflict("wrong_mode", detail)
            }
            CheckoutError::Refused(error) => Self::new(
                StatusCode::BAD_GATEWAY,
                "stripe_refused",
                format!("{error}. Correct it, then try again; nothing was opened."),
            ),
            CheckoutError::Unavailable(error) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stripe_unavailable",
                format!("{error}. Please try again; the same checkout will be opened."),
            ),
            CheckoutError::Store(error) => error.into(),
        }
    }
}
