//! `/api/v1/journeys` and what payments, marks and overrides make of them.

mod analysis;
mod checkout;
mod content;
mod evidence;
mod flags;
mod history;
mod order;
mod outcome;
mod overrides;
mod records;
mod subscriptions;
mod withdrawal;
