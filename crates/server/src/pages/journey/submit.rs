//! What the forms of the tabs send. Each goes to the function that the API calls, so that no rule stands twice.

use super::tab::Tab;
use super::{Query, Sent, page, review};
use crate::api::access::{Editor, Principal};
use crate::api::path::Path;
use crate::api::{Problem, Result, notes, outcomes, reviews};
use crate::app::App;
use crate::outcome_note;
use crate::pages::fields::{Faults, Fields};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::{Map, Value};
use store::{contents, journeys};

/// `POST /journeys/{id}/{tab}`
pub(in crate::pages) async fn submit(
    State(app): State<App>,
    Editor(who): Editor,
    Path((id, tab)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response> {
    let tab = Tab::parse(&tab).ok_or_else(|| Problem::not_found("tab"))?;
    let done = match tab {
        Tab::Outcome => outcome(&app, &who, &id, &fields).await,
        Tab::Analysis => save(&app, &who, &id, &fields, review::ANALYSIS).await,
        Tab::Learning => save(&app, &who, &id, &fields, review::LEARNING).await,
        Tab::Notes => note(&app, &who, &id, &fields).await,
        Tab::Correlation | Tab::Payment => Err(Problem::not_found("form")),
    };
    match done {
        // 303: a reload shows the tab and sends nothing again.
        Ok(()) => Ok(Redirect::to(&tab.href(&id)).into_response()),
        Err(problem) if problem.code == "changed_meanwhile" => {
            let sent = Sent { fields, conflict: true, ..Sent::default() };
            page(&app, &who, &id, tab, &Query::default(), &sent).await
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let sent = Sent { fields, faults: Faults::of(problem), ..Sent::default() };
            page(&app, &who, &id, tab, &Query::default(), &sent).await
        }
        Err(problem) => Err(problem),
    }
}

fn unknown() -> Problem {
    Problem::invalid_field("do", "is not one of this page's buttons")
}

async fn outcome(app: &App, who: &Principal, id: &str, fields: &Fields) -> Result<()> {
    let (app, who, id) = (State(app.clone()), Editor(who.clone()), Path(id.to_owned()));
    match fields.text("do").as_str() {
        "mark" => outcomes::mark(app, who, id, fields.form(&["outcome", "note"])).await.map(drop),
        "pin" => outcomes::pin(app, who, id, fields.form(&["outcome", "reason"])).await.map(drop),
        "release" => outcomes::release(app, who, id).await.map(drop),
        _ => Err(unknown()),
    }
}

async fn save(app: &App, who: &Principal, id: &str, fields: &Fields, asks: &[review::Ask]) -> Result<()> {
    let mut body = Map::new();
    for ask in asks.iter().filter(|ask| fields.has(ask.name)) {
        body.insert(ask.name.to_owned(), fields.text(ask.name).into());
    }
    if body.contains_key("learning_note") && is_automatic(app, id, &fields.text("learning_note")).await? {
        body.insert("learning_note".to_owned(), Value::from(""));
    }
    body.extend(fields.whole("revision").map(|revision| ("revision".to_owned(), revision)));
    let (app, who, id) = (State(app.clone()), Editor(who.clone()), Path(id.to_owned()));
    reviews::save(app, who, id, HeaderMap::new(), crate::api::form::Form::of(body)).await.map(drop)
}

/// The automatic note as it was shown: nobody wrote it, so it goes on following the facts.
async fn is_automatic(app: &App, id: &str, text: &str) -> Result<bool> {
    let mut conn = app.db.read().await?;
    let Some(journey) = journeys::get(&mut conn, id).await? else { return Ok(false) };
    let hypothesis = contents::get_hypothesis(&mut conn, &journey.hypothesis_id).await?;
    Ok(outcome_note::note(&journey, hypothesis.as_ref()).is_some_and(|note| note == text.trim()))
}

async fn note(app: &App, who: &Principal, id: &str, fields: &Fields) -> Result<()> {
    let (app, who) = (State(app.clone()), Editor(who.clone()));
    let note_id = fields.text("note_id");
    let mut body = fields.texts(&["text", "priority"]);
    let tags = fields.text("tags");
    let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(Value::from);
    body.insert("tags".to_owned(), tags.collect());
    body.extend(fields.whole("revision").map(|revision| ("revision".to_owned(), revision)));
    let form = crate::api::form::Form::of(body);
    match fields.text("do").as_str() {
        "add" => notes::create(app, who, Path(id.to_owned()), form).await.map(drop),
        "save" => {
            notes::update(app, who, Path((id.to_owned(), note_id)), HeaderMap::new(), form).await.map(drop)
        }
        "delete" => notes::remove(app, who, Path((id.to_owned(), note_id))).await.map(drop),
        _ => Err(unknown()),
    }
}
