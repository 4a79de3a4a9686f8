//! `GET /`: the live list of journeys (SPEC D1), the stream that changes it (H11), and what is done from it.

mod alerts;
pub(super) mod badge;
mod bulk;
mod changes;
mod csv;
mod hub;
mod list;
mod live;
mod loaded;
mod query;
mod row;
mod tiles;
mod views;

pub(super) use live::Streams;

use super::errors::html;
use super::layout::{Layout, ModeLink, Section};
use super::list::Choice;
use super::listed::Listed;
use super::settings::Panel;
use super::words::number;
use crate::api::Result;
use crate::api::access::{Principal, Role, Viewer};
use crate::api::bulk::BULK_MAX;
use crate::app::App;
use crate::clock::minute;
use crate::reconcile::Progress;
use alerts::Alerts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::{Outcome, PaymentStatus};
use list::List;
use loaded::Loaded;
use query::Query;
use store::lists::{Sort, choices};
use store::{Conn, reconciliations};
use tiles::{Counts, Tiles};
use views::Views;

/// The list, its stream, and what is done from it.
pub(super) fn routes() -> Listed {
    // Forms with many ids.
    let marks = Listed::new()
        .post("/journeys/mark", bulk::mark)
        .post("/journeys/marks/{id}/undo", bulk::undo)
        .taking(bulk::BYTES_MAX);
    Listed::new()
        .get("/", page)
        .get("/live", live::stream)
        .get("/journeys.csv", csv::file)
        .post("/journeys/views", views::save)
        .post("/journeys/views/{id}/delete", views::delete)
        .merge(marks)
}

#[derive(Template)]
#[template(path = "journeys/page.html")]
struct JourneysPage {
    layout: Layout,
    tiles: Tiles,
    alerts: Alerts,
    views: Views,
    list: List,
    q: String,
    livemode: bool,
    outcomes: Vec<Choice>,
    statuses: Vec<Choice>,
    sorts: Vec<Choice>,
    contents: Vec<Choice>,
    categories: Vec<Choice>,
    segments: Vec<Choice>,
    from: String,
    to: String,
    /// One of the filters that are folded away is set.
    more_open: bool,
    /// What keeps the list from being right, and what to do.
    alarm: Option<String>,
    /// What is left to do on a new server, for those who can do it.
    first_steps: Option<Panel>,
    /// The list without filters, when there are some.
    clear: Option<String>,
    may_change: bool,
    /// For marking all that fit.
    address: String,
    bulk_max: String,
    /// Outcomes to mark as.
    marks: Vec<Choice>,
    csv: String,
    csv_limit: String,
}

/// The list as it is now.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, query: Query) -> Result<Response> {
    let mut layout = layout(&app, &who, &query);
    let first_steps = if layout.edits() { Panel::on_first_page(&app).await? } else { None };
    layout.settings = first_steps.is_some();
    let mut conn = app.db.read().await?;
    let now_ms = app.context.clock.now_ms();
    let front = tiles::front(&mut conn, query.livemode(), now_ms).await?;
    let counts = Counts::new(&front);
    let alerted = Alerts::find(&mut conn, &query, &counts).await?;
    let found = query.asked.find(&mut conn).await?;
    let loaded = Loaded::load(&mut conn, found.ids().iter().chain(&alerted).cloned().collect()).await?;
    let choices = choices::of(&mut conn, query.livemode()).await?;
    let filter = query.filter();
    let more_open = [&filter.content_id, &filter.category].iter().any(|set| set.is_some())
        || filter.segment.is_some()
        || query.days.iter().any(Option::is_some);
    let [from, to] = query.days.clone().map(Option::unwrap_or_default);
    Ok(html(&JourneysPage {
        layout,
        tiles: Tiles::of(&front, &counts, query.livemode(), now_ms),
        alerts: Alerts::of(&app, &query, &counts, &alerted, &loaded),
        views: Views::load(&mut conn, &who, &query).await?,
        list: List::of(&app, &query, &counts, found, &loaded),
        q: filter.q.clone().unwrap_or_default(),
        livemode: query.livemode(),
        first_steps,
        outcomes: outcomes(filter.outcome.as_deref()),
        statuses: statuses(filter.payment_status.as_deref()),
        sorts: sorts(query.asked.sort),
        contents: Choice::all(choices.contents, filter.content_id.as_deref()),
        categories: Choice::all(twice(choices.categories), filter.category.as_deref()),
        segments: segments(choices.segments, &query),
        from,
        to,
        more_open,
        alarm: alarm(&mut conn, &app.config.public_url, query.livemode()).await?,
        clear: query.is_filtered().then(|| query.unfiltered().href("/")),
        may_change: who.role >= Role::Editor,
        address: query.href("/"),
        bulk_max: number(i64::try_from(BULK_MAX).unwrap_or(i64::MAX)),
        marks: outcomes(None),
        csv: query.first().href("/journeys.csv"),
        csv_limit: csv_limit(&counts, &query),
    }))
}

