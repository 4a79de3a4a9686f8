//! The list of one page: rows, what comes before and after them, and what to do when there are none.

use super::loaded::Loaded;
use super::query::Query;
use super::row::{self, Row};
use super::tiles::Counts;
use crate::api::journey_list::Place;
use crate::app::App;
use crate::pages::list::Pager;
use crate::pages::words::{day, number};
use askama::Template;
use store::journeys::JourneyLine;
use store::lists::{Key, Listed, Places, SCAN_ROWS, Sort};
use store::words;

/// Why there is nothing to show.
pub(super) enum Empty {
    /// Nothing in this mode.
    New {
        /// For the webhook’s address.
        public_url: String,
        /// `live` or `test`
        mode: &'static str,
        /// Journeys of the other mode, and where they are.
        other: Option<(String, String)>,
    },
    /// Nothing that fits.
    NothingFits {
        /// The list without filters.
        clear: String,
        /// What was looked for has nothing that a search looks at.
        wordless: bool,
    },
    /// Nothing that fits so far.
    NothingYet,
    /// The page after the last row.
    PastTheEnd {
        /// The first page.
        first: String,
    },
}

/// What stands under the filters.
#[derive(Template)]
#[template(path = "journeys/list.html")]
pub(super) struct List {
    /// In their order.
    pub(super) rows: Vec<Row>,
    /// The places of the rows.
    pub(super) keys: Vec<Key>,
    /// More follow.
    pub(super) more: bool,
    /// The column by which rows are sorted, and how: for `aria-sort`.
    sort: Sort,
    pager: Pager,
    /// A search that came not to the end says so.
    searched: Option<String>,
    empty: Empty,
}

impl List {
    /// The `aria-sort` of a column.
    fn sorted(&self, column: &str) -> &'static str {
        match (self.sort, column) {
            (Sort::Newest, "started") | (Sort::Price, "price") => "descending",
            (Sort::Oldest, "started") => "ascending",
            _ => "none",
        }
    }
}

impl List {
    /// The list that `query` asks for, of what was found and `loaded`.
    pub(super) fn of(app: &App, query: &Query, counts: &Counts, found: Places, loaded: &Loaded) -> Self {
        let Listed { lines, next, previous, searched_to_ms } = found.with(|id| loaded.line(id).cloned());
        let keys = lines.iter().map(|line| key(query, line)).collect();
        let searched = searched_to_ms.map(searched);
        let empty = why_empty(app, query, counts, searched.is_some());
        let rows = row::rows(app, loaded, lines);
        let pager = pager(query, previous.as_ref(), next.as_ref(), searched.is_some());
        Self { rows, keys, more: next.is_some(), sort: query.asked.sort, pager, searched, empty }
    }
}

/// The place of a row.
pub(super) fn key(query: &Query, line: &JourneyLine) -> Key {
    let j = &line.journey;
    let currency = j.price.currency.as_str().to_owned();
    query.asked.sort.key(&j.id, j.started_at_ms, j.changed_at_ms, currency, j.price.amount_minor)
}

/// Links to the pages around this one.
pub(super) fn pager(query: &Query, previous: Option<&Key>, next: Option<&Key>, gave_up: bool) -> Pager {
    Pager {
        first: (query.asked.from != Place::Start).then(|| query.first().href("/")),
        previous: previous.map(|key| query.before(key).href("/")),
        next: next.map(|key| query.after(key).href("/")),
        next_words: match query.asked.sort {
            _ if gave_up => "Go on searching",
            Sort::Newest => "Older",
            Sort::Oldest => "Newer",
            Sort::Changed | Sort::Price => "More",
        },
    }
}

fn searched(to_ms: i64) -> String {
    format!(
        "{} journeys were looked at, the last of them started on {}. There may be more that fit further on.",
        number(SCAN_ROWS),
        day(to_ms)
    )
}

fn why_empty(app: &App, query: &Query, counts: &Counts, gave_up: bool) -> Empty {
    let livemode = query.livemode();
    if counts.of(livemode).total() == 0 {
        let others = counts.of(!livemode).total();
        let href = query.unfiltered().in_mode(!livemode).href("/");
        let other = (others > 0).then(|| (number(others), href));
        let mode = if livemode { "live" } else { "test" };
        return Empty::New { public_url: app.config.public_url.clone(), mode, other };
    }
    if gave_up {
        return Empty::NothingYet;
    }
    if query.asked.from != Place::Start {
        return Empty::PastTheEnd { first: query.first().href("/") };
    }
    let wordless = query.filter().q.as_deref().is_some_and(|q| words::asked(q).is_empty());
    Empty::NothingFits { clear: query.unfiltered().href("/"), wordless }
}
