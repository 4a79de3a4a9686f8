//! One object by its id, and what a thin event is about.

use super::client::Api;
use super::error::ApiError;
use super::form::segment;
use super::list::ListKind;
use crate::event::{Envelope, Thin};

/// Kinds of object a thin event may be about, and where they are.
const PATHS: [(&str, &str); 7] = [
    ("checkout.session", "/v1/checkout/sessions/"),
    ("payment_intent", "/v1/payment_intents/"),
    ("charge", "/v1/charges/"),
    ("refund", "/v1/refunds/"),
    ("dispute", "/v1/disputes/"),
    ("invoice", "/v1/invoices/"),
    ("subscription", "/v1/subscriptions/"),
];

/// An object as it was when Stripe was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// As Stripe sent it.
    pub json: String,
    /// Stripe's clock then, Unix seconds.
    pub date_s: Option<i64>,
}

/// Where the object of a thin event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Related {
    /// Its path, `/v1/charges/ch_…`.
    Path(String),
    /// The event does not say; Stripe's copy of the event may.
    Ask,
}

impl Related {
    /// From what the event says. A path of Stripe's own is used only if it leads to an object of version 1: the request
    /// carries our key.
    pub fn of(thin: &Thin<'_>) -> Self {
        let safe = |url: &str| {
            url.starts_with("/v1/")
                && !url.contains("..")
                && url.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
        };
        if let Some(url) = thin.related_url.as_deref().filter(|url| safe(url)) {
            return Self::Path(url.to_owned());
        }
        let (Some(kind), Some(id)) = (&thin.related_type, &thin.related_id) else { return Self::Ask };
        let known = PATHS.iter().find(|(word, _)| word == kind);
        known.map_or(Self::Ask, |(_, path)| Self::Path(format!("{path}{}", segment(id))))
    }
}

impl Api {
    /// An object of a kind that is listed.
    pub async fn object(&self, kind: ListKind, id: &str) -> Result<Fetched, ApiError> {
        let folder = match kind {
            ListKind::Events => "/v1/events/",
            ListKind::Sessions => "/v1/checkout/sessions/",
            ListKind::Intents => "/v1/payment_intents/",
            ListKind::Charges => "/v1/charges/",
            ListKind::Refunds => "/v1/refunds/",
            ListKind::Disputes => "/v1/disputes/",
        };
        self.fetch(&format!("{folder}{}", segment(id)), None).await
    }

    /// The object a thin event is about, of the account it happened in.
    pub async fn related(
        &self,
        event_id: &str,
        related: &Related,
        account: Option<&str>,
    ) -> Result<Fetched, ApiError> {
        if let Related::Path(path) = related {
            return self.fetch(path, account).await;
        }
        let event = self.get(format!("/v2/core/events/{}", segment(event_id)), account).await?;
        let envelope = Envelope::read(event.json.as_bytes()).ok();
        match envelope.and_then(|e| e.thin).map(|thin| Related::of(&thin)) {
            Some(Related::Path(path)) => self.fetch(&path, account).await,
            _ => Err(event.garbled("the event does not say which object it is about")),
        }
    }

    async fn fetch(&self, path: &str, account: Option<&str>) -> Result<Fetched, ApiError> {
        let success = self.get(path.to_owned(), account).await?;
        Ok(Fetched { json: success.json, date_s: success.date_s })
    }
}
