//! What happens to payments: money on its way, captured, refunded, disputed.

use crate::expect::Entry;
use crate::model::{Charge, Dispute, Refund, Stage};
use crate::sim::World;
use crate::steps::{Api, DisputeEnd, RefundEnd, What};
use ledger::object::{ChargeStatus, DisputeStatus, IntentStatus, RefundStatus, SessionStatus};

/// (payment, charge, refund or dispute)
type Part = (usize, usize, usize);

impl World {
    pub(crate) fn act_on_payment(&mut self, what: What) {
        match what {
            What::Fund => self.fund(),
            What::Settle { ok } => self.settle(ok),
            What::Lone { manual, ok } => self.lone(manual, ok),
            What::Capture { percent } => self.capture(percent),
            What::Void => self.end_authorisation(true),
            What::Lapse => self.end_authorisation(false),
            What::Cancel => self.cancel(),
            What::Refund { percent, pending } => self.refund(percent, pending),
            What::RefundEnds { how } => self.end_refund(how),
            What::Inquiry => self.dispute(100, true),
            What::Dispute { percent } => self.dispute(percent, false),
            What::DisputeMoves => self.move_dispute(),
            What::DisputeEnds { how } => self.end_dispute(how),
            What::Appeal => self.appeal(),
            What::Warn => self.warn(),
            What::Noise => self.noise(),
            _ => {}
        }
    }

    fn payments_that(&self, fit: impl Fn(usize) -> bool) -> Option<usize> {
        self.pick(&(0..self.payments.len()).filter(|&p| fit(p)).collect::<Vec<_>>())
    }

    /// A charge that holds money.
    fn captured(&self) -> Option<(usize, usize)> {
        let p = self.payments_that(|p| self.payments[p].captured_charge().is_some())?;
        Some((p, self.payments[p].captured_charge()?))
    }

    fn slow(&self, p: usize) -> bool {
        let payment = &self.payments[p];
        payment.stage == Stage::Processing && ["sepa_debit", "customer_balance"].contains(&payment.method)
    }

    fn fund(&mut self) {
        let transfer = |p: usize| self.slow(p) && self.payments[p].method == "customer_balance";
        if let Some(p) = self.payments_that(transfer) {
            self.payments[p].part_funded = true;
            self.tell_intent(p);
        }
    }

    fn settle(&mut self, ok: bool) {
        let Some(p) = self.payments_that(|p| self.slow(p)) else { return };
        let debit = self.payments[p].method == "sepa_debit";
        if ok {
            let c = if debit {
                self.payments[p].charges.len() - 1
            } else {
                self.add_charge(p, ChargeStatus::Succeeded)
            };
            self.take_money(p, c, self.payments[p].amount);
            self.tell_charge(p, c, None);
            self.tell_intent(p);
            self.settle_session(p, SessionStatus::Paid);
            return;
        }
        let mut news = Vec::new();
        if debit {
            let c = self.payments[p].charges.len() - 1;
            self.payments[p].charges[c].status = ChargeStatus::Failed;
            self.payments[p].charges[c].failure = Some("Insufficient funds.".to_owned());
            news.push(self.tell_charge(p, c, None));
        }
        self.payments[p].status = IntentStatus::RequiresPaymentMethod;
        self.payments[p].error = Some("Insufficient funds.".to_owned());
        self.payments[p].part_funded = false;
        news.push(self.tell_intent(p));
        news.extend(self.settle_session(p, SessionStatus::AsyncFailed));
        self.payments[p].stage = Stage::Failed;
        self.timeline.push(Entry::failed(p, &news));
    }

    fn lone(&mut self, manual: bool, ok: bool) {
        if self.payments.len() >= 6 {
            return;
        }
        let p = self.add_lone();
        let c = self.add_charge(p, if ok { ChargeStatus::Succeeded } else { ChargeStatus::Failed });
        if ok && !manual {
            let amount = self.payments[p].amount;
            self.take_money(p, c, amount);
        }
        let told = self.tell_charge(p, c, None);
        if !ok {
            self.payments[p].stage = Stage::Failed;
            self.timeline.push(Entry::failed(p, &[told]));
        } else if manual {
            self.payments[p].stage = Stage::Processing;
            self.timeline.push(Entry::on_its_way(p, told.at_s));
        }
    }

