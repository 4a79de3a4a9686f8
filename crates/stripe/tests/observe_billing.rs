//! How a subscription's invoice leads to its payment, in every API version (SPEC 9.16; STRIPE.md section 4).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{event, field, observe, root};
use ledger::{Object, Observation};
use serde_json::{Value, json};

fn ids(all: &[Observation]) -> Vec<&str> {
    all.iter().map(|o| o.id.as_str()).collect()
}

#[test]
fn invoices_lead_to_their_payment_in_every_version() {
    let payment = |status: &str, id: &str| {
        json!({"id": "inpay_1", "object": "invoice_payment", "status": status,
            "payment": {"type": "payment_intent", "payment_intent": id}})
    };
    let default = |id: &str| json!({"status": "open", "is_default": true, "payment": {"payment_intent": id}});
    let table = [
        (json!({"payment_intent": "pi_1", "charge": "ch_1"}), ["pi_1", "ch_1", "sub_1"]),
        (
            json!({"payments": {"data": [payment("canceled", "pi_0"), payment("paid", "pi_1")]}}),
            ["pi_1", "", "sub_1"],
        ),
        (json!({"payments": {"data": [payment("open", "pi_1")]}}), ["pi_1", "", "sub_1"]),
        (json!({"payments": {"data": [payment("open", "pi_0"), default("pi_1")]}}), ["pi_1", "", "sub_1"]),
        (
            json!({"payments": {"data": [{"payment": {"type": "charge", "charge": "ch_1"}}]}}),
            ["", "ch_1", "sub_1"],
        ),
    ];
    for (mut invoice, want) in table {
        invoice["id"] = json!("in_1");
        invoice["object"] = json!("invoice");
        invoice["parent"] =
            json!({"subscription_details": {"subscription": "sub_1", "metadata": {"journeyId": "j1"}}});
        let said = root("invoice.paid", &invoice).version.object;
        let got = ["payment_intent", "charge", "subscription"].map(|name| field(&said, name));
        assert_eq!(got, want.map(|id| if id.is_empty() { Value::Null } else { json!(id) }), "{invoice}");
        assert_eq!(field(&said, "tags")["journey_id"], "j1");
    }
    let expanded = json!({"id": "in_1", "object": "invoice", "payments": {"data": [
        {"payment": {"payment_intent": {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}}}]}});
    assert_eq!(ids(&observe(&event("invoice.paid", &expanded))), ["in_1", "pi_1"]);
}

#[test]
fn an_invoice_payment_is_read_as_its_invoice() {
    let payment = json!({"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "paid",
        "amount_paid": 500, "currency": "eur", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}});
    let said = root("invoice_payment.paid", &payment);
    assert_eq!(said.id, "in_1");
    let Object::Invoice(invoice) = said.version.object else { panic!("not an invoice") };
    assert_eq!((invoice.paid, invoice.amount_paid), (true, Some(500)));
    assert_eq!(invoice.payment_intent.as_deref(), Some("pi_1"));
    let preview = json!({"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "charge": "ch_1"});
    assert_eq!(field(&root("invoice_payment.paid", &preview).version.object, "charge"), "ch_1");
}

#[test]
fn an_invoice_payment_may_hold_both_its_ends() {
    let payment = json!({"id": "inpay_1", "object": "invoice_payment", "status": "paid",
        "invoice": {"id": "in_1", "object": "invoice", "status": "paid", "subscription": "sub_1"},
        "payment": {"payment_intent": {"id": "pi_1", "object": "payment_intent", "status": "succeeded"},
            "charge": {"id": "ch_1", "object": "charge"}}});
    let all = observe(&event("invoice_payment.paid", &payment));
    assert_eq!(ids(&all), ["in_1", "pi_1", "ch_1", "in_1"], "the invoice speaks for itself, too");
    assert_eq!(field(&all[3].version.object, "subscription"), "sub_1");
}

#[test]
fn an_invoice_is_tagged_by_its_subscription_where_it_is_not_itself() {
    let old = json!({"metadata": {"journeyId": "s", "clientId": "s"}});
    let new = json!({"subscription_details": {"metadata": {"journeyId": "p", "clientId": "p", "hypothesisId": "p"}}});
    let invoice = json!({"id": "in_1", "object": "invoice", "metadata": {"journeyId": "i"},
        "subscription_details": old, "parent": new});
    let tags = field(&root("invoice.paid", &invoice).version.object, "tags");
    assert_eq!(tags, json!({"journey_id": "i", "client_id": "s", "hypothesis_id": "p"}));
}
