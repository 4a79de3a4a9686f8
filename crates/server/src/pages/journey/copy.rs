//! `/journeys/{id}/content`: one client's own copy of what they read. Nobody else's changes (SPEC J3).

use super::head::Record;
use super::tab::Tab;
use crate::api::access::Editor;
use crate::api::path::Path;
use crate::api::{Problem, Result, journey_content};
use crate::app::App;
use crate::pages::contents::editor::{self, Purpose};
use crate::pages::fields::{Faults, Fields};
use crate::pages::layout::{Layout, Section};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

fn purpose(record: &Record) -> Purpose {
    let name = &record.client.name;
    Purpose {
        heading: format!("What {name} reads"),
        about: format!("A version for {name} alone. Nobody else’s content changes."),
        action: format!("/journeys/{}/content", record.journey.id),
        back: Tab::Correlation.href(&record.journey.id),
        named: false,
        button: "Give it to this client",
    }
}

async fn load(app: &App, id: &str) -> Result<Record> {
    let record = Record::load(&mut app.db.read().await?, id).await?;
    record.ok_or_else(|| Problem::not_found("journey"))
}

fn layout(app: &App, who: &crate::api::access::Principal, purpose: &Purpose) -> Layout {
    Layout::of(app, who, &purpose.heading, Section::Journeys)
}

/// `GET`: what they are given now.
pub(in crate::pages) async fn copy_form(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Response> {
    let record = load(&app, &id).await?;
    let purpose = purpose(&record);
    let fields = editor::fields_of(&record.version, record.journey.price);
    Ok(editor::page(layout(&app, &who, &purpose), purpose, &fields, &Faults::default()))
}

/// `POST`: from now on they are given this.
pub(in crate::pages) async fn copy(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let record = load(&app, &id).await?;
    let purpose = purpose(&record);
    let layout = layout(&app, &who, &purpose);
    if fields.text("do") == "preview" {
        return Ok(editor::page(layout, purpose, &fields, &Faults::default()));
    }
    let body = editor::body(&fields, false);
    match journey_content::copy(State(app), Editor(who), Path(id.clone()), body).await {
        Ok(_) => Ok(Redirect::to(&Tab::Correlation.href(&id)).into_response()),
        Err(problem) if problem.code == "already_paid" => {
            let mut faults = Faults::default();
            faults.add("price", problem.detail);
            Ok(editor::page(layout, purpose, &fields, &faults))
        }
        Err(problem) => Ok(editor::page(layout, purpose, &fields, &editor::faults_of(problem)?)),
    }
}
