//! <https://docs.stripe.com/api/events/object>

use super::{API_VERSION, Account, difference, thing};
use crate::event::{Delivery, Event};
use serde_json::{Value, json};

pub(crate) fn event(event: &Event, account: &Account) -> Value {
    let mut data = json!({"object": thing(&event.thing, account)});
    if let Some(before) = &event.before {
        data["previous_attributes"] = difference(thing(before, account), &data["object"]);
    }
    json!({
        "id": event.id,
        "object": "event",
        "api_version": API_VERSION,
        "created": event.created_s,
        "data": data,
        "livemode": account.livemode,
        "pending_webhooks": i32::from(event.delivery == Delivery::Pending),
        "request": {"id": event.cause.request_id, "idempotency_key": event.cause.idempotency_key},
        "type": event.kind,
    })
}
