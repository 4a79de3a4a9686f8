//! What gets clients to pay, kept up to date by itself (SPEC section 5).
//!
//! Every journey is a row of columns in memory. A task loads them at start and then follows what changes ([`follow`]).
//! Whoever asks gets an answer computed on threads of its own, once for all who ask the same ([`cache`]), with names
//! instead of ids ([`answer`]). API and pages call the same functions: those of [`Insights`] in [`answer`].
//!
//! Must never decide what statistics mean: that is `insight`'s; nor hold up anything else: while columns load, whoever
//! asks is told so.

pub mod answer;
pub mod ask;
mod cache;
pub mod evidence_note;
pub mod export;
mod follow;
mod load;
mod seen;
mod state;
pub mod thresholds;

pub use follow::start;
pub use state::{AsOf, Insights, Unready};
