//! <https://docs.stripe.com/api/checkout/sessions/object>

use super::Account;
use super::common::{Constants, constants, no_address, with_constants};
use crate::model::{PaymentStatus, Session, SessionStatus};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| constants(include_str!("session.json")));

pub(super) fn shape(session: &Session, account: &Account) -> Value {
    let order = &session.order;
    let open = session.status == SessionStatus::Open;
    let url = open.then(|| format!("{}/c/pay/{}", account.base_url, session.id));
    let email = session.payer_email.as_deref().or(order.customer_email.as_deref());
    let details = email.map(|email| {
        json!({
            "address": (!open).then(no_address), "business_name": null, "email": email, "individual_name": null,
            "name": null, "phone": null, "tax_exempt": "none", "tax_ids": if open { Value::Null } else { json!([]) },
        })
    });
    let unpaid_total = session.payment_status == PaymentStatus::NothingToPay;
    with_constants(
        &CONSTANTS,
        json!({
            "id": session.id,
            "amount_subtotal": order.amount_minor,
            "amount_total": order.amount_minor,
            "cancel_url": order.cancel_url,
            "client_reference_id": order.client_reference_id,
            "created": session.created_s,
            "currency": order.currency,
            "customer": session.customer,
            "customer_creation": if order.creates_customer { "always" } else { "if_required" },
            "customer_details": details,
            "customer_email": order.customer_email,
            "expires_at": order.expires_at_s,
            "livemode": account.livemode,
            "locale": order.locale,
            "metadata": *order.metadata,
            "payment_intent": session.payment_intent,
            "payment_method_collection": if unpaid_total { "if_required" } else { "always" },
            "payment_method_types": payment_method_types(&order.currency),
            "payment_status": session.payment_status.as_str(),
            "status": session.status.as_str(),
            "success_url": order.success_url,
            "url": url,
        }),
    )
}

/// What the hosted page offers in a currency.
pub(super) fn payment_method_types(currency: &str) -> [&'static str; 2] {
    ["card", crate::model::Method::debit_in(currency).as_str()]
}
