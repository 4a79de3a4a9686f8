//! Disputes: inquiries, chargebacks and how they end. <https://docs.stripe.com/disputes/how-disputes-work>

use super::Account;
use crate::model::{Charge, ChargeStatus, Dispute, DisputeStatus};
use crate::refused::Refused;
use std::sync::Arc;

/// What happens next to a disputed payment. What must come before happens first: a payment that is lost was disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStep {
    /// The bank asks; no money moves.
    Inquiry,
    /// A chargeback: the money is withdrawn. An open inquiry becomes one.
    Opened,
    /// The seller sent evidence.
    UnderReview,
    /// The money comes back.
    Won,
    /// The money is gone.
    Lost,
    /// The inquiry ends without a chargeback.
    InquiryClosed,
}

impl Account {
    /// Takes the dispute of a payment (named by charge, intent or session) a step further. Returns the dispute's id.
    pub fn dispute(&mut self, payment: &str, step: DisputeStep) -> Result<String, Refused> {
        use DisputeStatus::{NeedsResponse, UnderReview, WarningNeedsResponse};
        let charge = self.charge_of(payment)?;
        if charge.status != ChargeStatus::Succeeded || !charge.captured {
            return Err(Refused::plain(400, format!("Charge {} has no money to dispute.", charge.id)));
        }
        let open = self.disputes_of(&charge.id).find(|dispute| is_open(dispute.status)).map(Arc::clone);
        let status = open.as_ref().map(|dispute| dispute.status);
        match (step, open) {
            (DisputeStep::Inquiry, None) => Ok(self.open_dispute(&charge, WarningNeedsResponse)),
            (DisputeStep::Opened, None) => Ok(self.open_dispute(&charge, NeedsResponse)),
            (DisputeStep::Opened, Some(dispute)) if status == Some(WarningNeedsResponse) => {
                self.step(&dispute.id, "charge.dispute.updated", NeedsResponse);
                self.withdraw(&dispute);
                Ok(dispute.id.clone())
            }
            (DisputeStep::UnderReview, Some(dispute)) if status == Some(NeedsResponse) => {
                self.step(&dispute.id, "charge.dispute.updated", UnderReview);
                Ok(dispute.id.clone())
            }
            (DisputeStep::Won | DisputeStep::Lost, Some(dispute)) if status != Some(WarningNeedsResponse) => {
                self.decide(&dispute, step == DisputeStep::Won);
                Ok(dispute.id.clone())
            }
            (DisputeStep::UnderReview | DisputeStep::Won | DisputeStep::Lost, _) => {
                self.dispute(payment, DisputeStep::Opened)?;
                self.dispute(payment, step)
            }
            (DisputeStep::InquiryClosed, Some(dispute)) if status == Some(WarningNeedsResponse) => {
                self.step(&dispute.id, "charge.dispute.closed", DisputeStatus::WarningClosed);
                Ok(dispute.id.clone())
            }
            _ => Err(Refused::plain(400, "The dispute of this payment cannot take that step now.")),
        }
    }

    /// `POST /v1/disputes/{id}/close`: the seller gives in.
    pub(crate) fn close_dispute(&mut self, id: &str) -> Result<(), Refused> {
        let dispute = self.dispute_by_id(id)?;
        if !is_open(dispute.status) {
            return Err(Refused::plain(400, format!("This dispute is already {}.", dispute.status.as_str())));
        }
        self.decide(&dispute, false);
        Ok(())
    }

    pub(crate) fn dispute_by_id(&self, id: &str) -> Result<Arc<Dispute>, Refused> {
        let found = self.tables.disputes.get(id).map(Arc::clone);
        found.ok_or_else(|| Refused::missing("dispute", id, "dispute"))
    }

    fn open_dispute(&mut self, charge: &Charge, status: DisputeStatus) -> String {
        let dispute = Dispute {
            id: self.ids.make("du_1", 23),
            created_s: self.now_s(),
            status,
            amount_minor: charge.amount_captured_minor - charge.amount_refunded_minor,
            currency: charge.order.currency.clone(),
            charge: charge.id.clone(),
            payment_intent: charge.payment_intent.clone(),
            method: charge.method,
            movements: Vec::new(),
        };
        let dispute = self.insert_and_tell("charge.dispute.created", dispute);
        self.change_and_tell(&charge.id, "charge.updated", |c: &mut Charge| c.disputed = true);
        if status == DisputeStatus::NeedsResponse {
            self.withdraw(&dispute);
        }
        dispute.id.clone()
    }

    fn decide(&mut self, dispute: &Dispute, won: bool) {
        let status = if won { DisputeStatus::Won } else { DisputeStatus::Lost };
        self.step(&dispute.id, "charge.dispute.closed", status);
        if won {
            self.move_money(&dispute.id, "charge.dispute.funds_reinstated", dispute.amount_minor);
        }
    }

    fn withdraw(&mut self, dispute: &Dispute) {
        self.move_money(&dispute.id, "charge.dispute.funds_withdrawn", -dispute.amount_minor);
    }

    fn step(&mut self, dispute: &str, kind: &'static str, status: DisputeStatus) {
        self.change_and_tell(dispute, kind, |d: &mut Dispute| d.status = status);
    }

    fn move_money(&mut self, dispute: &str, kind: &'static str, amount_minor: i64) {
        let (transaction, at_s) = (self.ids.make("txn_1", 23), self.now_s());
        self.change_and_tell(dispute, kind, |d: &mut Dispute| {
            d.movements.push((transaction, amount_minor, at_s));
        });
    }
}

fn is_open(status: DisputeStatus) -> bool {
    use DisputeStatus::{NeedsResponse, UnderReview, WarningNeedsResponse};
    matches!(status, WarningNeedsResponse | NeedsResponse | UnderReview)
}
