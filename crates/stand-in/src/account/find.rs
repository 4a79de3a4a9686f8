//! Looking things up: one object, a page of many, and objects inside objects.

use super::Account;
use crate::event::{Delivery, Event, Thing};
use crate::refused::Refused;
use crate::shape;
use crate::table::{Row, Table};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Stripe lists events of the last thirty days only.
pub(crate) const EVENTS_KEPT_S: i64 = 30 * 24 * 3600;

/// Fields that were changed behind everybody's back, by object: no event tells of them.
#[derive(Debug, Default)]
pub(crate) struct Altered(HashMap<String, Map<String, Value>>);

/// Kinds of object that can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    Intent,
    Charge,
    Refund,
    Dispute,
    Customer,
    Event,
}

/// Which page of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) starting_after: Option<String>,
    pub(crate) ending_before: Option<String>,
    /// Inclusive bounds of `created`, Unix seconds.
    pub(crate) created_s: Option<(i64, i64)>,
    /// Fields that must have a value, as text.
    pub(crate) having: Vec<(&'static str, String)>,
    /// `types[]` of events; empty: all. `charge.*` means all of a charge.
    pub(crate) types: Vec<String>,
    pub(crate) delivered: Option<bool>,
}

impl Account {
    /// Changes one field of what the API shows of an object, with no event: for tests of reconciliation.
    /// False when there is no such object.
    pub fn alter(&mut self, id: &str, field: &str, value: Value) -> bool {
        let known = self.thing(id).is_some();
        if known {
            self.altered.0.entry(id.to_owned()).or_default().insert(field.to_owned(), value);
        }
        known
    }

    /// An object as the API shows it, by its id. `None` when there is none.
    pub fn object(&self, id: &str) -> Option<Value> {
        if let Some(event) = self.tables.events.get(id) {
            return Some(shape::event(event, &self.shown));
        }
        self.thing(id).map(|thing| self.present(id, &thing))
    }

    fn present(&self, id: &str, thing: &Thing) -> Value {
        let mut shown = shape::thing(thing, &self.shown);
        for (field, value) in self.altered.0.get(id).into_iter().flatten() {
            shown[field.as_str()] = value.clone();
        }
        shown
    }

    fn thing(&self, id: &str) -> Option<Thing> {
        let tables = &self.tables;
        let intent = || tables.intents.get(id).map(|row| Thing::Intent(Arc::clone(row)));
        let charge = || tables.charges.get(id).map(|row| Thing::Charge(Arc::clone(row)));
        let refund = || tables.refunds.get(id).map(|row| Thing::Refund(Arc::clone(row)));
        let dispute = || tables.disputes.get(id).map(|row| Thing::Dispute(Arc::clone(row)));
        let customer = || tables.customers.get(id).map(|row| Thing::Customer(Arc::clone(row)));
        let session = tables.sessions.get(id).map(|row| Thing::Session(Arc::clone(row)));
        session.or_else(intent).or_else(charge).or_else(refund).or_else(dispute).or_else(customer)
    }

    /// A page, newest first, and whether there is more in its direction.
    pub(crate) fn page(&self, kind: Kind, page: &Page) -> Result<(Vec<Value>, bool), Refused> {
        let tables = &self.tables;
        macro_rules! page_of {
            ($table:ident, $thing:ident) => {
                select(&tables.$table, page, |row| {
                    let fits = page.having.iter().all(|(field, want)| row.text(field) == Some(want));
                    fits.then(|| self.present(row.id(), &Thing::$thing(Arc::clone(row))))
                })
            };
        }
        match kind {
            Kind::Session => page_of!(sessions, Session),
            Kind::Intent => page_of!(intents, Intent),
            Kind::Charge => page_of!(charges, Charge),
            Kind::Refund => page_of!(refunds, Refund),
            Kind::Dispute => page_of!(disputes, Dispute),
            Kind::Customer => page_of!(customers, Customer),
            Kind::Event => select(&tables.events, page, |event| self.listed(event, page)),
        }
    }

    fn listed(&self, event: &Event, page: &Page) -> Option<Value> {
        let wanted = |kind: &String| match kind.strip_suffix('*') {
            Some(start) => event.kind.starts_with(start),
            None => kind == event.kind,
        };
        let of_type = page.types.is_empty() || page.types.iter().any(wanted);
        let told = page.delivered.is_none_or(|delivered| delivered == (event.delivery == Delivery::Done));
        let kept = event.created_s > self.now_s() - EVENTS_KEPT_S;
        (of_type && told && kept).then(|| shape::event(event, &self.shown))
    }

    /// Replaces the id at `path` (`latest_charge`, `payment_intent.latest_charge`, `data.charge`) by its object.
    pub(crate) fn expand(&self, value: &mut Value, path: &str) -> Result<(), Refused> {
        let (field, rest) = path.split_once('.').map_or((path, None), |(field, rest)| (field, Some(rest)));
        let refused = || {
            let message = format!("This property cannot be expanded ({field}).");
            Refused::param("expand", None, message)
        };
        let inner = value.get_mut(field).ok_or_else(refused)?;
        if let Some(id) = inner.as_str() {
            *inner = self.object(id).ok_or_else(refused)?;
        }
        match (inner, rest) {
            (Value::Null, _) | (Value::Object(_), None) => Ok(()),
            (_, None) => Err(refused()),
            (Value::Array(items), Some(rest)) => {
                items.iter_mut().try_for_each(|item| self.expand(item, rest))
            }
            (inner, Some(rest)) => self.expand(inner, rest),
        }
    }
}

fn select<T: Row>(
    table: &Table<T>,
    page: &Page,
    show: impl Fn(&Arc<T>) -> Option<Value>,
) -> Result<(Vec<Value>, bool), Refused> {
    let position = |id: &Option<String>, param| match id {
        None => Ok(None),
        Some(id) => table.position(id).map(Some).ok_or_else(|| Refused::missing("object", id, param)),
    };
    let before = position(&page.starting_after, "starting_after")?;
    let after = position(&page.ending_before, "ending_before")?;
    let rows = table.rows();
    let (from_s, to_s) = page.created_s.unwrap_or((i64::MIN, i64::MAX));
    let first = rows.partition_point(|row| row.created_s() < from_s);
    let end = rows.partition_point(|row| row.created_s() <= to_s);
    let first = after.map_or(first, |at| first.max(at + 1));
    let end = before.map_or(end, |at| end.min(at));
    let mut shown = rows.get(first..end).unwrap_or(&[]).iter().filter_map(show);
    // One more than asked for tells whether there is more. Going back, the page ends next to where one was.
    let mut data: Vec<Value> = if after.is_some() {
        shown.by_ref().take(page.limit + 1).collect()
    } else {
        shown.by_ref().rev().take(page.limit + 1).collect()
    };
    let has_more = data.len() > page.limit;
    data.truncate(page.limit);
    if after.is_some() {
        data.reverse();
    }
    Ok((data, has_more))
}
