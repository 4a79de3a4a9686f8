//! Parts that several objects have.

use crate::model::{Failure, Method};
use serde_json::{Map, Value, json};

/// Nobody asks for an address here.
pub(super) fn no_address() -> Value {
    json!({"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null})
}

/// `billing_details` of a charge or a payment method.
pub(super) fn billing_details(email: Option<&str>) -> Value {
    json!({"address": no_address(), "email": email, "name": null, "phone": null, "tax_id": null})
}

/// Stripe's test cards: 4242 pays, 0002 is declined.
pub(super) fn last4(method: Method, failure: Option<Failure>) -> &'static str {
    match (method, failure) {
        (Method::Card, None) => "4242",
        (Method::Card, Some(_)) => "0002",
        (Method::SepaDebit, None) => "3000",
        (Method::SepaDebit, Some(_)) => "3003",
        (Method::UsBankAccount, _) => "6789",
    }
}

/// (code, decline code, message)
pub(super) fn why(failure: Failure) -> (&'static str, Option<&'static str>, &'static str) {
    match failure {
        Failure::CardDeclined => ("card_declined", Some("generic_decline"), "Your card was declined."),
        Failure::DebitReturned => (
            "insufficient_funds",
            None,
            "The customer's account has insufficient funds to cover this payment.",
        ),
    }
}

/// The page that explains a code.
pub(super) fn doc_url(code: &str) -> String {
    format!("https://docs.stripe.com/error-codes#{}", code.replace('_', "-"))
}

/// The part of an id after its prefix, for ids that go with it.
pub(super) fn tail(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

/// The fields of a kind of object that never differ here, from a JSON file beside its code.
pub(super) type Constants = Map<String, Value>;

pub(super) fn constants(json: &str) -> Constants {
    // The tests of shapes find every field of each file, so none is ever empty.
    serde_json::from_str(json).unwrap_or_default()
}

/// A whole object.
pub(super) fn with_constants(constants: &Constants, differing: Value) -> Value {
    let mut object = constants.clone();
    if let Value::Object(differing) = differing {
        object.extend(differing);
    }
    Value::Object(object)
}
