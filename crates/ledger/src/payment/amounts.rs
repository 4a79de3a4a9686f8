//! The amounts of one payment: captured, refunded, in dispute and lost. STRIPE.md section 7.3, SPEC 9.4.
//!
//! Must never count twice what two objects tell, nor take an uncaptured rest that Stripe released for a refund.

use super::Parts;
use crate::money::Currency;
use crate::object::{
    Charge, ChargeStatus, DisputeStatus, Intent, IntentStatus, ObjectId, Refund, RefundStatus, Session,
    SessionStatus,
};
use crate::snapshot::{Snapshot, Told, earliest};

/// What was captured: the intent or its charges tell; a session only until they do.
pub(super) struct Captured<'a> {
    pub(super) gross_minor: i64,
    pub(super) currency: Option<Currency>,
    /// The first event that told of success.
    pub(super) told: Option<Told>,
    charges: Vec<Taken<'a>>,
}

/// One charge and what was captured of it.
struct Taken<'a> {
    id: &'a ObjectId,
    snapshot: &'a Snapshot,
    charge: &'a Charge,
    captured_minor: i64,
}

impl<'a> Captured<'a> {
    pub(super) fn of(parts: &Parts<'a>) -> Self {
        let sessions = parts.paying_sessions().map(|(s, _)| s);
        let charges = parts.charges.iter().map(|&(_, s, _)| s);
        let intents = parts.intents.iter().map(|&(s, _)| s);
        let told = intents
            .chain(charges)
            .chain(sessions)
            .map(|s| s.milestones.succeeded.clone())
            .fold(None, earliest);
        let taken = |&(id, snapshot, charge): &(&'a ObjectId, &'a Snapshot, &'a Charge)| Taken {
            id,
            snapshot,
            charge,
            captured_minor: charge_captured(id, snapshot, charge, parts),
        };
        let charges: Vec<Taken<'a>> = parts.charges.iter().map(taken).collect();
        let by_charges: i64 = charges.iter().map(|t| t.captured_minor).sum();
        let by_intents: i64 = parts.intents.iter().map(|(_, i)| intent_received(i)).sum();
        let gross_minor = match by_charges.max(by_intents) {
            0 => parts.paying_sessions().filter_map(|(_, o)| session_total(o)).max().unwrap_or(0),
            gross => gross,
        };
        Self { gross_minor, currency: currency(parts), told, charges }
    }

    /// Refund objects tell, and for what none is known of, the charge's own cumulative figure. Where nothing was
    /// captured there is nothing to refund: what Stripe shows then is an authorisation that was voided.
    pub(super) fn refunded_minor(&self, parts: &Parts<'_>) -> i64 {
        if self.told.is_none() {
            return 0;
        }
        let releases: Vec<&ObjectId> = self.charges.iter().flat_map(|t| self.releases(t, parts)).collect();
        let real = || parts.refunds.iter().filter(|(id, _, _)| !releases.contains(id)).map(|&(_, _, r)| r);
        let live = real().filter(|r| matches!(r.status, RefundStatus::Succeeded | RefundStatus::Pending));
        let told: i64 = live.filter_map(|r| r.amount).sum();
        // One that failed may or may not still be in the charge's figure, so every known one is taken off.
        let known = |t: &Taken<'_>| real().filter(|r| self.is_of(r, t)).filter_map(|r| r.amount).sum::<i64>();
        let untold = self.charges.iter().map(|t| t.refunded_minor().saturating_sub(known(t)).max(0));
        told.saturating_add(untold.sum())
    }

    /// When the first of what counts as gone back did, Unix seconds. A refund known from its charge alone is dated by the
    /// charge's news.
    pub(super) fn first_return_s(&self, parts: &Parts<'_>) -> Option<i64> {
        self.told.as_ref()?;
        let releases: Vec<&ObjectId> = self.charges.iter().flat_map(|t| self.releases(t, parts)).collect();
        let real = parts.refunds.iter().filter(|(id, _, _)| !releases.contains(id));
        let told =
            real.filter(|(_, _, r)| matches!(r.status, RefundStatus::Succeeded | RefundStatus::Pending));
        let told = told.map(|(_, s, r)| r.created.unwrap_or(s.current().told.at_s)).min();
        let shown = || self.charges.iter().filter(|t| t.refunded_minor() > 0);
        let refunded = match told {
            None if self.refunded_minor(parts) > 0 => shown().map(|t| t.snapshot.current().told.at_s).min(),
            told => told,
        };
        let lost = parts.disputes.iter().filter(|(_, d)| d.status == DisputeStatus::Lost);
        refunded.into_iter().chain(lost.map(|(s, _)| s.current().told.at_s)).min()
    }

    /// A refund that does not name its charge is the only captured one's.
    fn is_of(&self, refund: &Refund, taken: &Taken<'_>) -> bool {
        match &refund.charge {
            Some(charge) => charge == taken.id,
            None => {
                taken.captured_minor > 0 && self.charges.iter().filter(|t| t.captured_minor > 0).count() == 1
            }
        }
    }

