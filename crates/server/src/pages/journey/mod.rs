//! One journey, in six tabs (SPEC D2). Each tab is a page that works without script; `assets/dialog.js` shows the same
//! page over the list, keeps what is typed and not saved, and follows the journey live.

mod copy;
mod correlation;
mod figures;
mod head;
mod made;
mod new;
mod notes;
mod outcome;
mod payment;
mod review;
mod submit;
mod tab;

pub(super) use payment::{StripeId, rendered};

use super::contents::FORM_BYTES_MAX;
use super::errors::html;
use super::fields::{Faults, Fields};
use super::layout::{Layout, Section};
use super::listed::Listed;
use crate::api::access::{Principal, Role, Viewer};
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use correlation::CorrelationPanel;
use figures::Figures;
use head::{Head, Record};
use notes::NotesPanel;
use outcome::OutcomePanel;
use payment::PaymentPanel;
use review::ReviewPanel;
use store::Conn;
use tab::Tab;

/// Pages about one journey; their forms carry whole texts.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get("/journeys/new", new::new)
        .post("/journeys/new", new::start)
        .get("/journeys/{id}/made", made::made)
        .get("/journeys/{id}/content", copy::copy_form)
        .post("/journeys/{id}/content", copy::copy)
        .get("/journeys/{id}", first)
        .get("/journeys/{id}/{tab}", named)
        .post("/journeys/{id}/{tab}", submit::submit)
        .taking(FORM_BYTES_MAX)
}

/// What was sent and did not get through.
#[derive(Default)]
pub(super) struct Sent {
    fields: Fields,
    faults: Faults,
    /// Somebody else saved meanwhile.
    conflict: bool,
}

impl Sent {
    fn is_faulty(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// Where in a tab.
#[derive(Default)]
struct Query {
    before: Option<i64>,
    after: Option<String>,
    /// A note to change.
    edit: Option<String>,
}

impl Query {
    fn read(params: &Params) -> Self {
        Self {
            before: params.text("before").and_then(|text| text.parse().ok()),
            after: params.text("after"),
            edit: params.text("edit"),
        }
    }
}

#[derive(Template)]
#[template(path = "journey/page.html")]
struct JourneyPage {
    layout: Layout,
    head: Head,
    tabs: Vec<TabLink>,
    current: &'static str,
    /// HTML of a panel's template.
    panel: String,
}

/// A tab to go to.
struct TabLink {
    name: &'static str,
    words: &'static str,
    href: String,
    current: bool,
}

fn may_edit(who: &Principal) -> bool {
    who.role >= Role::Editor
}

/// `GET /journeys/{id}`
pub(super) async fn first(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let query = Query::read(&params);
    page(&app, &who, &id, Tab::Outcome, &query, &Sent::default()).await
}

/// `GET /journeys/{id}/{tab}`
pub(super) async fn named(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path((id, tab)): Path<(String, String)>,
    params: Params,
) -> Result<Response> {
    let tab = Tab::parse(&tab).ok_or_else(|| Problem::not_found("tab"))?;
    page(&app, &who, &id, tab, &Query::read(&params), &Sent::default()).await
}

async fn page(
    app: &App,
    who: &Principal,
    id: &str,
    tab: Tab,
    query: &Query,
    sent: &Sent,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let record = Record::load(&mut conn, id).await?.ok_or_else(|| Problem::not_found("journey"))?;
    let panel = panel(app, &mut conn, &record, who, tab, query, sent).await?;
    let head = Head::of(app, &record);
    let mut layout = Layout::of(app, who, &format!("{} – {}", head.name, tab.words()), Section::Journeys);
    layout.test = !record.journey.livemode;
    let link = |t: Tab| TabLink { name: t.as_str(), words: t.words(), href: t.href(id), current: t == tab };
    let page = JourneyPage { layout, tabs: Tab::ALL.map(link).into(), current: tab.as_str(), panel, head };
    let status = match (sent.conflict, sent.is_faulty()) {
        (true, _) => StatusCode::CONFLICT,
        (_, true) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    Ok((status, html(&page)).into_response())
}

async fn panel(
    app: &App,
    conn: &mut Conn,
    record: &Record,
    who: &Principal,
    tab: Tab,
    query: &Query,
    sent: &Sent,
) -> Result<String> {
    let may_edit = may_edit(who);
    let rendered = match tab {
        Tab::Outcome => {
            let panel =
                OutcomePanel::load(app, conn, record, query.before, &sent.fields, &sent.faults).await?;
            panel.editable(may_edit).render()
        }
        Tab::Analysis | Tab::Learning => {
            ReviewPanel::load(app, conn, record, tab, sent, may_edit).await?.render()
        }
        Tab::Correlation => CorrelationPanel::load(app, conn, record, may_edit).await?.render(),
        Tab::Notes => NotesPanel::load(app, conn, record, who, query, sent).await?.render(),
        Tab::Payment => PaymentPanel::load(app, conn, record).await?.render(),
    };
    let figures = match Figures::load(app, &record.journey.id, tab).await {
        Some(figures) => figures.render(),
        None => Ok(String::new()),
    };
    let both = rendered.and_then(|panel| Ok(panel + &figures?));
    both.map_err(|error| {
        tracing::error!(%error, "a panel could not be rendered");
        let detail = "This page could not be shown. Nothing was changed; the server's log says more.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    })
}
