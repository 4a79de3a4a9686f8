//! New contents and new versions. A version never changes: an edit is the next one, and so is going back.

use super::editor::{self, Purpose};
use super::show::{find, find_version};
use crate::api::access::{Editor, Principal};
use crate::api::form::Form;
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::{Result, contents as api, versions};
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::fields::{Faults, Fields};
use crate::pages::hypothesis_field::HypothesisFields;
use crate::pages::layout::{Layout, Section};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use store::contents;

#[derive(Template)]
#[template(path = "contents/rollback.html")]
struct RollbackPage {
    layout: Layout,
    id: String,
    name: String,
    version_id: String,
    number: i64,
    hypothesis: HypothesisFields,
    others: Vec<String>,
}

fn layout(app: &App, who: &Principal, title: &str) -> Layout {
    Layout::of(app, who, title, Section::Contents)
}

fn to_make() -> Purpose {
    Purpose {
        heading: "New content".to_owned(),
        about: "Four pages that a client reads, what they pay, and why it should work.".to_owned(),
        action: "/contents/new".to_owned(),
        back: "/contents".to_owned(),
        named: true,
        button: "Make it",
    }
}

/// `GET /contents/new`
pub(super) async fn new(State(app): State<App>, Editor(who): Editor) -> Result<Response> {
    let fields = Fields::of([("currency", "usd".to_owned())]);
    Ok(editor::page(layout(&app, &who, "New content"), to_make(), &fields, &Faults::default()))
}

/// `POST /contents/new`
pub(super) async fn create(State(app): State<App>, Editor(who): Editor, fields: Fields) -> Result<Response> {
    let layout = layout(&app, &who, "New content");
    if fields.text("do") == "preview" {
        return Ok(editor::page(layout, to_make(), &fields, &Faults::default()));
    }
    let body = editor::body(&fields, true);
    match api::create(State(app), Editor(who), body).await {
        Ok((_, Json(content))) => Ok(Redirect::to(&format!("/contents/{}", content.id)).into_response()),
        Err(problem) => Ok(editor::page(layout, to_make(), &fields, &editor::faults_of(problem)?)),
    }
}

fn to_edit(id: &str, name: &str) -> Purpose {
    Purpose {
        heading: format!("New version of {name}"),
        about: "What clients were given stays as it is; whoever comes next can be given this.".to_owned(),
        action: format!("/contents/{id}/edit"),
        back: format!("/contents/{id}"),
        named: false,
        button: "Save as new version",
    }
}

/// `GET /contents/{id}/edit`, from the newest version or the one that `from` names.
pub(super) async fn edit(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let content = find(&mut conn, &id).await?;
    let version = match params.text("from") {
        Some(from) => Some(find_version(&mut conn, &id, &from).await?),
        None => contents::newest_version(&mut conn, &id).await?,
    };
    let fields = version.map(|v| editor::fields_of(&v, v.price)).unwrap_or_default();
    let purpose = to_edit(&id, &content.name);
    Ok(editor::page(layout(&app, &who, &purpose.heading), purpose, &fields, &Faults::default()))
}

/// `POST /contents/{id}/edit`
pub(super) async fn save(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let content = find(&mut app.db.read().await?, &id).await?;
    let purpose = to_edit(&id, &content.name);
    let layout = layout(&app, &who, &purpose.heading);
    if fields.text("do") == "preview" {
        return Ok(editor::page(layout, purpose, &fields, &Faults::default()));
    }
    let body = editor::body(&fields, false);
    match api::create_version(State(app), Editor(who), Path(id.clone()), body).await {
        Ok(_) => Ok(Redirect::to(&format!("/contents/{id}")).into_response()),
        Err(problem) => Ok(editor::page(layout, purpose, &fields, &editor::faults_of(problem)?)),
    }
}

/// `GET /contents/{id}/rollback?version=`
pub(super) async fn rollback_form(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Response> {
    let version_id = params.required("version");
    params.finish(())?;
    rollback_page(&app, &who, &id, &version_id, &Fields::default(), &Faults::default()).await
}

/// `POST /contents/{id}/rollback`
pub(super) async fn rollback(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let version_id = fields.text("version");
    let mut body = editor::with_hypothesis(&fields);
    body.insert("version_id".to_owned(), version_id.clone().into());
    let done =
        versions::rollback(State(app.clone()), Editor(who.clone()), Path(id.clone()), Form::of(body)).await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/contents/{id}")).into_response()),
        Err(problem) => {
            let faults = editor::faults_of(problem)?;
            rollback_page(&app, &who, &id, &version_id, &fields, &faults).await
        }
    }
}

async fn rollback_page(
    app: &App,
    who: &Principal,
    id: &str,
    version_id: &str,
    fields: &Fields,
    faults: &Faults,
) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let content = find(&mut conn, id).await?;
    let version = find_version(&mut conn, id, version_id).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = RollbackPage {
        layout: layout(app, who, &format!("Take up version {} again", version.number)),
        id: id.to_owned(),
        name: content.name,
        version_id: version.id,
        number: version.number,
        hypothesis: HypothesisFields::typed(fields, faults),
        others: faults.others(&["hypothesis"]),
    };
    Ok((status, html(&page)).into_response())
}
