//! Who an object says it belongs to: our keys in its metadata, its customer, an e-mail address.
//!
//! Must never decide which journey that is; the ledger's matching does.

use super::wire::{Metadata, Wire};
use super::{EMAIL_CHARS_MAX, TAG_CHARS_MAX};
use crate::lenient::Text;
use ledger::object::Tags;

/// An invoice is tagged by its subscription where it is not itself.
pub(super) fn of(wire: &Wire) -> Tags {
    let metadata = [
        &wire.metadata.0,
        &wire.subscription_details.0.metadata.0,
        &wire.parent.0.subscription_details.0.metadata.0,
    ];
    let emails = [
        &wire.customer_details.0.email,
        &wire.customer_email,
        &wire.billing_details.0.email,
        &wire.receipt_email,
    ];
    let tag = |spellings: [for<'w, 'a> fn(&'w Metadata<'a>) -> &'w Text<'a>; 2]| {
        metadata.iter().flat_map(|m| spellings.map(|of| of(m))).find_map(|text| text.keep(TAG_CHARS_MAX))
    };
    Tags {
        journey_id: tag([|m| &m.journeyId, |m| &m.journey_id]),
        client_id: tag([|m| &m.clientId, |m| &m.client_id]),
        content_version_id: tag([|m| &m.contentVersionId, |m| &m.content_version_id]),
        hypothesis_id: tag([|m| &m.hypothesisId, |m| &m.hypothesis_id]),
        customer: wire.customer.id(),
        email: emails.iter().find_map(|text| text.keep(EMAIL_CHARS_MAX)),
    }
}
