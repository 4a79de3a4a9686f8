//! The process: ingest, apply, live, pages, API and command line.
//!
//! Data walks one way: a verified event is committed ([`ingest`]), applied ([`apply`]) and announced ([`live`]). What
//! facts mean is decided in `ledger`; SQL is written in `store`.

pub mod api;
pub mod app;
pub mod apply;
pub mod audit;
pub mod charts;
pub mod checkout;
pub mod cli;
pub mod clock;
pub mod config;
pub mod csv_file;
pub mod demo;
pub mod events;
pub mod fetch;
pub mod first_steps;
pub mod ids;
pub mod ingest;
pub mod insights;
pub mod limit;
pub mod live;
pub mod markdown;
pub mod outcome_note;
pub mod pages;
pub mod parquet_file;
pub mod payments;
pub mod peer;
pub mod people;
pub mod reconcile;
pub mod serve;
pub mod table_file;
pub mod visits;
pub mod words_diff;
