//! One module per noun of the URLs.

mod access;
mod client;
mod clients;
mod contents;
mod events;
mod health;
mod input;
mod insights;
mod journeys;
mod live;
pub(crate) mod pages;
mod payments;
mod reconciliations;
mod webhooks;
