//! The list of one page: rows, what comes after them, and what to do when there are none.

use super::query::Query;
use super::row::{self, Row};
use super::tiles::{self, Counts};
use crate::app::App;
use crate::pages::list::Pager;
use askama::Template;
use store::journeys::{self, JourneyLine};
use store::{Conn, Result};

/// Why there is nothing to show.
pub(super) enum Empty {
    /// Nothing in this mode.
    New {
        /// For the example calls.
        public_url: String,
        /// `live` or `test`
        mode: &'static str,
        /// Journeys of the other mode, and where they are.
        other: Option<(i64, String)>,
    },
    /// Nothing that fits.
    NothingFits {
        /// The list without filters.
        clear: String,
    },
    /// The page after the last row.
    PastTheEnd {
        /// The first page.
        first: String,
    },
}

/// Links to the other pages; `last` is the id of the last row when more follow.
pub(super) fn pager(query: &Query, last: Option<&str>) -> Pager {
    Pager {
        first: query.after.is_some().then(|| query.after(None).href("/")),
        next: last.map(|last| query.after(Some(last.to_owned())).href("/")),
        next_words: "Older",
        ..Pager::default()
    }
}

/// What stands under the filters.
#[derive(Template)]
#[template(path = "journeys/list.html")]
pub(super) struct List {
    /// Newest first.
    pub(super) rows: Vec<Row>,
    /// More follow.
    pub(super) more: bool,
    pager: Pager,
    empty: Empty,
}

/// Loads the list that `query` asks for.
pub(super) async fn load(app: &App, conn: &mut Conn, query: &Query, counts: &Counts) -> Result<List> {
    let after = query.after.as_deref();
    let mut lines: Vec<JourneyLine> = journeys::list(conn, &query.filter, after, query.limit + 1).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = lines.len() > limit;
    lines.truncate(limit);
    let last = lines.last().filter(|_| more).map(|line| line.journey.id.clone());
    let rows = row::rows(app, conn, lines).await?;
    let empty = why_empty(app, query, counts);
    Ok(List { rows, more, pager: pager(query, last.as_deref()), empty })
}

fn why_empty(app: &App, query: &Query, counts: &Counts) -> Empty {
    let livemode = query.livemode();
    if tiles::total(counts, livemode) == 0 {
        let others = tiles::total(counts, !livemode);
        let other = (others > 0).then(|| (others, query.unfiltered().in_mode(!livemode).href("/")));
        let mode = if livemode { "live" } else { "test" };
        return Empty::New { public_url: app.config.public_url.clone(), mode, other };
    }
    match query.after {
        Some(_) => Empty::PastTheEnd { first: query.after(None).href("/") },
        None => Empty::NothingFits { clear: query.unfiltered().href("/") },
    }
}
