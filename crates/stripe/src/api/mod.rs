//! The handful of calls we make to Stripe's API: form-encoded, in one pinned version, each with an end.
//!
//! [`Api`] sends a call, tries it again where that can help (all tries under one idempotency key), and answers with
//! values or with an [`ApiError`] that names Stripe's request id. What the answers *mean* is decided elsewhere; the
//! secret key leaves this module in one request header and nowhere else: not in logs, errors or `Debug`.
//!
//! <https://docs.stripe.com/api>; STRIPE.md sections 9 and 10.

mod client;
mod config;
mod error;
mod form;
mod list;
mod object;
mod pace;
mod retry;
mod session;
mod transport;

pub use client::Api;
pub use config::{ApiConfig, BACKOFF_FIRST, SecretKey, TRY_TIMEOUT};
pub use error::{ApiError, Refusal};
pub use form::Form;
pub use list::{Item, ListKind, ListQuery, PAGE_ITEMS_MAX, Page};
pub use object::{Fetched, Related};
pub use pace::LISTS_PER_S;
pub use session::{Session, SessionState};

/// The version every request is made in, and so the shape of every answer. Webhooks have versions of their own.
pub const VERSION: &str = "2026-10-28.endive";
