//! <https://docs.stripe.com/api/payment_intents/object>

use super::Account;
use super::common::{Constants, billing_details, constants, doc_url, tail, why, with_constants};
use super::session::payment_method_types;
use crate::model::{Failure, Intent, IntentStatus, Method};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| constants(include_str!("intent.json")));

pub(super) fn shape(intent: &Intent, account: &Account) -> Value {
    let order = &intent.order;
    let capturable_minor =
        if intent.status == IntentStatus::RequiresCapture { order.amount_minor } else { 0 };
    with_constants(
        &CONSTANTS,
        json!({
            "id": intent.id,
            "amount": order.amount_minor,
            "amount_capturable": capturable_minor,
            "amount_received": intent.amount_received_minor,
            "canceled_at": intent.canceled_at_s,
            "cancellation_reason": intent.canceled_at_s.map(|_| "automatic"),
            "capture_method": if order.captures_later { "manual" } else { "automatic_async" },
            "client_secret": format!("{}_secret_{}", intent.id, tail(&intent.session)),
            "created": intent.created_s,
            "currency": order.currency,
            "customer": intent.customer,
            "description": order.description,
            "last_payment_error": intent.failure.map(|failure| last_payment_error(intent, failure)),
            "latest_charge": intent.latest_charge,
            "livemode": account.livemode,
            "metadata": *order.intent_metadata,
            "payment_method": intent.payment_method,
            "payment_method_types": payment_method_types(&order.currency),
            "receipt_email": order.receipt_email,
            "status": intent.status.as_str(),
        }),
    )
}

fn last_payment_error(intent: &Intent, failure: Failure) -> Value {
    let (code, decline_code, message) = why(failure);
    let method = match failure {
        Failure::CardDeclined => Method::Card,
        Failure::DebitReturned => Method::debit_in(&intent.order.currency),
    };
    let mut error = json!({
        "charge": intent.latest_charge,
        "code": code,
        "doc_url": doc_url(code),
        "message": message,
        "payment_method": {
            "id": format!("pm_1{}", intent.latest_charge.as_deref().map_or("", tail)),
            "object": "payment_method",
            "billing_details": billing_details(intent.order.customer_email.as_deref()),
            "created": intent.created_s,
            "customer": intent.customer,
            "livemode": false,
            "metadata": {},
            "type": method.as_str(),
        },
        "type": if method == Method::Card { "card_error" } else { "invalid_request_error" },
    });
    if let Some(decline_code) = decline_code {
        error["decline_code"] = decline_code.into();
    }
    error
}
