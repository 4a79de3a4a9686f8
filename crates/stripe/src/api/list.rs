//! Lists, page by page, newest first, with the JSON of each object as Stripe sent it.
//! <https://docs.stripe.com/api/pagination>

use super::client::Api;
use super::error::ApiError;
use super::form::Form;
use super::session::{self, Session};
use crate::lenient::{Flag, Raw, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Stripe's largest page.
pub const PAGE_ITEMS_MAX: usize = 100;

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "Stripe's own names")]
pub enum ListKind {
    Events,
    Sessions,
    Intents,
    Charges,
    Refunds,
    Disputes,
}

impl ListKind {
    /// `payment_intents`: the last part of its path, and our word for it in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Sessions => "checkout_sessions",
            Self::Intents => "payment_intents",
            Self::Charges => "charges",
            Self::Refunds => "refunds",
            Self::Disputes => "disputes",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Events, Self::Sessions, Self::Intents, Self::Charges, Self::Refunds, Self::Disputes]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Events => "/v1/events",
            Self::Sessions => "/v1/checkout/sessions",
            Self::Intents => "/v1/payment_intents",
            Self::Charges => "/v1/charges",
            Self::Refunds => "/v1/refunds",
            Self::Disputes => "/v1/disputes",
        }
    }
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The page after this id, that is of older objects.
    pub starting_after: Option<String>,
    /// The page before this id, that is of newer objects.
    pub ending_before: Option<String>,
    /// Not older than this, Unix seconds.
    pub created_gte_s: Option<i64>,
    /// Not newer than this, Unix seconds.
    pub created_lte_s: Option<i64>,
    /// At most [`PAGE_ITEMS_MAX`]; that many when absent.
    pub limit: Option<usize>,
    /// Of sessions: only those in this status.
    pub status: Option<&'static str>,
}

impl ListQuery {
    fn encode(&self) -> String {
        Form::new()
            .with("limit", self.limit.unwrap_or(PAGE_ITEMS_MAX).clamp(1, PAGE_ITEMS_MAX).to_string())
            .with_some("starting_after", self.starting_after.as_ref())
            .with_some("ending_before", self.ending_before.as_ref())
            .with_some("created[gte]", self.created_gte_s.map(|s| s.to_string()))
            .with_some("created[lte]", self.created_lte_s.map(|s| s.to_string()))
            .with_some("status", self.status)
            .encode()
    }
}

/// One object of a page.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its JSON, byte for byte.
    pub json: Box<RawValue>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Item>,
    /// There are more beyond the last one (beyond the first, when asked with `ending_before`).
    pub has_more: bool,
    /// Stripe's clock when it answered, Unix seconds.
    pub date_s: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    data: Raw<'a>,
    has_more: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identified<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

fn read(json: &str) -> Result<(Vec<Item>, bool), &'static str> {
    let wire: Wire = serde_json::from_str(json).map_err(|_| "it is no list")?;
    if wire.object.get() != Some("list") {
        return Err("it is no list");
    }
    let values: Vec<Box<RawValue>> =
        wire.data.json().and_then(|json| serde_json::from_str(json).ok()).ok_or("the list has no `data`")?;
    let items = values.into_iter().map(|json| {
        let id = serde_json::from_str::<Identified>(json.get()).ok().and_then(|object| object.id.id());
        id.map(|id| Item { id, json }).ok_or("an object of the list has no id")
    });
    let items = items.collect::<Result<Vec<Item>, _>>()?;
    // Asking for the page after the last of none would begin the list again, without end.
    let has_more = wire.has_more.is_true() && !items.is_empty();
    Ok((items, has_more))
}

impl Api {
    /// One page, at a pace that leaves Stripe's limits to others (`LISTS_PER_S`).
    pub async fn list(&self, kind: ListKind, query: &ListQuery) -> Result<Page, ApiError> {
        self.turn().await;
        // An intent's latest charge tells when its last attempt was.
        let expand = if kind == ListKind::Intents { "&expand%5B%5D=data.latest_charge" } else { "" };
        let path = format!("{}?{}{}", kind.path(), query.encode(), expand);
        let success = self.get(path, None).await?;
        let (items, has_more) = read(&success.json).map_err(|why| success.garbled(why))?;
        Ok(Page { items, has_more, date_s: success.date_s })
    }

    /// One page of sessions, read.
    pub async fn list_sessions(&self, query: &ListQuery) -> Result<(Vec<Session>, bool), ApiError> {
        let page = self.list(ListKind::Sessions, query).await?;
        let sessions = page.items.iter().filter_map(|item| session::read(item.json.get()));
        Ok((sessions.collect(), page.has_more))
    }
}
