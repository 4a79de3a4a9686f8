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
pub mod checkouts;
pub mod clients;
pub mod contents;
mod db;
mod error;
pub mod events;
pub mod first_steps;
pub mod history;
pub mod invitations;
pub mod journeys;
pub mod leases;
mod migrate;
pub mod parked;
pub mod payments;
pub mod people;
pub mod reconciliations;
mod row;
pub mod sessions;
pub mod set_up;
pub mod snapshots;
pub mod sql;
mod sqlite;
pub mod tokens;
pub mod views;
pub mod withdrawals;

pub use args::{Kind, Value};
pub use db::{Conn, Db, Engine};
pub use error::{Result, StoreError};
pub use row::Row;
