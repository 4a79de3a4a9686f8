//! `GET /intelligence`: what gets clients to pay, in words and pictures (SPEC D4, section 5).
//!
//! The page is quick: it says the summary, and each part is loaded by itself from `/intelligence/{part}`, which is also a
//! page of its own for those without script. It asks [`crate::insights`] like the API does, and computes nothing.

mod about;
mod choices;
mod filters;
mod live;
pub(super) mod parts;
mod section;
mod summary;

pub(super) use live::Streams;

use super::errors::html;
use super::layout::{Layout, ModeLink, Section};
use super::listed::Listed;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::query::Params;
use crate::app::App;
use crate::insights::Unready;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use choices::Select;
use filters::{Filters, PERIODS};
use parts::Part;
use section::{Shell, Summary};

/// Where the page is.
pub(super) const PATH: &str = "/intelligence";

/// The page, its stream, and its parts.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get(PATH, page)
        .get("/intelligence/live", live::stream)
        .get("/intelligence/{part}", section::show)
}

#[derive(Template)]
#[template(path = "intelligence/page.html")]
struct Page {
    layout: Layout,
    livemode: bool,
    period: Option<&'static str>,
    periods: Vec<PeriodLink>,
    selects: Vec<Select>,
    narrowing: Vec<Select>,
    from: String,
    to: String,
    narrowed: bool,
    /// Everything of the mode, when something is chosen.
    clear: Option<String>,
    summary: Summary,
    /// As of which change; empty while the columns are being loaded.
    version: String,
    contents: Vec<(&'static str, &'static str)>,
    sections: Vec<Shell>,
}

struct PeriodLink {
    words: &'static str,
    href: String,
    current: bool,
}

/// The page as it is now.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, params: Params) -> Result<Response> {
    let mut filters = Filters::read(&app, params).await?;
    resolve_horizon(&app, &mut filters).await?;
    let mut layout = Layout::of(&app, &who, "Intelligence", Section::Intelligence);
    layout.modes = modes(&filters);
    layout.test = !filters.ask.filter.livemode;
    layout.live = Some(format!("{PATH}/live"));
    // Before anything is asked: what changes meanwhile is loaded twice rather than never.
    let version = app.insights.as_of().map_or_else(String::new, |as_of| as_of.version.to_string());
    let summary = section::summary(&app, &filters).await?;
    let (selects, narrowing) = choices::selects(&app, &filters).await?;
    Ok(html(&Page {
        layout,
        livemode: filters.ask.filter.livemode,
        period: filters.period,
        periods: PERIODS.iter().map(|(word, words, _)| period(&filters, word, words)).collect(),
        selects,
        narrowing,
        from: filters.from.clone().unwrap_or_default(),
        to: filters.to.clone().unwrap_or_default(),
        narrowed: filters.narrowed(),
        clear: (filters.narrowed() || filters.period != Some("all")).then(|| filters.unfiltered().href(PATH)),
        summary,
        version,
        contents: Part::ALL.iter().map(|part| (part.slug(), part.title())).collect(),
        sections: Part::ALL.iter().map(|part| Shell::waiting(*part, &filters, false)).collect(),
    }))
}

fn period(filters: &Filters, word: &'static str, words: &'static str) -> PeriodLink {
    PeriodLink { words, href: filters.in_period(word).href(PATH), current: filters.period == Some(word) }
}

fn modes(filters: &Filters) -> Vec<ModeLink> {
    let link = |name, livemode| ModeLink {
        name,
        href: filters.in_mode(livemode).href(PATH),
        current: filters.ask.filter.livemode == livemode,
    };
    vec![link("Live", true), link("Test", false)]
}

/// The pooled horizon is a number of days that the data knows; without payments it stays as it is.
async fn resolve_horizon(app: &App, filters: &mut Filters) -> Result<()> {
    if filters.horizon != filters::POOLED {
        return Ok(());
    }
    let ask = filters.ask.by(crate::insights::ask::By::Everything);
    let timing = match app.insights.timing(&ask).await {
        Ok(timing) => timing,
        Err(Unready::Loading) => return Ok(()),
        Err(other) => return Err(other.into()),
    };
    let days = timing.groups.first().and_then(|group| group.ninth_decile_of_payers.value);
    if let Some(days) = days {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some days")]
        let days = days.ceil().clamp(1.0, 365.0) as u32;
        filters.ask.horizon_days = days;
    }
    Ok(())
}
