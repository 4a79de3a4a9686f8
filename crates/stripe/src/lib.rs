//! Stripe's side of the wire: signatures, event envelopes, and what an event says about each object in it.
//!
//! Bytes in, values out. Every API version must read, from 2011's to ones not invented yet: only the fields needed are
//! looked at, all of them may be absent, null or of a surprising type, and only an event's id, type and time are
//! essential (SPEC H1, H3; STRIPE.md).
//!
//! [`api`] alone does I/O: it asks Stripe. This crate must never know a database, the wall clock, chance (both are given to
//! it), or what a journey is.

pub mod api;
pub mod event;
mod lenient;
pub mod read;
pub mod signature;

pub use event::{Envelope, READ, ReadError, Thin, handled, handled_types, is_dashboard_test};
pub use read::{Asked, Read, ToldBy as Told, observe, receive, says_more, wrap};
pub use signature::{Secrets, SignatureError, TOLERANCE_S, sign, verify};
