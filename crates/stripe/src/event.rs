//! The envelope of a webhook event: the little that must be known before it is stored.
//!
//! This is on the hot path of every webhook, so it borrows from the body and leaves `data` unread. It must never
//! refuse an event for what is inside `data`: that is judged later, when it can be retried (SPEC H2, H10).
//!
//! Shapes: STRIPE.md section 3, <https://docs.stripe.com/api/events/object>,
//! <https://docs.stripe.com/api/v2/core/events/object> for thin ones.

use crate::lenient::{Flag, Inline, Raw, Reference, Text, is_id};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// `object` of a thin event.
const THIN: &str = "v2.core.event";
/// What a thin twin's type has in front of its snapshot event's type.
const THIN_PREFIX: &str = "v1.";
/// Longest text kept of a thin event's URL; they are paths such as `/v1/checkout/sessions/cs_…`.
const URL_BYTES_MAX: usize = 2048;

/// The types that are acted on, sorted (SPEC H3). All others are stored and ignored.
///
/// `invoice_payment.paid` is here although it is only a link: since 2025-03-31.basil neither invoice nor intent names
/// the other, and nothing else ties a subscription's invoice to its payment.
const HANDLED: [&str; 35] = [
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice_payment.paid",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "radar.early_fraud_warning.created",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

/// The type of a read: an object as Stripe answered when it was asked, wrapped like an event by [`wrap`](crate::wrap).
pub const READ: &str = "whypaid.read";

/// True for the types that are acted on, for reads, and for their thin twins (`v1.charge.succeeded`).
pub fn handled(event_type: &str) -> bool {
    let snapshot_type = event_type.strip_prefix(THIN_PREFIX).unwrap_or(event_type);
    HANDLED.binary_search(&snapshot_type).is_ok() || event_type == READ
}

/// Every type that is acted on, sorted; their thin twins are not named.
pub fn handled_types() -> impl Iterator<Item = &'static str> {
    HANDLED.into_iter()
}

/// True for ids of the dashboard's test sends, `evt_00000000000000`: the same for every send, so they identify
/// nothing (SPEC 9.17). Any number of zeros.
pub fn is_dashboard_test(id: &str) -> bool {
    id.strip_prefix("evt_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b == b'0'))
}

/// Why an event cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The body is not JSON.
    #[error("the body is not valid JSON: {0}")]
    Malformed(String),
    /// An essential field is absent or unusable.
    #[error("the event's `{field}` {fault}")]
    Invalid {
        /// The field at fault, as a path: `created`, `data.object`.
        field: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
}

impl ReadError {
    /// A word for programs, which never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// The field at fault, when it is one field.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(_) => None,
            Self::Invalid { field, .. } => Some(field),
        }
    }
}

/// What is needed to store an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// `evt_…`: printable ASCII, at most 255 bytes. Unique together with `account`; see [`is_dashboard_test`].
    pub id: Cow<'a, str>,
    /// Event type as sent: `charge.succeeded`, `v1.charge.succeeded`.
    pub event_type: Cow<'a, str>,
    /// When it happened, by Stripe's clock, Unix seconds.
    pub created_s: i64,
    /// Live or test money; test when not said.
    pub livemode: bool,
    /// Connected account, `acct_…`.
    pub account: Option<Cow<'a, str>>,
    /// Newer twin of `account`.
    pub context: Option<Cow<'a, str>>,
    /// API version the objects inside are written in.
    pub api_version: Option<Cow<'a, str>>,
    /// Present on thin events, whose object has to be fetched.
    pub thin: Option<Thin<'a>>,
}

/// What a thin event names in place of the object itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thin<'a> {
    /// Id of the object to fetch.
    pub related_id: Option<Cow<'a, str>>,
    /// Kind of object: `checkout.session`.
    pub related_type: Option<Cow<'a, str>>,
    /// Path to fetch it from: `/v1/checkout/sessions/cs_…`.
    pub related_url: Option<Cow<'a, str>>,
    /// Id of the snapshot event that tells the same thing.
    pub snapshot_event: Option<String>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of a snapshot or thin event.
    pub fn read(body: &'a [u8]) -> Result<Self, ReadError> {
        Ok(Opened::whole(body)?.envelope)
    }
}

