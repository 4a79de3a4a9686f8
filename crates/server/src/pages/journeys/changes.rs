//! What the pages with one address show, and what must change on them when journeys do.

use super::alerts::Alerts;
use super::list::{self, List};
use super::loaded::Loaded;
use super::query::Query;
use super::row::{self, Row};
use super::tiles::{self, Counts, Tiles};
use crate::api::Result;
use crate::api::journey_list::Place;
use crate::app::App;
use askama::Template;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::Conn;
use store::journeys::JourneyLine;
use store::lists::{self, Key, Sort};

/// Changed journeys loaded one by one; from here on the whole list is loaded instead.
const CHANGES_MAX: usize = 200;

/// What the pages with one address show.
pub(super) struct Shown {
    app: App,
    query: Query,
    /// Places of its rows, in their order; each ends in the journey's id.
    keys: Vec<Key>,
    /// Rows follow on the next page.
    more: bool,
    /// As sent last.
    tiles: String,
    alerts: String,
}

impl Shown {
    /// A page that shows nothing yet; call [`Shown::everything`] next.
    pub(super) fn new(app: App, query: Query) -> Self {
        Self { app, query, keys: Vec::new(), more: false, tiles: String::new(), alerts: String::new() }
    }

    /// Ids of the rows, in their order.
    pub(super) fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id().to_owned()).collect()
    }

    /// The whole list and what stands above it: the first message of a stream, and whenever too much was missed.
    pub(super) async fn everything(&mut self) -> Result<Bytes> {
        let mut conn = self.app.db.read().await?;
        let (counts, alerted) = self.load_tiles(&mut conn).await?;
        let found = self.query.asked.find(&mut conn).await?;
        let ids = found.ids().iter().chain(&alerted).cloned().collect();
        let loaded = Loaded::load(&mut conn, ids).await?;
        let list = List::of(&self.app, &self.query, &counts, found, &loaded);
        self.keys.clone_from(&list.keys);
        self.more = list.more;
        self.alerts = html(&Alerts::of(&self.app, &self.query, &counts, &alerted, &loaded));
        let data = json!({"list": html(&list), "tiles": self.tiles, "alerts": self.alerts});
        Ok(message("list", &data))
    }

    /// Returns what the tiles count, and whose payments failed.
    async fn load_tiles(&mut self, conn: &mut Conn) -> Result<(Counts, Vec<String>)> {
        let (now_ms, livemode) = (self.app.context.clock.now_ms(), self.query.livemode());
        let front = tiles::front(conn, livemode, now_ms).await?;
        let counts = Counts::new(&front);
        self.tiles = html(&Tiles::of(&front, &counts, livemode, now_ms));
        let alerted = Alerts::find(conn, &self.query, &counts).await?;
        Ok((counts, alerted))
    }

    /// What changes of these journeys mean; often nothing.
    pub(super) async fn changed(&mut self, changed: BTreeSet<String>) -> Result<Option<Bytes>> {
        if changed.len() > CHANGES_MAX {
            return self.everything().await.map(Some);
        }
        let mut conn = self.app.db.read().await?;
        let before = (self.tiles.clone(), self.alerts.clone());
        let (counts, alerted) = self.load_tiles(&mut conn).await?;
        let loaded = Loaded::load(&mut conn, changed.iter().chain(&alerted).cloned().collect()).await?;
        let was_empty = self.keys.is_empty();
        let mut gone = Vec::new();
        let lines = changed.iter().filter_map(|id| loaded.line(id).cloned());
        let placed = lines.filter_map(|line| Some((self.place(&line, &mut gone)?, line)));
        let (misfits, lines): (Vec<bool>, Vec<JourneyLine>) = placed.unzip();
        if was_empty && !lines.is_empty() {
            // The words about an empty list give way to a table.
            drop(conn);
            return self.everything().await.map(Some);
        }
        let mut rows = row::rows(&self.app, &loaded, lines);
        rows.iter_mut().zip(misfits).for_each(|(row, misfit)| row.misfit = misfit);
        rows.retain(|row| !gone.contains(&row.id));
        self.alerts = html(&Alerts::of(&self.app, &self.query, &counts, &alerted, &loaded));
        let head_is_same = before == (self.tiles.clone(), self.alerts.clone());
        if rows.is_empty() && gone.is_empty() && head_is_same {
            return Ok(None);
        }
        Ok(Some(self.message(&rows, &gone)))
    }

    fn message(&self, rows: &[Row], gone: &[String]) -> Bytes {
        let next = self.keys.last().filter(|_| self.more);
        let previous = self.keys.first().filter(|_| self.query.asked.from != Place::Start);
        let pager = html(&list::pager(&self.query, previous, next, false));
        let rows: Vec<Value> =
            rows.iter().map(|row| json!({"id": row.id, "html": html(row), "say": row.say})).collect();
        let data = json!({
            "rows": rows, "gone": gone, "order": self.ids(), "pager": pager,
            "tiles": self.tiles, "alerts": self.alerts,
        });
        message("change", &data)
    }

    /// Puts a changed journey where it belongs on this page: `None` when that is nowhere, else whether it is there only
    /// because it was. A row that the filters no longer ask for stays until the list is loaded again: things should not
    /// vanish under the eyes of who reads them.
    fn place(&mut self, line: &JourneyLine, gone: &mut Vec<String>) -> Option<bool> {
        let fits = lists::fits(self.query.filter(), line);
        let key = list::key(&self.query, line);
        let shown = self.keys.iter().position(|shown| shown.id() == key.id());
        let moves = shown.is_none_or(|at| self.keys[at] != key);
        match shown {
            Some(at) if !fits || !moves || self.query.asked.from != Place::Start => {
                self.keys[at] = key;
                return Some(!fits);
            }
            // It goes to where its new place is, which on the first page is further up.
            Some(at) => drop(self.keys.remove(at)),
            None => {}
        }
        if !fits || !self.is_within(&key) {
            gone.extend(shown.map(|_| key.id().to_owned()));
            return None;
        }
        let place = self.keys.partition_point(|shown| self.is_before(shown, &key));
        if self.more && place == self.keys.len() {
            gone.extend(shown.map(|_| key.id().to_owned()));
            return None;
        }
        self.keys.insert(place, key);
        if i64::try_from(self.keys.len()).is_ok_and(|count| count > self.query.asked.limit) {
            gone.extend(self.keys.pop().map(|key| key.id().to_owned()));
            self.more = true;
        }
        Some(false)
    }

    /// Later pages are told of what they show, and not of what is new: that begins before them.
    fn is_within(&self, key: &Key) -> bool {
        match &self.query.asked.from {
            Place::Start => true,
            Place::After(_) => self.keys.first().is_some_and(|first| self.is_before(first, key)),
            Place::Before(_) => false,
        }
    }

    fn is_before(&self, a: &Key, b: &Key) -> bool {
        match self.query.asked.sort {
            Sort::Oldest => a < b,
            Sort::Newest | Sort::Changed | Sort::Price => a > b,
        }
    }
}

/// The templates of this page have nothing in them that can fail.
fn html(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

/// A message of the stream. JSON has no line breaks, so it is one line of data.
pub(super) fn message(name: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}
