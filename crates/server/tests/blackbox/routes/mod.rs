//! One module per noun of the URLs.

mod access;
mod audit;
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
mod people;
mod reconciliations;
mod sessions;
mod settings;
mod tokens;
mod webhooks;
