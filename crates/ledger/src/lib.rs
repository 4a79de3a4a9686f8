//! What Stripe's facts mean: money, object snapshots, payments and outcomes.
//!
//! Everything here is a pure function of its arguments. [`Snapshot::merge`] is a join (commutative, associative,
//! idempotent), and [`fold`](payment::fold) and [`judge`](journey::judge) look only at what was joined, so the state
//! after a set of events cannot depend on their order or repetition (SPEC H4).
//!
//! This crate must never know a database, HTTP, the clock or randomness.

pub mod ending;
pub mod journey;
pub mod matching;
pub mod money;
pub mod note;
pub mod object;
pub mod payment;
pub mod snapshot;
pub mod status;

pub use journey::{JourneyFacts, Judgement, Mark, Override, judge};
pub use matching::{Evidence, MatchedBy};
pub use money::{Currency, Money};
pub use object::{Object, ObjectId};
pub use payment::{Payment, fold};
pub use snapshot::{Capture, Milestones, Observation, READ_PREFIX, Snapshot, Told, Version};
pub use status::{Outcome, OutcomeSource, PaymentStatus};
