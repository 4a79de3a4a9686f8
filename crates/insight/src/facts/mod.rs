//! Journey facts: what the store hands over, kept as columns and asked in one pass.

pub mod answered;
pub mod columns;
pub mod dictionary;
pub mod filter;
pub mod given;
pub mod group;
pub mod journey;
pub mod pass;
pub mod patterns;
pub mod returned;
pub mod watched;

pub use columns::Columns;
pub use filter::Filter;
pub use given::Given;
pub use group::Dimension;

/// A currency code in lowercase ASCII, as the ledger spells it.
pub type CurrencyCode = [u8; 3];

/// How a journey stands after overrides, payments and marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// May still be paid: pending, responded, ghosted.
    Open,
    /// Paid, and not fully given back.
    Paid {
        /// Seconds from its start.
        after_s: u32,
    },
    /// Paid and fully given back, or lost: it ended without money, a competing event at its payment.
    Refunded {
        /// Seconds from its start to the payment.
        after_s: u32,
    },
    /// Closed unpaid by a person.
    Closed {
        /// Seconds from its start.
        after_s: u32,
    },
    /// Deleted: counts nowhere.
    Gone,
}

/// What was captured and given back, in minor units of the journey's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// Captured.
    pub gross_minor: i64,
    /// Refunded.
    pub refunded_minor: i64,
    /// Lost in disputes.
    pub lost_minor: i64,
    /// Whether a dispute is open.
    pub at_risk: bool,
    /// Seconds from the payment until the first of it went back; `None` while nothing has, or when that is not known.
    pub returned_after_s: Option<u32>,
}

impl Money {
    /// gross − refunded − lost, never under 0.
    pub fn net_minor(&self) -> i64 {
        (self.gross_minor - self.refunded_minor - self.lost_minor).max(0)
    }
}

/// Why it was thought to work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hypothesis<'a> {
    /// Its id.
    pub key: &'a str,
    /// Its category.
    pub category: &'a str,
    /// Predicted chance of payment, 0–1.
    pub predicted: Option<f64>,
    /// Predicted days to payment.
    pub predicted_days: Option<f64>,
}

/// One journey as of some change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact<'a> {
    /// Its id's 128 bits; they sort by time of creation.
    pub id: u128,
    /// Start, Unix seconds.
    pub start_s: u32,
    /// Live or test money.
    pub livemode: bool,
    /// How it stands.
    pub standing: Standing,
    /// Currency of its price, or of its money.
    pub currency: Option<CurrencyCode>,
    /// Its price, in minor units.
    pub price_minor: i64,
    /// Its money; `None` before any was captured.
    pub money: Option<Money>,
    /// Content version id.
    pub version: &'a str,
    /// Content id.
    pub content: &'a str,
    /// Elements of the version, as `headline=question`.
    pub elements: &'a [&'a str],
    /// Its hypothesis.
    pub hypothesis: Option<Hypothesis<'a>>,
    /// Attributes of the client, and the experiment arm as `arm=…`, written `key=value`.
    pub segments: &'a [&'a str],
    /// The furthest step: 0 nothing, 1–4 the pages, 5 checkout opened.
    pub stage: u8,
    /// Seconds on each page during the first [`WINDOW_S`] after the start.
    pub page_seconds: [u32; 4],
}

/// Behaviour counts only in this first window: later time on pages is a result of still being unpaid.
pub const WINDOW_S: u32 = 48 * 3_600;
/// Steps of the funnel: nothing, four pages, checkout.
pub const STAGES: usize = 6;
