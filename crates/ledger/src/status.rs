//! The closed vocabularies of SPEC section 1: outcomes, payment statuses and where an outcome came from.

use serde::{Deserialize, Serialize};

/// Defines an enum whose variants have one fixed spelling everywhere: schema, JSON and pages.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The spelling used in the schema, the API and the pages.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// Reads the spelling back; `None` for any other word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What became of a journey.
    Outcome {
        /// Nothing decided yet.
        Pending = "pending",
        /// The client answered, but has not paid.
        Responded = "responded",
        /// Money arrived and stayed.
        Paid = "paid",
        /// The client went silent.
        Ghosted = "ghosted",
        /// Money arrived and went back, by refund or by a lost dispute.
        Refunded = "refunded",
    }
}

words! {
    /// Where a journey's outcome came from (SPEC H8).
    OutcomeSource {
        /// Nothing is known yet.
        None = "none",
        /// A person's plain note.
        Mark = "mark",
        /// Stripe's facts.
        Payment = "payment",
        /// A person's deliberate pin.
        Override = "override",
    }
}

words! {
    /// State of the money of one payment, or of all payments of a journey (STRIPE.md section 10).
    PaymentStatus {
        /// No attempt has told anything yet.
        None = "none",
        /// On its way: slow bank debit, part-funded transfer, authorised and not captured.
        Processing = "processing",
        /// The latest attempt failed.
        Failed = "failed",
        /// Canceled, or the authorisation lapsed.
        Canceled = "canceled",
        /// Captured; nothing went back.
        Paid = "paid",
        /// Captured; a part went back.
        PartiallyRefunded = "partially_refunded",
        /// Captured; all went back.
        Refunded = "refunded",
        /// A dispute is open.
        Disputed = "disputed",
        /// Nothing is left, and a lost dispute took some of it.
        Lost = "lost",
    }
}

impl PaymentStatus {
    /// The outcome that money in this state means, or `None` while no money has arrived (SPEC H7).
    pub const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Paid | Self::PartiallyRefunded | Self::Disputed => Some(Outcome::Paid),
            Self::Refunded | Self::Lost => Some(Outcome::Refunded),
            Self::None | Self::Processing | Self::Failed | Self::Canceled => None,
        }
    }
}
