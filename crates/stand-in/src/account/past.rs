//! A past that nobody is told of by webhook: what was sold, and the events that Stripe keeps of it.

use super::{Account, NewSession};
use crate::account::checkout::LIFE_S_MAX;
use crate::model::Order;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What somebody was asked to pay.
#[derive(Clone, Debug)]
pub struct Sale {
    /// In the currency's minor units.
    pub amount_minor: i64,
    /// Lowercase.
    pub currency: String,
    /// What the page says is bought.
    pub title: String,
    /// Whose it is for the seller.
    pub client_reference_id: String,
    /// Who pays.
    pub customer_email: String,
    /// Of the session and of its payment.
    pub metadata: BTreeMap<String, String>,
}

impl Account {
    /// Opens a session for `sale`; its id.
    pub fn sell(&mut self, sale: Sale) -> String {
        let metadata = Arc::new(sale.metadata);
        let order = Order {
            amount_minor: sale.amount_minor,
            currency: sale.currency,
            title: sale.title,
            success_url: "https://example.com/success".to_owned(),
            cancel_url: None,
            client_reference_id: Some(sale.client_reference_id),
            customer_email: Some(sale.customer_email),
            creates_customer: false,
            locale: None,
            metadata: Arc::clone(&metadata),
            intent_metadata: metadata,
            description: None,
            receipt_email: None,
            captures_later: false,
            expires_at_s: self.now_s() + LIFE_S_MAX,
        };
        self.create_session(NewSession { order, customer: None }).id.clone()
    }

    /// Does `act` without webhooks, and answers with the bodies of the events that they would have carried.
    pub fn quietly<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> (T, Vec<String>) {
        let known = self.tables.events.rows().len();
        let telling = self.deliveries.mute(true);
        let done = act(self);
        self.deliveries.mute(telling);
        let bodies = (known..self.tables.events.rows().len()).filter_map(|event| self.webhook_body(event));
        (done, bodies.collect())
    }
}
