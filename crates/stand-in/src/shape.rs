//! The account's objects as Stripe's API writes them in version [`API_VERSION`]; tests hold every field against real
//! payloads.
//!
//! Must never decide anything: what an object is stands in [`model`](crate::model).

mod charge;
mod common;
mod customer;
mod dispute;
mod event;
mod intent;
mod refund;
mod session;

pub(crate) use event::event;

use crate::event::Thing;
use serde_json::{Map, Value, json};

/// The version everything is written in, whichever is asked for: the one that the newest official SDKs pin.
pub const API_VERSION: &str = "2026-10-28.endive";

/// What objects show of the account they are in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    /// Where the hosted page is, without a trailing slash.
    pub(crate) base_url: String,
}

/// Any object.
pub(crate) fn thing(thing: &Thing, account: &Account) -> Value {
    match thing {
        Thing::Session(row) => session::shape(row, account),
        Thing::Intent(row) => intent::shape(row, account),
        Thing::Charge(row) => charge::shape(row, account),
        Thing::Refund(row) => refund::shape(row),
        Thing::Dispute(row) => dispute::shape(row, account),
        Thing::Customer(row) => customer::shape(row, account),
    }
}

/// The fields of `before` that are others in `after`: `previous_attributes`.
pub(crate) fn difference(before: Value, after: &Value) -> Value {
    let Value::Object(before) = before else { return json!({}) };
    let changed = before.into_iter().filter(|(field, was)| after.get(field) != Some(was));
    Value::Object(changed.collect::<Map<_, _>>())
}

/// A page of a list.
pub(crate) fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    json!({"object": "list", "data": data, "has_more": has_more, "url": url})
}

/// `GET /v1/account`, as far as a check of a key needs it.
pub(crate) fn account(account: &Account) -> Value {
    json!({
        "id": account.id,
        "object": "account",
        "business_type": null,
        "charges_enabled": true,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": true,
        "email": "stand-in@example.com",
        "payouts_enabled": true,
        "type": "standard",
    })
}

/// `GET /v1/balance`: nothing is ever paid out of a stand-in.
pub(crate) fn balance(account: &Account) -> Value {
    let nothing = || json!([{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]);
    json!({"object": "balance", "available": nothing(), "livemode": account.livemode, "pending": nothing()})
}
