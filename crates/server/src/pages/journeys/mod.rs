//! `GET /`: the live list of journeys (SPEC D1), and the stream that changes it (H11).

mod badge;
mod changes;
mod fits;
mod list;
mod live;
mod query;
mod row;
mod tiles;

pub(super) use live::{Streams, stream};

use super::errors::html;
use super::layout::{Layout, ModeLink, Section};
use super::settings::Panel;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::clock::minute;
use crate::reconcile::Progress;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::{Outcome, PaymentStatus};
use list::List;
use query::Query;
use store::{Conn, reconciliations};
use tiles::Tiles;

#[derive(Template)]
#[template(path = "journeys/page.html")]
struct JourneysPage {
    layout: Layout,
    tiles: Tiles,
    list: List,
    q: String,
    livemode: bool,
    outcomes: Vec<Choice>,
    statuses: Vec<Choice>,
    /// What keeps the list from being right, and what to do.
    alarm: Option<String>,
    /// What is left to do on a new server, for those who can do it.
    first_steps: Option<Panel>,
    /// The list without filters, when there are some.
    clear: Option<String>,
}

/// One `<option>`.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// The list as it is now.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, query: Query) -> Result<Response> {
    let mut layout = Layout::of(&app, &who, "Journeys", Section::Journeys);
    layout.modes = modes(&query);
    layout.test = !query.livemode();
    let first_steps = if layout.edits() { Panel::on_first_page(&app).await? } else { None };
    layout.settings = first_steps.is_some();
    layout.live = Some(query.href("/live"));
    let mut conn = app.db.read().await?;
    let counts = store::journeys::counts(&mut conn).await?;
    let list = list::load(&app, &mut conn, &query, &counts).await?;
    let alarm = alarm(&mut conn, &app.config.public_url, query.livemode()).await?;
    Ok(html(&JourneysPage {
        layout,
        tiles: Tiles::of(&counts, query.livemode()),
        list,
        q: query.filter.q.clone().unwrap_or_default(),
        livemode: query.livemode(),
        alarm,
        first_steps,
        outcomes: outcomes(query.filter.outcome.as_deref()),
        statuses: statuses(query.filter.payment_status.as_deref()),
        clear: query.is_filtered().then(|| query.unfiltered().href("/")),
    }))
}

/// When the last comparison with Stripe found that webhooks do not arrive.
async fn alarm(conn: &mut Conn, public_url: &str, livemode: bool) -> Result<Option<String>> {
    let newest = reconciliations::list(conn, None, 1).await?.into_iter().next();
    let found = newest.filter(|r| r.livemode == livemode);
    let found = found.and_then(|r| serde_json::from_str::<Progress>(&r.progress).ok());
    let Some(since_s) = found.and_then(|progress| progress.silent_since_s()) else { return Ok(None) };
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

fn outcomes(chosen: Option<&str>) -> Vec<Choice> {
    let choice = |o: &Outcome| Choice {
        value: o.as_str(),
        words: badge::outcome_words(*o),
        chosen: chosen == Some(o.as_str()),
    };
    Outcome::ALL.iter().map(choice).collect()
}

fn statuses(chosen: Option<&str>) -> Vec<Choice> {
    let choice = |s: &PaymentStatus| Choice {
        value: s.as_str(),
        words: badge::status_words(*s),
        chosen: chosen == Some(s.as_str()),
    };
    PaymentStatus::ALL.iter().map(choice).collect()
}
