//! The stand-in from outside: over HTTP, through its commands, and through Stripe's own SDKs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod flows;
mod fold;
mod pages;
mod sdks;
mod seed;
mod shapes;
mod util;
mod webhooks;
