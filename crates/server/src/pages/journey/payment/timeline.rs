//! What happened to a journey's money, in Stripe's order of time, from the snapshots of its objects.

use super::stripe_link::StripeId;
use crate::pages::journeys::badge::failure;
use crate::pages::words::second;
use ledger::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, Refund, RefundStatus, Session, SessionStatus,
};
use ledger::{Currency, Money, Object, Snapshot, Told};
use store::snapshots::StoredSnapshot;

/// One thing that happened.
pub(super) struct Moment {
    at_ms: i64,
    /// `22 Nov 2026, 02:14:15 UTC`
    pub(super) at: String,
    /// Names the shape and the colour.
    pub(super) look: &'static str,
    pub(super) words: String,
    pub(super) object: StripeId,
}

/// Collects moments of one object.
struct Of<'a> {
    id: &'a str,
    livemode: bool,
    made_up: bool,
    moments: &'a mut Vec<Moment>,
}

impl Of<'_> {
    fn add(&mut self, seconds: i64, look: &'static str, words: impl Into<String>) {
        let at_ms = seconds.saturating_mul(1000);
        let object = StripeId::of(self.id, self.livemode, self.made_up);
        self.moments.push(Moment { at_ms, at: second(at_ms), look, words: words.into(), object });
    }

    fn told(&mut self, told: Option<&Told>, look: &'static str, words: impl Into<String>) {
        if let Some(told) = told {
            self.add(told.at_s, look, words);
        }
    }
}

/// Everything that the snapshots tell, oldest first.
pub(super) fn moments(snapshots: &[StoredSnapshot], made_up: bool) -> Vec<Moment> {
    let mut moments = Vec::new();
    let facts = || snapshots.iter().filter_map(|s| Some((s.id.as_str(), s.facts.as_ref()?)));
    let has_charge = |wanted: ChargeStatus| {
        facts().any(|(_, s)| matches!(&s.current().object, Object::Charge(c) if c.status == wanted))
    };
    let (paid, failed) = (has_charge(ChargeStatus::Succeeded), has_charge(ChargeStatus::Failed));
    for (id, snapshot) in facts() {
        let mut of = Of { id, livemode: snapshot.livemode, made_up, moments: &mut moments };
        match &snapshot.current().object {
            Object::Session(o) => session(&mut of, snapshot, o),
            Object::Intent(o) => intent(&mut of, snapshot, o, paid, failed),
            Object::Charge(o) => charge(&mut of, snapshot, o),
            Object::Refund(o) => refund(&mut of, snapshot, o),
            Object::Dispute(o) => dispute(&mut of, snapshot, o),
            Object::Warning(o) => {
                let kind = o.fraud_type.as_deref().map(|kind| format!(": {}", kind.replace('_', " ")));
                let words = format!("Fraud warning{}", kind.unwrap_or_default());
                of.add(snapshot.first.at_s, "fraud_warning", words);
            }
            Object::Invoice(_) | Object::Subscription(_) => {}
        }
    }
    moments.sort_by_key(|m| (m.at_ms, stage(m.look), m.object.id.clone()));
    moments
}

/// Stripe tells whole seconds: within one, things come in the order in which they can happen.
fn stage(look: &str) -> usize {
    let stages = ["pending", "failed", "processing", "paid", "refunded", "disputed"];
    stages.iter().position(|stage| *stage == look).unwrap_or(stages.len())
}

fn money(minor: Option<i64>, currency: Option<Currency>) -> String {
    minor
        .zip(currency)
        .map(|(minor, currency)| format!(" {}", Money::new(minor, currency)))
        .unwrap_or_default()
}

fn session(of: &mut Of<'_>, snapshot: &Snapshot, o: &Session) {
    let opened_s = o.created.unwrap_or(snapshot.first.at_s);
    of.add(opened_s, "pending", format!("Checkout opened{}", money(o.amount_total, o.currency)));
    of.told(snapshot.milestones.processing.as_ref(), "processing", "Checkout completed, money on its way");
    if o.status == SessionStatus::NothingToPay {
        of.told(snapshot.milestones.succeeded.as_ref(), "paid", "Completed with nothing to pay");
    }
    of.told(snapshot.milestones.expired.as_ref(), "ghosted", "Checkout expired");
}

/// What its charges tell better is left to them.
fn intent(of: &mut Of<'_>, snapshot: &Snapshot, o: &Intent, paid: bool, failed: bool) {
    let m = &snapshot.milestones;
    of.told(m.processing.as_ref(), "processing", "Payment on its way");
    of.told(
        m.authorised.as_ref(),
        "processing",
        format!("Authorised{}, not captured yet", money(o.amount, o.currency)),
    );
    if !failed {
        of.told(m.failed.as_ref(), "failed", attempt_failed(o.last_payment_error.as_deref()));
    }
    if !paid {
        of.told(m.succeeded.as_ref(), "paid", format!("Paid{}", money(o.amount_received, o.currency)));
    }
    of.told(m.canceled.as_ref(), "canceled", "Canceled");
}

fn attempt_failed(why: Option<&str>) -> String {
    why.map_or_else(|| "Attempt failed".to_owned(), |why| format!("Attempt failed: {}", failure(why)))
}

fn charge(of: &mut Of<'_>, snapshot: &Snapshot, o: &Charge) {
    let at_s = o.created.unwrap_or(snapshot.first.at_s);
    match o.status {
        ChargeStatus::Succeeded if o.captured => {
            of.add(at_s, "paid", format!("Paid{}", money(o.amount_captured.or(o.amount), o.currency)));
        }
        ChargeStatus::Failed => of.add(at_s, "failed", attempt_failed(o.failure.as_deref())),
        _ => {}
    }
}

fn refund(of: &mut Of<'_>, snapshot: &Snapshot, o: &Refund) {
    let at_s = o.created.unwrap_or(snapshot.first.at_s);
    let amount = money(o.amount, o.currency);
    let on_its_way = if o.status == RefundStatus::Pending { ", on its way" } else { "" };
    of.add(at_s, "refunded", format!("Refunded{amount}{on_its_way}"));
    let ended_s = snapshot.current().told.at_s;
    match o.status {
        RefundStatus::Failed => {
            of.add(ended_s, "failed", format!("Refund{amount} bounced: the money is back"));
        }
        RefundStatus::Canceled => of.add(ended_s, "canceled", format!("Refund{amount} canceled")),
        _ => {}
    }
}

fn dispute(of: &mut Of<'_>, snapshot: &Snapshot, o: &Dispute) {
    let at_s = o.created.unwrap_or(snapshot.first.at_s);
    let amount = money(o.amount, o.currency);
    let reason = o.reason.as_deref().map(|r| format!(": {}", r.replace('_', " "))).unwrap_or_default();
    let inquiry = matches!(
        o.status,
        DisputeStatus::WarningNeedsResponse
            | DisputeStatus::WarningUnderReview
            | DisputeStatus::WarningClosed
    );
    let what = if inquiry { "The bank asks about" } else { "Disputed" };
    of.add(at_s, "disputed", format!("{what}{amount}{reason}"));
    let ended_s = snapshot.current().told.at_s;
    match o.status {
        DisputeStatus::Won => of.add(ended_s, "paid", format!("Dispute won{amount}")),
        DisputeStatus::Lost => of.add(ended_s, "lost", format!("Dispute lost{amount}")),
        DisputeStatus::WarningClosed => of.add(ended_s, "paid", "The bank’s question is closed"),
        DisputeStatus::Prevented => of.add(ended_s, "refunded", "Dispute prevented by a refund"),
        _ => {}
    }
}
