//! `/api/v1/journeys` and what payments, marks and overrides make of them.

mod analysis;
mod checkout;
mod content;
mod evidence;
mod flags;
mod history;
mod new_client;
mod notes;
mod order;
mod outcome;
mod overrides;
mod records;
mod review;
mod subscriptions;
mod withdrawal;
