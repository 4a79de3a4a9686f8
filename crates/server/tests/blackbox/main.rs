//! The whole server from outside: each test starts one on a database of its own, on SQLite and on PostgreSQL, and
//! speaks HTTP with it. The path of a test is the path of the URL it tests.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod routes;
mod util;
