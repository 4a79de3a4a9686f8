//! Objects that Stripe was asked for, wrapped like events so that they are stored, applied, retried and replayed like
//! them (docs/decisions/0012).
//!
//! Must never make an answer look older or newer than the moment it was asked for.

use super::wire::Wire;
use crate::event::READ;
use crate::lenient::{Raw, Text};
use ledger::object::{IntentStatus, SessionStatus};
use ledger::{Object, READ_PREFIX};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A read, as an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// `read_ch_…_<second>`, and the event that made us look: one per object and second, and for each such event.
    pub id: String,
    /// Its JSON.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    object: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    created: i64,
    livemode: bool,
    api_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<Told<'a>>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    object: &'a RawValue,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identified<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

/// When, and why, Stripe was asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Unix seconds by Stripe's clock, not after the request: what happens later must count as newer.
    pub at_s: i64,
    /// Of the key.
    pub livemode: bool,
    /// Connected account.
    pub account: Option<&'a str>,
    /// The event that made us look, if one did.
    pub told: Option<Told<'a>>,
}

/// A thin event: what it says happened, and when.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Told<'a> {
    /// `evt_…`
    pub id: &'a str,
    /// `v1.charge.succeeded`
    #[serde(rename = "type")]
    pub event_type: &'a str,
    /// Unix seconds.
    #[serde(rename = "created")]
    pub created_s: i64,
}

/// What only the event's type tells and no object ever shows: that a session's slow payment failed. All else may have
/// moved on before it was asked for, and speaks for itself.
pub(super) fn subject<'a>(told: &'a crate::event::Told<'_>) -> Option<&'a str> {
    const FAILED: &str = "checkout.session.async_payment_failed";
    let event_type = told.event_type.get()?;
    let event_type = event_type.strip_prefix("v1.").unwrap_or(event_type);
    (event_type == FAILED).then_some(FAILED)
}

/// Wraps an object's JSON, kept to the byte. `None` for what is no object with an id.
pub fn wrap(object_json: &str, asked: &Asked<'_>) -> Option<Read> {
    let object: &RawValue = serde_json::from_str(object_json.trim()).ok()?;
    let raw: Raw = serde_json::from_str(object.get()).ok()?;
    let id = raw.fields::<Identified>().id.id()?;
    let because = asked.told.map(|told| format!("_{}", told.id)).unwrap_or_default();
    let id = format!("{READ_PREFIX}{id}_{}{because}", asked.at_s);
    let body = Body {
        id: &id,
        object: "event",
        kind: READ,
        created: asked.at_s,
        livemode: asked.livemode,
        api_version: crate::api::VERSION,
        account: asked.account,
        told: asked.told,
        data: Data { object },
    };
    let body = serde_json::to_vec(&body).ok()?;
    Some(Read { id, body })
}

/// Since when the object has been so, as far as it says. Where it does not say, the moment of the reading has to do.
pub(super) fn since(object: &Object, wire: &Wire) -> Option<i64> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Created {
        created: crate::lenient::Int,
    }
    match object {
        Object::Session(o) if o.status == SessionStatus::Expired => wire.expires_at.0,
        Object::Session(o) => o.created,
        // Its last attempt is its latest charge.
        Object::Intent(o) if o.status != IntentStatus::Canceled => {
            wire.latest_charge.expanded().fields::<Created>().created.0
        }
        Object::Intent(_) => wire.canceled_at.0,
        Object::Charge(o) => o.created,
        Object::Refund(o) => o.created,
        Object::Dispute(o) => o.created,
        Object::Warning(_) | Object::Invoice(_) | Object::Subscription(_) => None,
    }
}

/// True when `read` says something that `known` does not: a field that `read` leaves out says nothing, as versions of the
/// API differ in what they show.
pub fn says_more(read: &Object, known: &Object) -> bool {
    let json = |object: &Object| serde_json::to_value(object).unwrap_or_default();
    differs(&json(read), &json(known))
}

fn differs(read: &serde_json::Value, known: &serde_json::Value) -> bool {
    match read {
        serde_json::Value::Null => false,
        serde_json::Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| differs(value, known.get(name).unwrap_or(&serde_json::Value::Null))),
        value => value != known,
    }
}
