//! What is known of a journey when its client comes to a page of it.

use super::standing::{Accepted, Back, Facts, Opened, Standing, standing};
use crate::config::Config;
use crate::ids::{hex, is_secret};
use ledger::payment::CheckoutState;
use sha2::{Digest as _, Sha256};
use store::agreements::{self, Agreement};
use store::checkouts::{self, StoredCheckout};
use store::contents::{self, StoredVersion};
use store::journeys::{self, StoredJourney};
use store::payments::{self, StoredPayment};
use store::withdrawals;
use store::{Conn, Result};

/// A journey with all that its pages depend on.
pub(super) struct Visit {
    /// Who asks to be paid, when that is configured.
    pub(super) seller: Option<String>,
    pub(super) journey: StoredJourney,
    /// The version it is given now.
    pub(super) version: StoredVersion,
    pub(super) withdrawn: bool,
    /// The newest acceptance.
    pub(super) agreement: Option<Agreement>,
    /// SHA-256 of the agreement's text now, in hex.
    pub(super) agreement_sha256: String,
    checkouts: Vec<StoredCheckout>,
    payments: Vec<StoredPayment>,
}

impl Visit {
    /// The journey behind a link's token; `None` when no link has that token.
    pub(super) async fn load(config: &Config, conn: &mut Conn, token: &str) -> Result<Option<Self>> {
        if !is_secret(token) {
            return Ok(None);
        }
        let Some(journey) = journeys::by_token(conn, token).await? else { return Ok(None) };
        let Some(version) = contents::get_version(conn, &journey.content_version_id).await? else {
            return Ok(None);
        };
        let id = || vec![journey.id.clone()];
        Ok(Some(Self {
            seller: config.seller_name.clone(),
            withdrawn: !withdrawals::of(conn, id()).await?.is_empty(),
            agreement: agreements::newest(conn, &journey.id).await?,
            agreement_sha256: hex(&Sha256::digest(version.pages.agreement.as_bytes())),
            checkouts: checkouts::by_journeys(conn, id()).await?,
            payments: payments::by_journeys(conn, id()).await?,
            journey,
            version,
        }))
    }

    /// Whether the text as it is now was accepted.
    pub(super) fn accepted(&self) -> Accepted {
        match &self.agreement {
            None => Accepted::Nothing,
            Some(agreement) if agreement.text_sha256 == self.agreement_sha256 => Accepted::Current,
            Some(_) => Accepted::Earlier,
        }
    }

    /// Where the client stands.
    pub(super) fn standing(&self, back: Option<Back<'_>>, now_ms: i64) -> Standing {
        let opened: Vec<Opened<'_>> = self.checkouts.iter().map(|c| self.opened(c)).collect();
        standing(&Facts {
            withdrawn: self.withdrawn,
            payment_status: self.journey.judgement.payment_status,
            opened: &opened,
            back,
            now_ms,
        })
    }

    fn opened<'a>(&self, checkout: &'a StoredCheckout) -> Opened<'a> {
        let told = self.payments.iter().flat_map(|payment| &payment.facts.checkouts);
        let state: Option<CheckoutState> =
            told.filter(|told| told.id == checkout.session_id).map(|told| told.state).next();
        Opened { session_id: &checkout.session_id, state, at_ms: checkout.opened_at_ms }
    }
}
