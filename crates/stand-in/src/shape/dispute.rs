//! <https://docs.stripe.com/api/disputes/object>

use super::Account;
use crate::model::{Dispute, DisputeStatus, Method};
use serde_json::{Map, Value, json};

/// A seller has so long to answer, in seconds.
const ANSWER_WITHIN_S: i64 = 9 * 24 * 3600;
const FEE_MINOR: i64 = 1500;
const EVIDENCE: &[&str] = &[
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

pub(super) fn shape(dispute: &Dispute, account: &Account) -> Value {
    use DisputeStatus::{WarningClosed, WarningNeedsResponse};
    let mut evidence: Map<String, Value> =
        EVIDENCE.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    evidence.insert("enhanced_evidence".to_owned(), json!({}));
    let inquiry = matches!(dispute.status, WarningNeedsResponse | WarningClosed);
    let answered = dispute.status == DisputeStatus::UnderReview;
    let movements: Vec<Value> = dispute.movements.iter().map(|m| movement(dispute, m)).collect();
    let mut shape = json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount_minor,
        "balance_transactions": movements,
        "charge": dispute.charge,
        "created": dispute.created_s,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": evidence,
        "evidence_details": {
            "due_by": dispute.created_s + ANSWER_WITHIN_S, "enhanced_eligibility": {},
            "has_evidence": answered, "past_due": false, "submission_count": i32::from(answered),
            "submission_method": if answered { "manual" } else { "not_submitted" },
        },
        "is_charge_refundable": inquiry,
        "livemode": account.livemode,
        "metadata": {},
        "payment_intent": dispute.payment_intent,
        "reason": "fraudulent",
        "status": dispute.status.as_str(),
    });
    if dispute.method == Method::Card {
        let case = if inquiry { "inquiry" } else { "chargeback" };
        shape["payment_method_details"] = json!({
            "card": {"brand": "visa", "case_type": case, "network": "visa", "network_reason_code": "10.4"},
            "type": "card",
        });
    }
    shape
}

fn movement(dispute: &Dispute, (id, amount_minor, at_s): &(String, i64, i64)) -> Value {
    let withdrawn = *amount_minor < 0;
    let fee_minor = if withdrawn { FEE_MINOR } else { 0 };
    let what = if withdrawn { "withdrawal" } else { "reversal" };
    json!({
        "id": id,
        "object": "balance_transaction",
        "amount": amount_minor,
        "available_on": at_s,
        "balance_type": "payments",
        "created": at_s,
        "currency": dispute.currency,
        "description": format!("Chargeback {what} for {}", dispute.charge),
        "exchange_rate": null,
        "fee": fee_minor,
        "fee_details": [],
        "net": amount_minor - fee_minor,
        "reporting_category": if withdrawn { "dispute" } else { "dispute_reversal" },
        "source": dispute.id,
        "status": "available",
        "type": "adjustment",
    })
}
