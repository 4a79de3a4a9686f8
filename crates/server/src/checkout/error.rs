//! Why there is no checkout, sorted by what to tell whom.

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

pub(crate) const fn mode(live: bool) -> &'static str {
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
