//! What one open page shows, and what must change on it when journeys do.

use super::fits::fits;
use super::list;
use super::query::Query;
use super::row::{self, Row};
use super::tiles::{Tally, Tiles};
use crate::api::Result;
use crate::app::App;
use askama::Template;
use axum::response::sse::Event;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::journeys::{self, JourneyLine};

/// Changed journeys loaded one by one; from here on the whole list is loaded instead.
const CHANGES_MAX: usize = 200;

/// One open page.
pub(super) struct Shown {
    app: App,
    query: Query,
    tally: Arc<Tally>,
    /// Ids of its rows, newest first.
    ids: Vec<String>,
    /// Rows follow on the next page.
    more: bool,
    /// As sent last.
    tiles: String,
}

impl Shown {
    /// A page that shows nothing yet; call [`Shown::everything`] next.
    pub(super) fn new(app: App, query: Query, tally: Arc<Tally>) -> Self {
        Self { app, query, tally, ids: Vec::new(), more: false, tiles: String::new() }
    }

    /// The whole list and the tiles: the first message of a stream, and whenever too much was missed.
    pub(super) async fn everything(&mut self) -> Result<Event> {
        let mut conn = self.app.db.read().await?;
        let counts = journeys::counts(&mut conn).await?;
        let list = list::load(&self.app, &mut conn, &self.query, &counts).await?;
        self.ids = list.rows.iter().map(|row| row.id.clone()).collect();
        self.more = list.more;
        self.tiles = html(&Tiles::of(&counts, self.query.livemode()));
        Ok(event("list", &json!({"list": html(&list), "tiles": self.tiles})))
    }

    /// What the changes up to `number` mean for this page; often nothing.
    pub(super) async fn changed(&mut self, changed: BTreeSet<String>, number: u64) -> Result<Option<Event>> {
        if changed.len() > CHANGES_MAX {
            return self.everything().await.map(Some);
        }
        let mut conn = self.app.db.read().await?;
        let lines = journeys::lines(&mut conn, changed.into_iter().collect()).await?;
        let was_empty = self.ids.is_empty();
        let mut gone = Vec::new();
        let placed = lines.into_iter().filter_map(|line| Some((self.place(&line, &mut gone)?, line)));
        let (misfits, lines): (Vec<bool>, Vec<JourneyLine>) = placed.unzip();
        if was_empty && !lines.is_empty() {
            // The words about an empty list give way to a table.
            drop(conn);
            return self.everything().await.map(Some);
        }
        let mut rows = row::rows(&self.app, &mut conn, lines).await?;
        // Counting takes a connection of its own.
        drop(conn);
        rows.iter_mut().zip(misfits).for_each(|(row, misfit)| row.misfit = misfit);
        rows.retain(|row| !gone.contains(&row.id));
        let counts = self.tally.as_of(number, &self.app.db).await?;
        Ok(self.message(&rows, &gone, html(&Tiles::of(&counts, self.query.livemode()))))
    }

    fn message(&mut self, rows: &[Row], gone: &[String], tiles: String) -> Option<Event> {
        if rows.is_empty() && gone.is_empty() && tiles == self.tiles {
            return None;
        }
        self.tiles = tiles;
        let last = self.ids.last().filter(|_| self.more).map(String::as_str);
        let pager = html(&list::pager(&self.query, last));
        let rows: Vec<Value> =
            rows.iter().map(|row| json!({"id": row.id, "html": html(row), "say": row.say})).collect();
        Some(event("change", &json!({"rows": rows, "gone": gone, "tiles": self.tiles, "pager": pager})))
    }

    /// Puts a changed journey where it belongs on this page: `None` when that is nowhere, else whether it is there only
    /// because it was. A row that the filters no longer ask for stays until the list is loaded again: things should not
    /// vanish under the eyes of who reads them.
    fn place(&mut self, line: &JourneyLine, gone: &mut Vec<String>) -> Option<bool> {
        let id = &line.journey.id;
        let fits = fits(&self.query.filter, line);
        let place = self.ids.partition_point(|shown| shown > id);
        if self.ids.get(place) == Some(id) {
            return Some(!fits);
        }
        let is_later_page = self.more && place == self.ids.len();
        let is_earlier_page = self.query.after.as_ref().is_some_and(|after| id >= after);
        if !fits || is_later_page || is_earlier_page {
            return None;
        }
        self.ids.insert(place, id.clone());
        if i64::try_from(self.ids.len()).is_ok_and(|count| count > self.query.limit) {
            gone.extend(self.ids.pop());
            self.more = true;
        }
        Some(false)
    }
}

/// The templates of this page have nothing in them that can fail.
fn html(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

fn event(name: &str, data: &Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