    /// A payment that is authorised, and its charge.
    fn authorised(&self) -> Option<(usize, usize)> {
        let authorised = |p: usize| {
            let payment = &self.payments[p];
            let held = |c: &Charge| c.status == ChargeStatus::Succeeded && c.captured.is_none();
            payment.stage == Stage::Processing && payment.charges.last().is_some_and(held)
        };
        let p = self.payments_that(authorised)?;
        Some((p, self.payments[p].charges.len() - 1))
    }

    fn capture(&mut self, percent: i64) {
        let Some((p, c)) = self.authorised() else { return };
        let captured = (self.payments[p].amount * percent / 100).max(1);
        self.take_money(p, c, captured);
        self.timeline.push(Entry::ended(p, self.now_s));
        // Where there is no intent and no `amount_captured`, only the capture's own event can tell.
        if self.stripe.capture_events || self.payments[p].intent_id.is_none() {
            self.tell_capture(p, c);
        }
        if self.payments[p].intent_id.is_some() {
            self.tell_intent(p);
        }
        if captured < self.payments[p].amount && self.odd() {
            let r = self.payments[p].charges[c].refunds.len() - 1;
            self.tell_refund(p, c, r, None);
        }
    }

    fn end_authorisation(&mut self, voided: bool) {
        let Some((p, c)) = self.authorised() else { return };
        if voided {
            self.payments[p].charges[c].released = self.payments[p].amount;
            self.release(p, c);
            self.tell_charge(p, c, Some(0));
            if self.odd() {
                self.tell_refund(p, c, 0, None);
            }
        } else {
            self.payments[p].charges[c].status = ChargeStatus::Expired;
            self.tell_charge(p, c, None);
        }
        self.end_unpaid(p);
    }

    fn end_unpaid(&mut self, p: usize) {
        self.timeline.push(Entry::ended(p, self.now_s));
        self.payments[p].stage = Stage::Canceled;
        if self.payments[p].intent_id.is_some() {
            self.payments[p].status = IntentStatus::Canceled;
            self.tell_intent(p);
        }
    }

    fn cancel(&mut self) {
        let stuck = |p: usize| {
            let payment = &self.payments[p];
            let complete = payment.session.is_some_and(|s| self.sessions[s].status != SessionStatus::Open);
            let waits = [IntentStatus::RequiresPaymentMethod, IntentStatus::RequiresAction];
            complete && waits.contains(&payment.status)
        };
        if let Some(p) = self.payments_that(stuck) {
            self.end_unpaid(p);
        }
    }

    fn refund(&mut self, percent: i64, pending: bool) {
        let Some((p, c)) = self.captured() else { return };
        let charge = &self.payments[p].charges[c];
        let left = charge.captured.unwrap_or(0)
            - charge.refunded()
            - charge.disputed(|d| d.status == DisputeStatus::Lost)
            - charge.disputed(Dispute::is_open);
        let amount = (left * percent / 100).max(1);
        // Within the second of its capture, nobody can tell a refund of the same amount from the released rest.
        if left <= 0 || (self.now_s <= charge.captured_s && amount == charge.released) {
            return;
        }
        let was = charge.amount_refunded();
        let r = charge.refunds.len();
        let id = self.id("re");
        let status = if pending { RefundStatus::Pending } else { RefundStatus::Succeeded };
        let refund = Refund { id, amount, status, created_s: self.now_s, release: false };
        self.payments[p].charges[c].refunds.push(refund);
        if self.stripe.api >= Api::Latest2022 {
            self.tell_refund(p, c, r, None);
        }
        self.tell_charge(p, c, Some(was));
    }

    fn end_refund(&mut self, how: RefundEnd) {
        let fits = |refund: &Refund| match how {
            RefundEnd::Fails => refund.counts(),
            RefundEnd::Succeeds | RefundEnd::Canceled => refund.status == RefundStatus::Pending,
        };
        // A failure of which nothing is told cannot be known.
        if how != RefundEnd::Succeeds && !self.tells_refunds() {
            return;
        }
        let Some((p, c, r)) = self.parts(|charge| indexes(&charge.refunds, fits)) else { return };
        let charge = &mut self.payments[p].charges[c];
        let shown = charge.amount_refunded();
        let was = charge.refunds[r].status;
        charge.refunds[r].status = match how {
            RefundEnd::Succeeds => RefundStatus::Succeeded,
            RefundEnd::Fails => RefundStatus::Failed,
            RefundEnd::Canceled => RefundStatus::Canceled,
        };
        self.tell_refund(p, c, r, Some(was));
        if how != RefundEnd::Succeeds && self.odd() {
            self.tell_charge(p, c, Some(shown));
        }
    }

