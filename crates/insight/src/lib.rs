//! What gets clients to pay: journey facts as columns, statistics, reports and predictions.
//!
//! Everything here is a pure function of its arguments. Numbers that do not exist are [`Absent`](figure::Absent) with
//! the reason, never NaN and never made up; the methods and why they were chosen are in `docs` and STATISTICS.md.
//!
//! This crate must never know a database, HTTP, the clock, randomness without a seed, or Stripe.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "counts become numbers and back: statistics is made of it, and every count here is far below 2^53"
)]
#![expect(clippy::many_single_char_names, reason = "formulas keep the letters of their papers")]
#![expect(clippy::float_cmp, reason = "ties and exact zeros are meant exactly")]

pub mod bayesian;
pub mod calibration;
pub mod exact;
pub mod facts;
pub mod figure;
pub mod forecast;
pub mod frequentist;
pub mod gates;
pub mod lifetime;
pub mod math;
pub mod moments;
pub mod multiplicity;
pub mod planted;
pub mod proportion;
pub mod quantile;
pub mod random;
pub mod rank;
pub mod regression;
pub mod report;
pub mod sample_size;
pub mod sequential;
pub mod shrinkage;
pub mod survival;
