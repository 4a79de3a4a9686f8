//! What the client saw when they paid: the version frozen to the payment, and the price frozen to its checkout.

use super::super::head::Record;
use crate::markdown;
use ledger::Money;
use store::checkouts::StoredCheckout;
use store::contents::{Pages, StoredVersion};
use store::payments::StoredPayment;

/// A version as it was.
pub(super) struct Frozen {
    pub(super) number: i64,
    pub(super) href: String,
    pub(super) price: String,
    /// The price is not the version's own.
    pub(super) price_differs: bool,
    /// Title and safe HTML, made by [`markdown::render`].
    pub(super) pages: Vec<(&'static str, String)>,
}

/// The four pages by the names that clients see, rendered.
pub(in crate::pages) fn rendered(pages: &Pages) -> Vec<(&'static str, String)> {
    [
        ("Welcome", &pages.activation),
        ("Agreement", &pages.agreement),
        ("Payment", &pages.confirmation),
        ("What happens next", &pages.processing),
    ]
    .into_iter()
    .map(|(title, text)| (title, markdown::render(text)))
    .collect()
}

/// Of a payment; `versions` has its version, unless that is gone.
pub(super) fn of(
    record: &Record,
    payment: &StoredPayment,
    versions: &[StoredVersion],
    checkouts: &[StoredCheckout],
) -> Option<Frozen> {
    let id = payment.content_version_id.as_ref()?;
    let version = versions.iter().find(|version| version.id == *id)?;
    let price = price(record, payment, checkouts);
    Some(Frozen {
        number: version.number,
        href: format!("/contents/{}/versions/{}", version.content_id, version.id),
        price: price.to_string(),
        price_differs: price != version.price,
        pages: rendered(&version.pages),
    })
}

fn price(record: &Record, payment: &StoredPayment, checkouts: &[StoredCheckout]) -> Money {
    let sessions = &payment.facts.evidence.session_ids;
    let checkout = checkouts.iter().find(|checkout| sessions.contains(&checkout.session_id));
    checkout.map_or(record.journey.price, |checkout| checkout.price)
}
