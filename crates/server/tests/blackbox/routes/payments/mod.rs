//! `/api/v1/payments`: how a payment finds its journey.

mod arrival;
mod ladder;
mod link;
mod list;
mod modes;
mod unlink;
