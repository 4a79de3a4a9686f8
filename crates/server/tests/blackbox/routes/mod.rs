//! One module per noun of the URLs.

mod access;
mod audit;
mod client;
mod clients;
mod contents;
mod events;
mod health;
mod input;
mod journeys;
mod live;
mod pages;
mod payments;
mod people;
mod reconciliations;
mod sessions;
mod tokens;
mod webhooks;
