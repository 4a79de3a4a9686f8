//! Refunds. <https://docs.stripe.com/refunds>

use super::Account;
use super::due::Work;
use crate::model::{Charge, ChargeStatus, DisputeStatus, Metadata, Method, Refund, RefundStatus};
use crate::refused::Refused;
use std::sync::Arc;

/// A refund that is to fail does so after this long.
pub(crate) const FAILURE_TAKES_S: i64 = 60;
/// A refund to a bank account is on its way for this long.
const BANK_REFUND_TAKES_S: i64 = 24 * 3600;

/// What `POST /v1/refunds` asks for.
pub(crate) struct NewRefund {
    /// A charge, an intent or a session.
    pub(crate) of: String,
    /// Everything that is left unless told otherwise.
    pub(crate) amount_minor: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) fails_later: bool,
}

impl Account {
    /// Refunds part or all of a payment, named by its charge, intent or session. Returns the refund's id.
    pub fn refund(&mut self, payment: &str, amount_minor: Option<i64>) -> Result<String, Refused> {
        self.refund_how(payment, amount_minor, false)
    }

    /// A refund that looks well and fails a minute later: the bank account was closed.
    pub fn refund_failing_later(
        &mut self,
        payment: &str,
        amount_minor: Option<i64>,
    ) -> Result<String, Refused> {
        self.refund_how(payment, amount_minor, true)
    }

    fn refund_how(
        &mut self,
        payment: &str,
        amount_minor: Option<i64>,
        fails_later: bool,
    ) -> Result<String, Refused> {
        let metadata = Metadata::default();
        let new = NewRefund { of: payment.to_owned(), amount_minor, reason: None, metadata, fails_later };
        self.create_refund(new).map(|refund| refund.id.clone())
    }

    pub(crate) fn create_refund(&mut self, new: NewRefund) -> Result<Arc<Refund>, Refused> {
        let charge = self.charge_of(&new.of)?;
        self.undisputed(&charge)?;
        let amount_minor = refundable(&charge, new.amount_minor)?;
        let card = charge.method == Method::Card;
        let refund = Refund {
            id: self.ids.make(if card { "re_3" } else { "pyr_1" }, 23),
            created_s: self.now_s(),
            status: if card { RefundStatus::Succeeded } else { RefundStatus::Pending },
            amount_minor,
            currency: charge.order.currency.clone(),
            charge: charge.id.clone(),
            payment_intent: charge.payment_intent.clone(),
            method: charge.method,
            reason: new.reason,
            metadata: new.metadata,
            balance_transaction: self.ids.make("txn_3", 23),
            failure_balance_transaction: None,
        };
        self.change_and_tell(&charge.id, "charge.refunded", |c: &mut Charge| {
            c.amount_refunded_minor += amount_minor;
        });
        let refund = self.insert_and_tell("refund.created", refund);
        let ends = |succeeds| Work::EndRefund { refund: refund.id.clone(), succeeds };
        if new.fails_later {
            self.later(FAILURE_TAKES_S, ends(false));
        } else if !card {
            self.later(BANK_REFUND_TAKES_S, ends(true));
        }
        Ok(refund)
    }

    pub(super) fn end_refund(&mut self, refund: &str, succeeds: bool) {
        if succeeds {
            self.change_and_tell(refund, "refund.updated", |r: &mut Refund| {
                r.status = RefundStatus::Succeeded;
            });
            return;
        }
        let transaction = self.ids.make("txn_1", 23);
        let failed = self.change_and_tell(refund, "refund.failed", |r: &mut Refund| {
            r.status = RefundStatus::Failed;
            r.failure_balance_transaction = Some(transaction);
        });
        let Some(failed) = failed else { return };
        self.change_and_tell(refund, "charge.refund.updated", |_: &mut Refund| {});
        self.change_and_tell(&failed.charge, "charge.updated", |c: &mut Charge| {
            c.amount_refunded_minor -= failed.amount_minor;
        });
    }

    fn undisputed(&self, charge: &Charge) -> Result<(), Refused> {
        use DisputeStatus::{Lost, NeedsResponse, UnderReview};
        let taken = |status| matches!(status, NeedsResponse | UnderReview | Lost);
        if self.disputes_of(&charge.id).any(|dispute| taken(dispute.status)) {
            let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
            return Err(Refused::state("charge_disputed", message));
        }
        Ok(())
    }

    /// The charge that a charge's, an intent's or a session's id means.
    pub(super) fn charge_of(&self, id: &str) -> Result<Arc<Charge>, Refused> {
        if let Some(charge) = self.tables.charges.get(id) {
            return Ok(Arc::clone(charge));
        }
        let intent = self.tables.sessions.get(id).and_then(|session| session.payment_intent.clone());
        let intent = self.intent(intent.as_deref().unwrap_or(id))?;
        let charge = intent.latest_charge.as_deref().and_then(|charge| self.tables.charges.get(charge));
        charge.map(Arc::clone).ok_or_else(|| {
            let message =
                format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
            Refused::plain(400, message)
        })
    }
}

fn refundable(charge: &Charge, asked_minor: Option<i64>) -> Result<i64, Refused> {
    let id = &charge.id;
    if charge.status != ChargeStatus::Succeeded || !charge.captured {
        return Err(Refused::plain(400, format!("Charge {id} has not succeeded, so it cannot be refunded.")));
    }
    let left_minor = charge.order.amount_minor - charge.amount_refunded_minor;
    if left_minor == 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(Refused::state("charge_already_refunded", message));
    }
    let amount_minor = asked_minor.unwrap_or(left_minor);
    if amount_minor < 1 {
        let message = "Invalid positive integer";
        return Err(Refused::param("amount", Some("parameter_invalid_integer"), message));
    }
    if amount_minor > left_minor {
        let message = format!(
            "Refund amount ({amount_minor}) is greater than unrefunded amount on charge ({left_minor})"
        );
        return Err(Refused::param("amount", None, message));
    }
    Ok(amount_minor)
}
