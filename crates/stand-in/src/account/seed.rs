//! Many payments at once: an account that was there before.

use super::{Account, NewSession, Outcome};
use crate::account::checkout::LIFE_S_MAX;
use crate::model::{Metadata, Order};
use crate::refused::Refused;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What to fill an account with.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Sessions; most are paid, in a mix that depends on the account's seed alone.
    pub payments: usize,
    /// Seconds of the account's clock between two.
    pub every_s: i64,
    /// Whether the endpoint hears of them; otherwise it is as if it did not exist yet.
    pub tell: bool,
}

impl Account {
    /// Fills the account; the clock runs on by `payments * every_s`. Of a hundred payments about 70 are by card, 8 after a
    /// decline, 6 by debit (one of them fails), 10 abandoned; 4 are refunded in part, 2 in whole, 2 disputed.
    pub fn seed(&mut self, seed: Seed) -> Result<(), Refused> {
        let telling = self.deliveries.mute(!seed.tell);
        for number in 0..seed.payments {
            let session = self.create_session(self.sample(number));
            let told = self.play(number, &session.id);
            self.advance(seed.every_s);
            told?;
        }
        self.deliveries.mute(telling);
        Ok(())
    }

    fn play(&mut self, number: usize, session: &str) -> Result<(), Refused> {
        let outcome = match number % 100 {
            0..10 => Outcome::Abandoned,
            10..18 => Outcome::DeclinedThenPaid,
            18..23 => Outcome::DebitPaid,
            23 => Outcome::DebitFailed,
            _ => Outcome::Paid,
        };
        self.complete(session, outcome)?;
        match number % 100 {
            30..34 => self.refund(session, Some(500)).map(drop),
            34..36 => self.refund(session, None).map(drop),
            36 => self.dispute(session, super::DisputeStep::Won).map(drop),
            37 => self.dispute(session, super::DisputeStep::Lost).map(drop),
            _ => Ok(()),
        }
    }

    fn sample(&self, number: usize) -> NewSession {
        let metadata: Metadata = Arc::new(BTreeMap::from([("order".to_owned(), number.to_string())]));
        let order = Order {
            amount_minor: 1000 + i64::try_from(number % 977).unwrap_or(0) * 10,
            currency: ["usd", "eur", "gbp"][number % 3].to_owned(),
            title: "Sample".to_owned(),
            success_url: "https://example.com/success".to_owned(),
            cancel_url: None,
            client_reference_id: None,
            customer_email: Some(format!("client{number}@example.com")),
            creates_customer: false,
            locale: None,
            metadata: Arc::clone(&metadata),
            intent_metadata: metadata,
            description: None,
            receipt_email: None,
            captures_later: false,
            expires_at_s: self.now_s() + LIFE_S_MAX,
        };
        NewSession { order, customer: None }
    }
}
