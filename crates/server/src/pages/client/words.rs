//! Every standing in plain words: what happened, and what to do now.

use super::locale::Locale;
use super::standing::{Accepted, Standing};
use super::visit::Visit;
use ledger::Money;

/// Said at the top of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// `good`, `info`, `warn`, `bad` or `calm`: its colour, which says nothing that the words do not.
    pub(super) tone: &'static str,
    pub(super) heading: String,
    pub(super) text: String,
}

fn notice(tone: &'static str, heading: impl Into<String>, text: impl Into<String>) -> Notice {
    Notice { tone, heading: heading.into(), text: text.into() }
}

/// What to say of where the client stands; nothing while nothing happened.
pub(super) fn of(standing: Standing, visit: &Visit, locale: &Locale) -> Option<Notice> {
    match standing {
        Standing::Unpaid | Standing::Withdrawn => None,
        Standing::Elsewhere
        | Standing::Left
        | Standing::Expired
        | Standing::Canceled
        | Standing::Declined => Some(before(standing)),
        _ => Some(after(standing, visit, locale)),
    }
}

fn before(standing: Standing) -> Notice {
    match standing {
        Standing::Elsewhere => notice(
            "info",
            "A payment page is open already",
            "You opened it before, perhaps in another tab or on another device. Go on there or here: it is the same \
             payment, so you cannot pay twice.",
        ),
        Standing::Left => notice(
            "calm",
            "You left the payment page",
            "Nothing was charged. You can pay whenever you are ready.",
        ),
        Standing::Expired => notice(
            "calm",
            "The payment page has expired",
            "It stays open for a limited time only. Nothing was charged. Open a new one below.",
        ),
        Standing::Canceled => notice(
            "calm",
            "The payment was canceled",
            "No money was taken. If you still want to pay, open a new payment page below.",
        ),
        _ => notice(
            "bad",
            "The payment did not go through",
            "No money was taken. Please try again, with another card or another way to pay if you like. If it happens \
             again, your bank can tell you why.",
        ),
    }
}

fn after(standing: Standing, visit: &Visit, locale: &Locale) -> Notice {
    let judgement = &visit.journey.judgement;
    let money = |minor| locale.money(Money::new(minor, judgement.currency));
    let back = money(judgement.refunded_minor.saturating_add(judgement.lost_minor));
    let gross = money(judgement.gross_minor);
    match standing {
        Standing::Confirming => notice(
            "info",
            "Thank you – your payment is being confirmed",
            "That usually takes less than a minute. Please do not pay again.",
        ),
        Standing::OnItsWay => notice(
            "info",
            "Your payment is on its way",
            "Banks take up to a few working days to move the money. You have nothing more to do; this page will tell you \
             when it has arrived.",
        ),
        Standing::Paid if judgement.gross_minor == 0 => {
            notice("good", "All settled", "There was nothing to pay. Thank you.")
        }
        Standing::Paid => notice("good", format!("Paid {gross}"), arrived(judgement.paid_at_ms, locale)),
        Standing::PartlyRefunded => notice(
            "info",
            "Partly refunded",
            format!(
                "You paid {gross}, and {back} went back to you. It can take up to ten days until your bank shows it."
            ),
        ),
        Standing::Refunded => notice(
            "calm",
            "Refunded",
            format!(
                "{back} went back to the account you paid with. It can take up to ten days until your bank shows it. \
                 There is nothing left to pay."
            ),
        ),
        Standing::Disputed => notice(
            "warn",
            "This payment is being looked into",
            format!(
                "Your bank has been asked about {}. Until it has decided there is nothing to pay here.",
                money(judgement.at_risk_minor)
            ),
        ),
        _ => notice(
            "calm",
            "The payment went back to you",
            format!("Your bank returned {back} to you. There is nothing to pay here."),
        ),
    }
}

fn arrived(paid_at_ms: Option<i64>, locale: &Locale) -> String {
    match paid_at_ms {
        Some(at_ms) => format!("Thank you. Your payment arrived on {}.", locale.date(at_ms)),
        None => "Thank you. Your payment has arrived.".to_owned(),
    }
}

/// What to say above the agreement.
pub(super) fn of_agreement(visit: &Visit, locale: &Locale) -> Option<Notice> {
    let on = locale.date(visit.agreement.as_ref()?.at_ms);
    match visit.accepted() {
        Accepted::Nothing => None,
        Accepted::Current => {
            Some(notice("good", "You accepted this agreement", format!("That was on {on}.")))
        }
        Accepted::Earlier => Some(notice(
            "warn",
            "This agreement has changed",
            format!(
                "You accepted an earlier text on {on}. Please read this one and accept it before you pay."
            ),
        )),
    }
}

/// The form was sent for a text that has changed since.
pub(super) fn text_changed() -> Notice {
    notice(
        "warn",
        "This agreement has just changed",
        "It is not the text you had before you. Please read it again; nothing was accepted.",
    )
}

/// The form was sent for another price.
pub(super) fn price_changed() -> Notice {
    notice(
        "warn",
        "The price has just changed",
        "It is not the one you had before you. Nothing was charged. Please look at it again.",
    )
}

/// No payment page can be had until the seller does something.
pub(super) fn no_payment_at_all() -> Notice {
    notice(
        "warn",
        "Paying does not work at the moment",
        "Nothing was charged and nothing is lost. The cause is on our side. Please tell the person who sent you this link.",
    )
}

/// Stripe does not answer.
pub(super) fn no_payment_page() -> Notice {
    notice(
        "warn",
        "The payment page cannot be opened right now",
        "Nothing was charged and nothing is lost. Please try again in a minute.",
    )
}
