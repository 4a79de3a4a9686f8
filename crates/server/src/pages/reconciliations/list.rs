//! The list of comparisons, and the button that starts one.

use super::RECONCILIATIONS;
use super::view::Run;
use crate::api::access::{Editor, Viewer};
use crate::api::query::{Page, Params};
use crate::api::reconciliations::{self as api, SINCE_DEFAULT};
use crate::api::{Problem, Result};
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::events::tabs;
use crate::pages::inbox::{Asked, Fields, Tab, frame, may_change, pager};
use crate::pages::layout::{Layout, Section};
use crate::pages::list::{Choice, Pager};
use crate::reconcile;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use store::reconciliations;

#[derive(Template)]
#[template(path = "reconciliations/list.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that the page says or not")]
struct ReconciliationsPage {
    layout: Layout,
    tabs: Vec<Tab>,
    asked: Asked,
    differs: Vec<Choice>,
    spans: Vec<Choice>,
    runs: Vec<Run>,
    /// One is under way, of whatever mode.
    running: bool,
    /// Stripe can be asked, about this mode.
    can_start: bool,
    configured: bool,
    pager: Pager,
    export: String,
    clear: String,
    may_change: bool,
}

fn spans() -> Vec<Choice> {
    let spans = [
        ("1d", "the last day"),
        ("7d", "the last 7 days"),
        ("30d", "the last 30 days"),
        ("all", "the first day on"),
    ];
    Choice::all(spans.map(|(value, words)| (value.to_owned(), words.to_owned())), Some(SINCE_DEFAULT))
}

/// `GET /reconciliations`
pub(super) async fn page(
    State(app): State<App>,
    Viewer(who): Viewer,
    mut params: Params,
) -> Result<Response> {
    let mut filter = api::filter(&mut params);
    let asked = Asked::read(&app, &mut params, &["differs"]);
    let page = params.page(|after| IdKind::Reconciliation.fits(after))?;
    filter.livemode = Some(asked.livemode());
    let mut conn = app.db.read().await?;
    let Page { after, .. } = &page;
    let rows = reconciliations::list(&mut conn, filter, after.as_deref(), page.rows()).await?;
    let rows = page.list(rows, |row| row.id.clone());
    let running = reconcile::is_running(&app, &mut conn).await?;
    let now_ms = app.context.clock.now_ms();
    let runs = rows.items.into_iter().map(|row| Run::of(row, running, now_ms));
    let differs = Choice::all([("true".to_owned(), "That differ".to_owned())], asked.some("differs"));
    let configured = app.stripe.is_some();
    Ok(html(&ReconciliationsPage {
        layout: frame(&app, &who, "Comparisons with Stripe", Section::Events, &asked, RECONCILIATIONS),
        tabs: tabs(&asked, RECONCILIATIONS),
        differs,
        spans: spans(),
        runs: runs.collect::<store::Result<_>>()?,
        running,
        can_start: configured && app.config.livemode() == asked.livemode(),
        configured,
        pager: pager(&asked, RECONCILIATIONS, rows.next.as_deref(), "Older"),
        export: asked.with("limit", None).href("/reconciliations.csv"),
        clear: asked.unfiltered().href(RECONCILIATIONS),
        may_change: may_change(&who),
        asked,
    }))
}

/// Starts one, or says that one is under way.
pub(super) async fn start(State(app): State<App>, Editor(who): Editor, fields: Fields) -> Result<Response> {
    let span = api::since_span(fields.get("since"));
    let span = span.ok_or_else(|| Problem::invalid_field("since", "choose one of those in the list"))?;
    let id = api::start(&app, &who, span).await?;
    Ok(Redirect::to(&format!("{RECONCILIATIONS}/{id}")).into_response())
}