fn essential<'a>(text: Text<'a>, field: &'static str) -> Result<Cow<'a, str>, ReadError> {
    let text = text.0.ok_or(ReadError::Invalid { field, fault: "is missing or not a string" })?;
    if is_id(&text) {
        Ok(text)
    } else {
        Err(ReadError::Invalid { field, fault: "must be 1 to 255 printable ASCII characters" })
    }
}

fn optional(text: Text<'_>) -> Option<Cow<'_, str>> {
    text.0.filter(|text| is_id(text))
}

/// An event's JSON, `data` split but unread.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(rename = "type")]
    event_type: Text<'a>,
    object: Text<'a>,
    created: Created,
    livemode: Flag,
    account: Text<'a>,
    context: Text<'a>,
    api_version: Text<'a>,
    data: Inline<Data<'a>>,
    told: Inline<Told<'a>>,
    related_object: Inline<Related<'a>>,
    snapshot_event: Reference<'a>,
}

/// `data` of a snapshot event.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Data<'a> {
    #[serde(borrow)]
    pub(crate) object: Raw<'a>,
    pub(crate) previous_attributes: Raw<'a>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Related<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    url: Text<'a>,
}

/// Of a read: the event that made us look.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Told<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) event_type: Text<'a>,
    pub(crate) created: crate::lenient::Int,
}

/// An event taken apart, its objects unread.
pub(crate) struct Opened<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) told: Told<'a>,
    pub(crate) data: Data<'a>,
}

impl<'a> Opened<'a> {
    /// Of any event, even one that holds no object.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, ReadError> {
        Wire::read(body)?.open()
    }

    /// Of one that holds or names its object.
    pub(crate) fn whole(body: &'a [u8]) -> Result<Self, ReadError> {
        let wire = Wire::read(body)?;
        if wire.data.0.object.object().is_none() && wire.thin().is_none() {
            let fault = "is missing, and so is `related_object`";
            return Err(ReadError::Invalid { field: "data.object", fault });
        }
        wire.open()
    }
}

impl<'a> Wire<'a> {
    fn read(body: &'a [u8]) -> Result<Self, ReadError> {
        // Text is checked as a whole, because it is stored as a whole.
        let text = std::str::from_utf8(body).map_err(|e| ReadError::Malformed(e.to_string()))?;
        // serde would read an array as a struct's fields in order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(ReadError::Malformed("an event is a JSON object".to_owned()));
        }
        serde_json::from_str(text).map_err(|e| ReadError::Malformed(e.to_string()))
    }

    fn open(self) -> Result<Opened<'a>, ReadError> {
        let thin = self.thin();
        let envelope = Envelope {
            created_s: self.created_s()?,
            id: essential(self.id, "id")?,
            event_type: essential(self.event_type, "type")?,
            livemode: self.livemode.is_true(),
            account: optional(self.account),
            context: optional(self.context),
            api_version: optional(self.api_version),
            thin,
        };
        Ok(Opened { envelope, told: self.told.0, data: self.data.0 })
    }

    fn created_s(&self) -> Result<i64, ReadError> {
        let fault = "is missing, or neither Unix seconds nor an RFC 3339 time";
        self.created.0.ok_or(ReadError::Invalid { field: "created", fault })
    }

    fn thin(&self) -> Option<Thin<'a>> {
        let related = &self.related_object.0;
        let names_its_object = related.id.get().is_some() && self.data.0.object.object().is_none();
        if self.object.get() != Some(THIN) && !names_its_object {
            return None;
        }
        Some(Thin {
            related_id: optional(related.id.clone()),
            related_type: optional(related.kind.clone()),
            related_url: related.url.0.clone().filter(|url| url.len() <= URL_BYTES_MAX),
            snapshot_event: self.snapshot_event.id(),
        })
    }
}

/// Unix seconds, or RFC 3339 with or without a fraction, as Unix seconds.
#[derive(Default)]
struct Created(Option<i64>);

impl<'de> Deserialize<'de> for Created {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let rfc_3339 = || raw.text()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second);
        Ok(Self(raw.int().or_else(rfc_3339)))
    }
}
