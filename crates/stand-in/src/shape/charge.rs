//! <https://docs.stripe.com/api/charges/object>

use super::Account;
use super::common::{Constants, billing_details, constants, last4, tail, why, with_constants};
use crate::model::{Charge, ChargeStatus, Failure, Method};
use serde_json::{Value, json};
use std::sync::LazyLock;

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| constants(include_str!("charge.json")));

pub(super) fn shape(charge: &Charge, account: &Account) -> Value {
    let order = &charge.order;
    let amount_minor = order.amount_minor;
    let (code, _, message) = charge.failure.map_or((None, None, None), |failure| {
        let (code, decline, message) = why(failure);
        (Some(code), decline, Some(message))
    });
    let succeeded = charge.status == ChargeStatus::Succeeded;
    let receipt = succeeded.then(|| format!("{}/receipts/{}", account.base_url, charge.id));
    with_constants(
        &CONSTANTS,
        json!({
            "id": charge.id,
            "amount": amount_minor,
            "amount_captured": charge.amount_captured_minor,
            "amount_refunded": charge.amount_refunded_minor,
            "balance_transaction": charge.balance_transaction,
            "billing_details": billing_details(charge.email.as_deref()),
            "calculated_statement_descriptor": (charge.method == Method::Card).then_some("STAND-IN"),
            "captured": charge.captured,
            "created": charge.created_s,
            "currency": order.currency,
            "customer": charge.customer,
            "description": order.description,
            "disputed": charge.disputed,
            "failure_code": code,
            "failure_message": message,
            "livemode": account.livemode,
            "metadata": *order.intent_metadata,
            "outcome": outcome(charge),
            "paid": succeeded,
            "payment_intent": charge.payment_intent,
            "payment_method": charge.payment_method,
            "payment_method_details": method_details(charge),
            "receipt_email": order.receipt_email,
            "receipt_url": receipt,
            "refunded": charge.amount_refunded_minor >= amount_minor,
            "status": charge.status.as_str(),
        }),
    )
}

fn outcome(charge: &Charge) -> Value {
    if charge.failure == Some(Failure::CardDeclined) {
        return json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "declined_by_network", "reason": "generic_decline", "risk_level": "normal",
            "risk_score": 20, "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        });
    }
    json!({
        "advice_code": null, "network_advice_code": null, "network_decline_code": null,
        "network_status": "approved_by_network", "reason": null, "risk_level": "normal", "risk_score": 20,
        "seller_message": "Payment complete.", "type": "authorized",
    })
}

fn method_details(charge: &Charge) -> Value {
    let last4 = last4(charge.method, charge.failure);
    let fingerprint = tail(&charge.payment_method);
    match charge.method {
        Method::Card => card(charge, last4, fingerprint),
        Method::SepaDebit => json!({
            "sepa_debit": {
                "bank_code": "37040044", "branch_code": "", "country": "DE", "fingerprint": fingerprint,
                "last4": last4, "mandate": format!("mandate_{fingerprint}"),
            },
            "type": "sepa_debit",
        }),
        Method::UsBankAccount => json!({
            "type": "us_bank_account",
            "us_bank_account": {
                "account_holder_type": "individual", "account_type": "checking", "bank_name": "STAND-IN BANK",
                "fingerprint": fingerprint, "last4": last4, "routing_number": "110000000",
            },
        }),
    }
}

fn card(charge: &Charge, last4: &str, fingerprint: &str) -> Value {
    let amount_minor = charge.order.amount_minor;
    let unavailable = || json!({"status": "unavailable"});
    json!({
        "card": {
            "amount_authorized": charge.failure.is_none().then_some(amount_minor),
            "authorization_code": charge.failure.is_none().then_some("123456"),
            "brand": "visa",
            "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "extended_authorization": {"status": "disabled"},
            "fingerprint": fingerprint,
            "funding": "credit",
            "incremental_authorization": unavailable(),
            "installments": null,
            "last4": last4,
            "mandate": null,
            "multicapture": unavailable(),
            "network": "visa",
            "network_token": {"used": false},
            "network_transaction_id": null,
            "overcapture": {"maximum_amount_capturable": amount_minor, "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": null,
            "wallet": null,
        },
        "type": "card",
    })
}