    fn parts(&self, of: impl Fn(&Charge) -> Vec<usize>) -> Option<Part> {
        let mut all = Vec::new();
        for (p, payment) in self.payments.iter().enumerate() {
            for (c, charge) in payment.charges.iter().enumerate() {
                all.extend(of(charge).into_iter().map(|i| (p, c, i)));
            }
        }
        self.pick(&all)
    }

    fn disputes(&self, fit: impl Fn(&Dispute) -> bool) -> Option<Part> {
        self.parts(|charge| indexes(&charge.disputes, &fit))
    }

    /// Opens a dispute or an inquiry, or turns an inquiry into a dispute.
    fn dispute(&mut self, percent: i64, inquiry: bool) {
        let Some((p, c)) = self.captured() else { return };
        let charge = &self.payments[p].charges[c];
        let captured = charge.captured.unwrap_or(0);
        if let Some(d) = charge.disputes.iter().position(Dispute::is_inquiry) {
            if !inquiry {
                self.set_dispute((p, c, d), DisputeStatus::NeedsResponse);
                self.tell_dispute(p, c, d, None);
            }
            return;
        }
        // The bank may dispute what was refunded already, but not twice the same.
        let taken = charge.disputed(|d| d.is_open() || d.status == DisputeStatus::Lost);
        if taken > 0 {
            return;
        }
        let d = charge.disputes.len();
        let id = self.id("du");
        let status = if inquiry { DisputeStatus::WarningNeedsResponse } else { DisputeStatus::NeedsResponse };
        let amount = (captured * percent / 100).max(1);
        self.payments[p].charges[c].disputes.push(Dispute { id, amount, status, created_s: self.now_s });
        self.tell_dispute(p, c, d, None);
        if !inquiry {
            self.tell_dispute(p, c, d, None);
        }
    }

    fn set_dispute(&mut self, (p, c, d): Part, status: DisputeStatus) {
        let dispute = &mut self.payments[p].charges[c].disputes[d];
        let was = std::mem::replace(&mut dispute.status, status);
        self.tell_dispute(p, c, d, Some(was));
    }

    fn move_dispute(&mut self) {
        let next = |status: DisputeStatus| match status {
            DisputeStatus::WarningNeedsResponse => Some(DisputeStatus::WarningUnderReview),
            DisputeStatus::NeedsResponse => Some(DisputeStatus::UnderReview),
            DisputeStatus::AppealNeedsResponse => Some(DisputeStatus::AppealUnderReview),
            _ => None,
        };
        if let Some(part) = self.disputes(|d| next(d.status).is_some()) {
            let (p, c, d) = part;
            let moved = next(self.payments[p].charges[c].disputes[d].status);
            if let Some(status) = moved {
                self.set_dispute(part, status);
            }
        }
    }

    fn end_dispute(&mut self, how: DisputeEnd) {
        let Some(part) = self.disputes(|d| d.is_open() || d.is_inquiry()) else { return };
        let (p, c, d) = part;
        let status = match how {
            _ if self.payments[p].charges[c].disputes[d].is_inquiry() => DisputeStatus::WarningClosed,
            DisputeEnd::Won => DisputeStatus::Won,
            DisputeEnd::Lost => DisputeStatus::Lost,
            DisputeEnd::Prevented => DisputeStatus::Prevented,
        };
        self.set_dispute(part, status);
        if status == DisputeStatus::Won {
            self.tell_dispute(p, c, d, None);
        }
    }

    fn appeal(&mut self) {
        if let Some(part) = self.disputes(|d| d.status == DisputeStatus::Lost) {
            self.set_dispute(part, DisputeStatus::AppealNeedsResponse);
        }
    }

    fn warn(&mut self) {
        if let Some((p, c)) = self.captured() {
            self.payments[p].warned = true;
            self.tell_warning(p, c);
        }
    }

    fn noise(&mut self) {
        if let Some((p, c)) = self.captured() {
            self.tell_charge(p, c, None);
        }
    }
}

fn indexes<T>(of: &[T], fit: impl Fn(&T) -> bool) -> Vec<usize> {
    of.iter().enumerate().filter(|(_, one)| fit(one)).map(|(i, _)| i).collect()
}
