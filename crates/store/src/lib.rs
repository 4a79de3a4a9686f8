//! All of whypaid's SQL: one [`Db`] over SQLite and PostgreSQL, migrations, and a function for each thing to read or
//! write. Rows go in and out as plain structs; what they mean is decided elsewhere.
//!
//! This crate must never know HTTP or statistics, and nobody else writes SQL.

pub mod agreements;
mod args;
pub mod attempts;
pub mod audit;
mod bind;
pub mod browsers;
pub mod bulk_marks;
pub mod checkouts;
mod client_search;
pub mod clients;
pub mod contents;
mod copied;
mod db;
pub mod entries;
mod error;
pub mod event_list;
pub mod events;
pub mod facts;
pub mod first_steps;
pub mod history;
pub mod inbox;
pub mod invitations;
pub mod journeys;
pub mod leases;
pub mod lists;
mod migrate;
pub mod names;
pub mod news;
pub mod notes;
pub mod parked;
pub mod payment_list;
pub mod payment_totals;
pub mod payments;
pub mod people;
mod postgres;
pub mod put_aside;
pub mod reconciliations;
pub mod replays;
pub mod reviews;
mod row;
pub mod saved_views;
pub mod sessions;
pub mod set_up;
pub mod snapshots;
pub mod sql;
mod sqlite;
pub mod tally;
pub mod thresholds;
pub mod tokens;
pub mod views;
pub mod withdrawals;
pub mod words;

pub use args::{Kind, Value};
pub use db::{Conn, Db, Engine};
pub use error::{Result, StoreError};
pub use row::Row;
