//! The rules of SPEC sections 2 and 9 and STRIPE.md sections 6 to 10, by example. One file per subject.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod amounts;
mod build;
mod evidence;
mod flags;
#[path = "../any_order/forest.rs"]
mod forest;
mod ladder;
mod newest;
mod notes;
mod several;
mod statuses;
mod times;
