//! Badges: a word, and a shape and colour for those who can use them. Never a colour alone.

use crate::pages::words::When;
use ledger::journey::Flag;
use ledger::{Judgement, Money, Outcome, Override, Payment, PaymentStatus};

/// Payment methods whose Stripe name is not what people call them. Others are shown as Stripe spells them, with spaces.
const METHODS: &[(&str, &str)] = &[
    ("acss_debit", "Canadian bank debit"),
    ("au_becs_debit", "BECS debit"),
    ("bacs_debit", "Bacs debit"),
    ("customer_balance", "bank transfer"),
    ("ideal", "iDEAL"),
    ("oxxo", "OXXO"),
    ("p24", "Przelewy24"),
    ("paypal", "PayPal"),
    ("sepa_debit", "SEPA debit"),
    ("us_bank_account", "bank debit"),
    ("wechat_pay", "WeChat Pay"),
];

/// A word with its look.
pub(in crate::pages) struct Badge {
    /// Names the shape and the colour in `layout.html` and `whypaid.css`.
    pub(in crate::pages) look: &'static str,
    /// What it says.
    pub(in crate::pages) words: String,
}

impl Badge {
    /// Of an outcome.
    pub(in crate::pages) fn outcome(outcome: Outcome) -> Self {
        Self { look: outcome.as_str(), words: outcome_words(outcome).to_owned() }
    }
}

/// An outcome in a word.
pub(in crate::pages) const fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "Pending",
        Outcome::Responded => "Responded",
        Outcome::Paid => "Paid",
        Outcome::Ghosted => "Ghosted",
        Outcome::Refunded => "Refunded",
    }
}

/// A payment status in words.
pub(in crate::pages) const fn status_words(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::None => "No payment yet",
        PaymentStatus::Processing => "Processing",
        PaymentStatus::Failed => "Failed",
        PaymentStatus::Canceled => "Canceled",
        PaymentStatus::Paid => "Paid",
        PaymentStatus::PartiallyRefunded => "Partly refunded",
        PaymentStatus::Refunded => "Refunded",
        PaymentStatus::Disputed => "Disputed",
        PaymentStatus::Lost => "Dispute lost",
    }
}

/// `Paid $500.00 · card · 3 min ago`
pub(in crate::pages) struct PaymentBadge {
    /// The word, with its look.
    pub(in crate::pages) badge: Badge,
    /// What came in or went out, if money did.
    pub(in crate::pages) amount: Option<String>,
    /// What is left of it, or why there is none.
    pub(in crate::pages) remark: Option<String>,
    /// Card, bank debit…
    pub(in crate::pages) method: Option<String>,
    /// When it became so.
    pub(in crate::pages) at: Option<When>,
}

impl PaymentBadge {
    /// What `judgement` says of the money; `payment` is the one it names.
    pub(in crate::pages) fn of(
        judgement: &Judgement,
        payment: Option<&Payment>,
        now_ms: i64,
    ) -> Option<Self> {
        let status = judgement.payment_status;
        if status == PaymentStatus::None {
            return None;
        }
        let (amount, remark) = amount(judgement, payment);
        Some(Self {
            badge: Badge { look: status.as_str(), words: status_words(status).to_owned() },
            amount,
            remark,
            method: payment.and_then(|p| p.method.as_deref()).map(method),
            at: at_ms(judgement, payment).map(|at| When::ago(at, now_ms)),
        })
    }

    /// `Paid $500.00`
    pub(in crate::pages) fn said(&self) -> String {
        match &self.amount {
            Some(amount) => format!("{} {amount}", self.badge.words),
            None => self.badge.words.clone(),
        }
    }
}

fn amount(judgement: &Judgement, payment: Option<&Payment>) -> (Option<String>, Option<String>) {
    let money = |minor| Money::new(minor, judgement.currency).to_string();
    let back = judgement.refunded_minor.saturating_add(judgement.lost_minor);
    match judgement.payment_status {
        PaymentStatus::Paid if judgement.gross_minor == 0 => (None, Some("nothing to pay".to_owned())),
        PaymentStatus::Paid => (Some(money(judgement.net_minor)), None),
        PaymentStatus::PartiallyRefunded => {
            (Some(money(back)), Some(format!("{} kept", money(judgement.net_minor))))
        }
        PaymentStatus::Refunded => (Some(money(back)), None),
        PaymentStatus::Disputed => {
            (Some(money(judgement.at_risk_minor)), (back > 0).then(|| format!("{} gone", money(back))))
        }
        PaymentStatus::Lost => (Some(money(judgement.lost_minor)), None),
        PaymentStatus::Failed => (None, payment.and_then(|p| p.failure.as_deref()).map(failure)),
        PaymentStatus::None | PaymentStatus::Processing | PaymentStatus::Canceled => (None, None),
    }
}

/// Paid since the money came; everything else since Stripe told.
fn at_ms(judgement: &Judgement, payment: Option<&Payment>) -> Option<i64> {
    let told = |p: &Payment| p.told.as_ref().map(ledger::Told::at_ms);
    match judgement.payment_status {
        PaymentStatus::Paid => judgement.paid_at_ms,
        _ => payment.and_then(told),
    }
}

/// Stripe's message is a sentence, or a code where it sent no message. Either becomes part of a line.
pub(in crate::pages) fn failure(stripe: &str) -> String {
    let words = stripe.trim_end_matches('.');
    if words.contains(' ') { words.to_owned() } else { words.replace('_', " ") }
}

/// A payment method as people call it.
pub(in crate::pages) fn method(stripe: &str) -> String {
    let known = METHODS.iter().find(|(name, _)| *name == stripe);
    known.map_or_else(|| stripe.replace('_', " "), |(_, words)| (*words).to_owned())
}

/// What a person should look at, in words.
pub(in crate::pages) fn flags(judgement: &Judgement, pinned: Option<&Override>) -> Vec<Badge> {
    judgement.flags.iter().map(|flag| self::flag(*flag, judgement, pinned)).collect()
}

fn flag(flag: Flag, judgement: &Judgement, pinned: Option<&Override>) -> Badge {
    let (look, words) = match flag {
        Flag::AtRisk => ("at_risk", "At risk: a dispute is open".to_owned()),
        Flag::DoublePayment => ("double_payment", "Paid more than once".to_owned()),
        Flag::EarlyFraudWarning => ("fraud_warning", "Fraud warning".to_owned()),
        Flag::AmountMismatch => ("amount_mismatch", "Amount differs from the price".to_owned()),
        Flag::OverrideConflict => ("override_conflict", conflict(judgement, pinned)),
    };
    Badge { look, words }
}

fn conflict(judgement: &Judgement, pinned: Option<&Override>) -> String {
    let pin = pinned.map_or(judgement.outcome, |pin| pin.outcome);
    format!("Stripe says {}, pinned to {pin}", judgement.derived_outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_called_what_people_call_them() {
        assert_eq!(method("card"), "card");
        assert_eq!(method("sepa_debit"), "SEPA debit");
        assert_eq!(method("nz_bank_account"), "nz bank account");
    }
}
