//! The API client against a server that answers as scripted: every way a call can fail, and what is sent.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod failures;
mod script;
