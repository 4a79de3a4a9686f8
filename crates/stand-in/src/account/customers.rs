//! Customers. <https://docs.stripe.com/api/customers/object>

use super::Account;
use crate::model::{Customer, Metadata};
use crate::refused::Refused;
use std::sync::Arc;

/// What `POST /v1/customers` asks for.
#[derive(Default)]
pub(crate) struct NewCustomer {
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) metadata: Metadata,
}

impl Account {
    pub(crate) fn create_customer(&mut self, new: NewCustomer) -> Arc<Customer> {
        let NewCustomer { email, name, description, phone, metadata } = new;
        let (id, created_s) = (self.ids.make("cus_", 14), self.now_s());
        let row = Customer { id, created_s, email, name, description, phone, metadata };
        self.insert_and_tell("customer.created", row)
    }

    pub(super) fn make_customer(&mut self, email: Option<String>, metadata: Metadata) -> Arc<Customer> {
        self.create_customer(NewCustomer { email, metadata, ..NewCustomer::default() })
    }

    pub(crate) fn customer(&self, id: &str) -> Result<Arc<Customer>, Refused> {
        let found = self.tables.customers.get(id).map(Arc::clone);
        found.ok_or_else(|| Refused::missing("customer", id, "customer"))
    }
}
