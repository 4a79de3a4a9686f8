//! One part by itself: as a piece for the script, or as a page for those without it.

use super::super::errors::html;
use super::super::layout::{Layout, Section};
use super::filters::Filters;
use super::parts::{Body, Part, next};
use super::{PATH, about, modes, resolve_horizon, summary};
use crate::api::access::Viewer;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::ids::IdKind;
use crate::insights::Unready;
use crate::insights::ask::By;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use store::clients::{self, StoredClient};

/// Of the summary, which is a part without pictures.
const SUMMARY: &str = "summary";

/// A part, or the place where it will be.
#[derive(Template)]
#[template(path = "intelligence/section.html")]
pub(super) struct Shell {
    slug: &'static str,
    title: &'static str,
    intro: &'static str,
    wide: bool,
    /// Where the script loads it from.
    src: String,
    /// The same for people.
    alone: String,
    /// The columns are not loaded yet.
    loading: bool,
    body: Option<Body>,
}

/// What the page says first.
#[derive(Template)]
#[template(path = "intelligence/summary.html")]
pub(super) struct Summary {
    src: String,
    /// None while the columns are being loaded.
    words: Option<summary::Words>,
    about: String,
}

#[derive(Template)]
#[template(path = "intelligence/alone.html")]
struct Alone {
    layout: Layout,
    back: String,
    section: Shell,
}

impl Shell {
    /// Not asked for yet.
    pub(super) fn waiting(part: Part, filters: &Filters, loading: bool) -> Self {
        let alone = filters.href(&format!("{PATH}/{}", part.slug()));
        Self {
            slug: part.slug(),
            title: part.title(),
            intro: part.intro(),
            wide: part.wide(),
            src: format!("{alone}&piece=true"),
            alone,
            loading,
            body: None,
        }
    }
}

/// `GET /intelligence/{part}`
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(slug): Path<String>,
    mut params: Params,
) -> Result<Response> {
    let piece = params.truth("piece").unwrap_or(false);
    let client = client(&app, &mut params).await?;
    let mut filters = Filters::read(&app, params).await?;
    resolve_horizon(&app, &mut filters).await?;
    if slug == SUMMARY {
        return Ok(html(&summary(&app, &filters).await?));
    }
    let part = Part::parse(&slug).ok_or_else(|| Problem::not_found("part"))?;
    let section = match body(&app, part, &filters, client.as_ref()).await {
        Ok(body) => Shell { body: Some(body), ..Shell::waiting(part, &filters, false) },
        Err(Unready::Loading) => Shell::waiting(part, &filters, true),
        Err(other) => return Err(other.into()),
    };
    if piece {
        return Ok(html(&section));
    }
    let mut layout = Layout::of(&app, &who, part.title(), Section::Intelligence);
    layout.modes = modes(&filters);
    layout.test = !filters.ask.filter.livemode;
    Ok(html(&Alone { layout, back: filters.href(PATH), section }))
}

/// What to send next may be asked for one client.
async fn client(app: &App, params: &mut Params) -> Result<Option<StoredClient>> {
    let Some(id) = params.text("client_id") else { return Ok(None) };
    let fits = IdKind::Client.fits(&id);
    let found = if fits { clients::get(&mut app.db.read().await?, &id).await? } else { None };
    if found.is_none() {
        params.fault("client_id", "there is no such client");
    }
    Ok(found)
}

async fn body(
    app: &App,
    part: Part,
    filters: &Filters,
    client: Option<&StoredClient>,
) -> Result<Body, Unready> {
    match client.filter(|_| part == Part::Next) {
        Some(client) => {
            Ok(next::block(&app.insights, Some(client), filters.ask.filter.livemode).await?.into())
        }
        None => part.body(app, filters).await,
    }
}

/// The summary of a question.
pub(super) async fn summary(app: &App, filters: &Filters) -> Result<Summary> {
    let src = format!("{}&piece=true", filters.href(&format!("{PATH}/{SUMMARY}")));
    match in_words(app, filters).await {
        Ok((words, about)) => Ok(Summary { src, words: Some(words), about }),
        Err(Unready::Loading) => Ok(Summary { src, words: None, about: "loading".to_owned() }),
        Err(other) => Err(other.into()),
    }
}

async fn in_words(app: &App, filters: &Filters) -> Result<(summary::Words, String), Unready> {
    let insights = &app.insights;
    let conversion = insights.conversion(&filters.ask).await?;
    let everything = filters.ask.by(By::Everything);
    let revenue = insights.revenue(&everything).await?;
    let before = match filters.before(insights.now_s()) {
        Some(ask) => Some(insights.conversion(&ask).await?),
        None => None,
    };
    let of_content = matches!(filters.ask.by, By::Content | By::Version);
    let by_element =
        if of_content { Some(insights.conversion(&filters.ask.by(By::Element)).await?) } else { None };
    let earned = revenue.groups.first().map_or(&[][..], |group| &group.earned);
    let seen = summary::Seen {
        by: &filters.ask.by,
        conversion: &conversion,
        by_element: by_element.as_deref(),
        before: before.as_deref(),
        earned,
    };
    let about = about::about(conversion.overall.n, &filters.ask, &conversion.as_of);
    Ok((summary::words(&seen), about))
}
