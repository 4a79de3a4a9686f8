//! Which journeys a list shows: one reading of the parameters, and one way to the rows, for the API and the pages alike.

use super::access::Viewer;
use super::journeys::{Journey, views};
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::ids::{IdKind, started_ms};
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use ledger::{Outcome, PaymentStatus};
use store::lists::{self, From, JourneyFilter, Key, Listed, Places, Sort};
use store::{Conn, journeys};

/// Characters of a cursor: a currency, a number and an id are shorter.
const CURSOR_CHARS_MAX: usize = 100;

/// What a list is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which journeys.
    pub filter: JourneyFilter,
    /// In which order.
    pub sort: Sort,
    /// From where on.
    pub from: Place,
    /// Rows of a page.
    pub limit: i64,
}

/// A place in the list as an address names it: a journey's id where that says it all, else its sort key with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first page.
    Start,
    /// `after=`
    After(String),
    /// `before=`
    Before(String),
}

/// Journeys. `q` takes words that begin words of the client's name, address or company. Where a walk through many that do not
/// fit is long, an answer has fewer items than `limit`, even none, and a `next` to go on with.
#[utoipa::path(get, path = "/api/v1/journeys", tag = "journeys",
    params(("outcome" = Option<String>, Query), ("payment_status" = Option<String>, Query),
        ("livemode" = Option<bool>, Query), ("q" = Option<String>, Query),
        ("content" = Option<String>, Query, description = "id of a content, whatever the version"),
        ("category" = Option<String>, Query, description = "of the journey's hypothesis"),
        ("segment" = Option<String>, Query, description = "key=value of the client's attributes"),
        ("from" = Option<String>, Query, description = "started on this day (UTC) or at this time, or later"),
        ("to" = Option<String>, Query, description = "started on this day (UTC) at the latest, or before this time"),
        ("sort" = Option<String>, Query, description = "newest (as when absent), oldest, changed, price"),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query),
        ("before" = Option<String>, Query, description = "the page that ends before this `next` of an earlier answer")),
    responses((status = 200, body = List<Journey>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, params: Params) -> Result<Json<List<Journey>>> {
    let asked = Asked::read(params)?;
    let mut conn = app.db.read().await?;
    let listed = asked.list(&mut conn).await?;
    let rows = listed.lines.into_iter().map(|line| line.journey).collect();
    let items = views(&app, &mut conn, rows).await?;
    Ok(Json(List { items, next: listed.next.map(|next| asked.cursor(&next)) }))
}

impl Asked {
    /// Reads all parameters; a 422 names every fault.
    pub fn read(mut params: Params) -> Result<Self> {
        let filter = filter(&mut params);
        let sort = params.word("sort", Sort::parse, "newest, oldest, changed, price").unwrap_or_default();
        let before = params.text("before");
        if before.as_deref().is_some_and(|before| !is_cursor(sort, before)) {
            params.fault("before", "must be the `next` of an earlier answer");
        }
        if before.is_some() && params.text("after").is_some() {
            params.fault("before", "cannot be sent together with `after`");
        }
        let page = params.page(|after| is_cursor(sort, after))?;
        let after = page.after.map_or(Place::Start, Place::After);
        Ok(Self { filter, sort, from: before.map_or(after, Place::Before), limit: page.limit })
    }

    /// Which rows, before they are loaded.
    pub async fn find(&self, conn: &mut Conn) -> store::Result<Places> {
        let from = self.place(conn).await?;
        lists::find(conn, &self.filter, self.sort, &from, self.limit).await
    }

    /// The rows.
    pub async fn list(&self, conn: &mut Conn) -> store::Result<Listed> {
        let from = self.place(conn).await?;
        lists::list(conn, &self.filter, self.sort, &from, self.limit).await
    }

    async fn place(&self, conn: &mut Conn) -> store::Result<From> {
        Ok(match &self.from {
            Place::Start => From::Start,
            Place::After(text) => From::After(self.key(conn, text).await?),
            Place::Before(text) => From::Before(self.key(conn, text).await?),
        })
    }

    /// Where `text` points to.
    pub async fn key(&self, conn: &mut Conn, text: &str) -> store::Result<Key> {
        if let Some(key) = self.sort.read(text) {
            return Ok(key);
        }
        let key = |id: &str, started, changed, currency: &str, amount| {
            self.sort.key(id, started, changed, currency.to_owned(), amount)
        };
        Ok(match journeys::get(conn, text).await? {
            Some(j) => {
                let price = j.price;
                key(&j.id, j.started_at_ms, j.changed_at_ms, price.currency.as_str(), price.amount_minor)
            }
            // It never was: from where it would be.
            None => key(text, started_ms(text), started_ms(text), "", 0),
        })
    }

    /// A key for an address.
    pub fn cursor(&self, key: &Key) -> String {
        match self.sort {
            // When it started never changes, so the id says it all.
            Sort::Newest | Sort::Oldest => key.id().to_owned(),
            Sort::Changed | Sort::Price => key.text(),
        }
    }
}

fn is_cursor(sort: Sort, text: &str) -> bool {
    let is_key = || sort.read(text).is_some_and(|key| IdKind::Journey.fits(key.id()));
    text.len() <= CURSOR_CHARS_MAX && (IdKind::Journey.fits(text) || is_key())
}

/// The filters of the list.
fn filter(params: &mut Params) -> JourneyFilter {
    let statuses = "none, processing, failed, canceled, paid, partially_refunded, refunded, disputed, lost";
    let outcomes = "pending, responded, paid, ghosted, refunded";
    JourneyFilter {
        outcome: params.word("outcome", Outcome::parse, outcomes).map(|o| o.as_str().to_owned()),
        payment_status: params
            .word("payment_status", PaymentStatus::parse, statuses)
            .map(|s| s.as_str().to_owned()),
        livemode: params.truth("livemode"),
        content_id: params.text("content"),
        category: params.text("category"),
        segment: segment(params),
        from_ms: moment(params, "from", false),
        before_ms: moment(params, "to", true),
        q: params.text("q"),
    }
}

fn segment(params: &mut Params) -> Option<(String, String)> {
    let text = params.text("segment")?;
    let pair = text.split_once('=').filter(|(key, _)| !key.trim().is_empty());
    if pair.is_none() {
        params.fault("segment", "must be an attribute and its value, as in country=DE");
    }
    pair.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
}

/// A day in UTC, or a time. `after_it` takes the first moment after a day.
fn moment(params: &mut Params, name: &str, after_it: bool) -> Option<i64> {
    let text = params.text(name)?;
    let day = || {
        let day: Date = text.parse().ok()?;
        let day = if after_it { day.checked_add(1.day()).ok()? } else { day };
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    // A text that is a day would also be read as its first moment, so days come first.
    let at = if text.contains('T') { text.parse::<Timestamp>().ok() } else { day() };
    if at.is_none() {
        params.fault(name, "must be a day such as 2026-11-22, or a time such as 2026-11-22T02:14:15Z");
    }
    at.map(Timestamp::as_millisecond)
}
