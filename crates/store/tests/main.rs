//! The store's contract: every public function does the same on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod common;
mod contract_agreements;
mod contract_attempts;
mod contract_audit;
mod contract_checkouts;
mod contract_clients;
mod contract_contents;
mod contract_db;
mod contract_errors;
mod contract_event_list;
mod contract_events;
mod contract_events_life;
mod contract_facts;
mod contract_history;
mod contract_journeys;
mod contract_journeys_life;
mod contract_lists;
mod contract_notes;
mod contract_parked;
mod contract_payment_list;
mod contract_payments;
mod contract_people;
mod contract_reconciliations;
mod contract_reviews;
mod contract_snapshots;
mod contract_tally;
mod contract_thresholds;
mod contract_tokens;
mod contract_transactions;
mod contract_views;
mod contract_withdrawals;
mod prepare;
