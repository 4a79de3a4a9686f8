//! `/settings/thresholds`: what the statistics go by.

use super::frame::{Frame, Tab, layout};
use crate::api::access::{Owner, Principal, Role, Viewer};
use crate::api::form::Form;
use crate::api::query::Params;
use crate::api::{Problem, Result, thresholds};
use crate::app::App;
use crate::insights::thresholds::{EACH, JOURNEYS, Thresholds};
use crate::pages::errors::html;
use crate::pages::field::{Field, whole_fault};
use crate::pages::fields::Fields;
use crate::pages::layout::Layout;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

struct Row {
    label: &'static str,
    hint: String,
    value: u32,
    field: Field,
}

#[derive(Template)]
#[template(path = "settings/thresholds.html")]
struct ThresholdsPage {
    layout: Layout,
    frame: Frame,
    edits: bool,
    rows: Vec<Row>,
}

/// What they are, for owners to change.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, params: Params) -> Result<Response> {
    let done = params.text("done");
    let frame = Frame::of(&who, Tab::Thresholds).done(done.as_deref());
    Ok(html(&shown(&app, &who, frame, None).await?))
}

/// Changes them.
pub(super) async fn change(State(app): State<App>, Owner(who): Owner, fields: Fields) -> Result<Response> {
    let named = Thresholds::default().named();
    let whole = named.iter().filter_map(|(name, _)| Some(((*name).to_owned(), fields.whole(name)?)));
    match thresholds::change(&app, &who, Form::of(whole.collect())).await {
        Ok(_) => Ok(Redirect::to("/settings/thresholds?done=changed").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let frame = Frame::of(&who, Tab::Thresholds).fault(whole_fault(Some(&problem)));
            let page = shown(&app, &who, frame, Some((&problem, &fields))).await?;
            Ok((problem.status, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn shown(
    app: &App,
    who: &Principal,
    frame: Frame,
    again: Option<(&Problem, &Fields)>,
) -> Result<ThresholdsPage> {
    let now = app.insights.thresholds().await?;
    let row = |(name, value): (&'static str, u32)| {
        let (label, hint) = words(name);
        let typed = again.map_or_else(|| value.to_string(), |(_, fields)| fields.text(name));
        let field = Field::whole(name, label).hint(&hint).value(typed).fault(again.map(|a| a.0));
        Row { label, hint, value, field }
    };
    Ok(ThresholdsPage {
        layout: layout(app, who, Tab::Thresholds.words()),
        frame,
        edits: who.role >= Role::Owner,
        rows: now.named().into_iter().map(row).collect(),
    })
}

/// Label and hint.
fn words(name: &str) -> (&'static str, String) {
    let (journeys, each) = (JOURNEYS.start(), EACH.start());
    match name {
        "journeys_min" => (
            "Journeys before a verdict",
            format!(
                "A group with fewer gets none; young journeys count for the part of their time they have had. More makes \
                 verdicts rarer and surer. {journeys} is the least: with fewer, chance passes for an answer."
            ),
        ),
        "each_min" => (
            "Payments before “more” or “less”",
            format!(
                "And as many journeys that had all of their time and were not paid. {each} is the least, for the same \
                 reason."
            ),
        ),
        _ => (
            "Days to be paid within",
            format!(
                "Who pays later does not count as paid in time. {} unless it is changed; a report can ask for others.",
                Thresholds::default().horizon_days
            ),
        ),
    }
}