fn layout(app: &App, who: &Principal, query: &Query) -> Layout {
    let mut layout = Layout::of(app, who, "Journeys", Section::Journeys);
    layout.modes = modes(query);
    layout.test = !query.livemode();
    layout.live = Some(query.href("/live"));
    layout
}

/// Said beforehand when there are more than a file takes.
fn csv_limit(counts: &Counts, query: &Query) -> String {
    let limit = i64::try_from(csv::ROWS_MAX).unwrap_or(i64::MAX);
    let may_be_more = counts.of(query.livemode()).total() > limit;
    if may_be_more { format!(" (the first {} at most)", number(limit)) } else { String::new() }
}

/// When the last comparison with Stripe that came to its end found that webhooks do not arrive.
async fn alarm(conn: &mut Conn, public_url: &str, livemode: bool) -> Result<Option<String>> {
    let Some(newest) = reconciliations::newest_finished(conn, livemode).await? else { return Ok(None) };
    let Some(since_s) = Progress::read(&newest)?.silent_since_s() else { return Ok(None) };
    let since = since_s.map_or_else(
        || "None has arrived so far".to_owned(),
        |s| format!("The last one is of {}", minute(s.saturating_mul(1000))),
    );
    Ok(Some(format!(
        "Stripe’s webhooks do not arrive. {since}, and Stripe has newer ones. Look in Stripe’s dashboard whether the endpoint \
         {public_url}/api/webhooks/stripe is there and enabled, and why its deliveries fail. Until then this list is \
         brought up to date once an hour."
    )))
}

fn modes(query: &Query) -> Vec<ModeLink> {
    let link = |name, livemode| ModeLink {
        name,
        href: query.in_mode(livemode).href("/"),
        current: query.livemode() == livemode,
    };
    vec![link("Live", true), link("Test", false)]
}

fn outcomes(asked: Option<&str>) -> Vec<Choice> {
    let pair = |o: &Outcome| (o.as_str().to_owned(), badge::outcome_words(*o).to_owned());
    Choice::all(Outcome::ALL.iter().map(pair), asked)
}

fn statuses(asked: Option<&str>) -> Vec<Choice> {
    let pair = |s: &PaymentStatus| (s.as_str().to_owned(), badge::status_words(*s).to_owned());
    Choice::all(PaymentStatus::ALL.iter().map(pair), asked)
}

fn sorts(asked: Sort) -> Vec<Choice> {
    let words = |sort: Sort| match sort {
        Sort::Newest => "Newest first",
        Sort::Oldest => "Oldest first",
        Sort::Changed => "Last change first",
        Sort::Price => "Highest price first",
    };
    let pair = |sort: Sort| (sort.as_str().to_owned(), words(sort).to_owned());
    Choice::all(Sort::ALL.into_iter().map(pair), Some(asked.as_str()))
}

fn twice(words: Vec<String>) -> impl Iterator<Item = (String, String)> {
    words.into_iter().map(|word| (word.clone(), word))
}

fn segments(mut found: Vec<String>, query: &Query) -> Vec<Choice> {
    let asked = query.filter().segment.as_ref().map(|(key, value)| format!("{key}={value}"));
    // Beyond the first hundred, an address can still name any.
    found.extend(asked.clone().filter(|asked| !found.contains(asked)));
    Choice::all(found.into_iter().map(|s| (s.clone(), s.replacen('=', ": ", 1))), asked.as_deref())
}
