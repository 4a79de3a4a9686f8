//! <https://docs.stripe.com/api/customers/object>

use super::Account;
use super::common::{Constants, constants, tail, with_constants};
use crate::model::Customer;
use serde_json::{Value, json};
use std::sync::LazyLock;

static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| constants(include_str!("customer.json")));

pub(super) fn shape(customer: &Customer, account: &Account) -> Value {
    let prefix: String = tail(&customer.id).chars().take(8).collect();
    with_constants(
        &CONSTANTS,
        json!({
            "id": customer.id,
            "created": customer.created_s,
            "description": customer.description,
            "email": customer.email,
            "invoice_prefix": prefix.to_uppercase(),
            "livemode": account.livemode,
            "metadata": *customer.metadata,
            "name": customer.name,
            "phone": customer.phone,
        }),
    )
}
