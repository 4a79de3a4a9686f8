//! <https://docs.stripe.com/api/refunds/object>

use crate::model::{Method, Refund, RefundStatus};
use serde_json::{Value, json};

pub(super) fn shape(refund: &Refund) -> Value {
    let destination = match refund.method {
        Method::Card => json!({
            "card": {
                "reference": "123456789012", "reference_status": "available",
                "reference_type": "acquirer_reference_number", "type": "refund",
            },
            "type": "card",
        }),
        other => json!({"type": other.as_str()}),
    };
    let mut shape = json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount_minor,
        "balance_transaction": refund.balance_transaction,
        "charge": refund.charge,
        "created": refund.created_s,
        "currency": refund.currency,
        "destination_details": destination,
        "metadata": *refund.metadata,
        "payment_intent": refund.payment_intent,
        "reason": refund.reason,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": refund.status.as_str(),
        "transfer_reversal": null,
    });
    if refund.status == RefundStatus::Failed {
        shape["failure_balance_transaction"] = refund.failure_balance_transaction.clone().into();
        shape["failure_reason"] = "expired_or_canceled_card".into();
    }
    shape
}