    /// The refund objects of a charge that are none: all, of one that was not captured; of one captured in part, that
    /// of the rest, made at the capture, before any real refund could be.
    fn releases<'r>(&self, taken: &Taken<'_>, parts: &Parts<'r>) -> Vec<&'r ObjectId> {
        let of_charge = parts.refunds.iter().filter(|(_, _, r)| self.is_of(r, taken));
        if taken.captured_minor == 0 {
            return of_charge.map(|&(id, _, _)| id).collect();
        }
        let rest = taken.rest_minor();
        if rest == 0 || taken.snapshot.milestones.released_minor == Some(0) {
            return Vec::new();
        }
        let by_intent = parts.intents.iter().filter_map(|(s, _)| s.milestones.succeeded.clone()).min();
        let captured = earliest(taken.snapshot.milestones.succeeded.clone(), by_intent);
        let is_rest = |r: &Refund| {
            r.amount == Some(rest)
                && captured.as_ref().zip(r.created).is_some_and(|(told, at)| at <= told.at_s)
        };
        let first = of_charge.filter(|(_, _, r)| is_rest(r)).min_by_key(|(id, _, r)| (r.created, *id));
        first.map(|&(id, _, _)| id).into_iter().collect()
    }
}

impl Taken<'_> {
    fn rest_minor(&self) -> i64 {
        self.charge.amount.unwrap_or(0).saturating_sub(self.captured_minor)
    }

    /// What the charge itself shows as refunded, without the released rest.
    fn refunded_minor(&self) -> i64 {
        let shown = self.charge.amount_refunded.unwrap_or(0);
        let full_without_rest = self.charge.refunded && shown == self.captured_minor;
        let released = match self.snapshot.milestones.released_minor {
            Some(released) => released,
            // No event told of the capture itself: Stripe counts the rest as refunded from the capture on.
            None if shown >= self.rest_minor() && !full_without_rest => self.rest_minor(),
            None => 0,
        };
        shown.saturating_sub(released).clamp(0, self.captured_minor)
    }
}

fn currency(parts: &Parts<'_>) -> Option<Currency> {
    let charges = parts.charges.iter().filter_map(|(_, _, o)| o.currency);
    let intents = parts.intents.iter().filter_map(|(_, o)| o.currency);
    let sessions = parts.sessions.iter().filter_map(|(_, _, o)| o.currency);
    charges.chain(intents).chain(sessions).next().or(parts.invoice_currency)
}

fn charge_captured(id: &ObjectId, snapshot: &Snapshot, charge: &Charge, parts: &Parts<'_>) -> i64 {
    if charge.status != ChargeStatus::Succeeded {
        return 0;
    }
    let amount = charge.amount.unwrap_or(0);
    let received = intent_of(id, parts).map_or(0, intent_received);
    if !charge.captured {
        // Not told since its capture; the intent was.
        return received;
    }
    // Before about 2020 a charge does not say how much was captured; the capture's own event or the intent does.
    let said = charge.amount_captured.filter(|&a| a > 0).max(snapshot.milestones.captured_minor);
    said.unwrap_or(if received > 0 { received.min(amount) } else { amount })
}

/// The intent whose money this successful charge is: it names the charge, or the charge is the only one.
fn intent_of<'a>(id: &ObjectId, parts: &Parts<'a>) -> Option<&'a Intent> {
    let &[(_, intent)] = parts.intents.as_slice() else { return None };
    let successful = |(_, _, c): &&(&ObjectId, &Snapshot, &Charge)| c.status == ChargeStatus::Succeeded;
    let only = || parts.charges.iter().filter(successful).count() == 1;
    intent.latest_charge.as_ref().map_or_else(only, |latest| latest == id).then_some(intent)
}

fn intent_received(intent: &Intent) -> i64 {
    match intent.status {
        IntentStatus::Succeeded => intent.amount_received.filter(|&a| a > 0).or(intent.amount).unwrap_or(0),
        _ => 0,
    }
}

fn session_total(session: &Session) -> Option<i64> {
    (session.status == SessionStatus::Paid).then_some(session.amount_total).flatten()
}

#[derive(Default)]
pub(super) struct Disputed {
    pub(super) open: bool,
    pub(super) lost_minor: i64,
    pub(super) at_risk_minor: i64,
}

impl Disputed {
    /// `left_minor`: captured minus refunded. A dispute in the bank's currency cannot be compared, so it takes all
    /// that is left.
    pub(super) fn of(parts: &Parts<'_>, left_minor: i64, currency: Option<Currency>) -> Self {
        let mut disputed = Self::default();
        let (mut all_lost, mut all_at_risk) = (false, false);
        for (_, dispute) in &parts.disputes {
            let comparable = dispute.currency.is_none() || currency.is_none() || dispute.currency == currency;
            let amount = dispute.amount.filter(|_| comparable);
            if is_open(dispute.status) {
                disputed.open = true;
                disputed.at_risk_minor += amount.unwrap_or(0);
                all_at_risk |= amount.is_none();
            } else if dispute.status == DisputeStatus::Lost {
                disputed.lost_minor += amount.unwrap_or(0);
                all_lost |= amount.is_none();
            }
        }
        if all_lost {
            disputed.lost_minor = disputed.lost_minor.max(left_minor);
        }
        if all_at_risk {
            disputed.at_risk_minor = disputed.at_risk_minor.max(left_minor - disputed.lost_minor);
        }
        disputed
    }
}

/// A chargeback that is not decided; not a mere inquiry.
pub(super) fn is_open(status: DisputeStatus) -> bool {
    matches!(
        status,
        DisputeStatus::NeedsResponse
            | DisputeStatus::UnderReview
            | DisputeStatus::AppealNeedsResponse
            | DisputeStatus::AppealUnderReview
    )
}
