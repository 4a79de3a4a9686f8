//! Filters and order of the list of journeys under a name: one's own, or everybody's.

use super::access::{Principal, Role, Viewer};
use super::form::Form;
use super::journey_list::Asked;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use store::saved_views::{self, SavedView};
use utoipa::ToSchema;

/// Views that one person sees.
pub const VIEWS_MAX: i64 = 200;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 60;
/// Characters of a query.
const QUERY_CHARS_MAX: usize = 2_000;

/// Body of a new view.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewView {
    name: String,
    /// Parameters of `GET /api/v1/journeys`, as in `outcome=paid&sort=price`.
    query: String,
    /// Everybody's; needs the role editor.
    shared: Option<bool>,
}

/// One view.
#[derive(Debug, Serialize, ToSchema)]
pub struct View {
    id: String,
    name: String,
    query: String,
    shared: bool,
    created_at: String,
}

impl From<SavedView> for View {
    fn from(v: SavedView) -> Self {
        let shared = v.owner.is_none();
        Self { id: v.id, name: v.name, query: v.query, shared, created_at: rfc3339(v.created_at_ms) }
    }
}

/// One's own views and everybody's, by name.
#[utoipa::path(get, path = "/api/v1/saved-views", tag = "journeys", responses((status = 200, body = List<View>)))]
pub async fn list(State(app): State<App>, Viewer(who): Viewer) -> Result<Json<List<View>>> {
    let views = saved_views::of(&mut app.db.read().await?, &who.id, VIEWS_MAX).await?;
    Ok(Json(List { items: views.into_iter().map(View::from).collect(), next: None }))
}

/// Keep filters and order of the list of journeys under a name.
#[utoipa::path(post, path = "/api/v1/saved-views", tag = "journeys", request_body = NewView,
    responses((status = 201, body = View), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Viewer(who): Viewer,
    mut form: Form,
) -> Result<(StatusCode, Json<View>)> {
    let name = form.text("name", 1..=NAME_CHARS_MAX);
    let query = form.text("query", 1..=QUERY_CHARS_MAX);
    let shared = form.opt_bool("shared").unwrap_or(false);
    if Asked::read(Params::parse(&query)).is_err() {
        form.fault("query", "must be parameters of the list of journeys, as in outcome=paid&sort=price");
    }
    form.finish(())?;
    Ok((StatusCode::CREATED, Json(save(&app, &who, name, query, shared).await?.into())))
}

/// Stores a view; everybody's needs an editor.
pub async fn save(
    app: &App,
    who: &Principal,
    name: String,
    query: String,
    shared: bool,
) -> Result<SavedView> {
    may_share(who, shared)?;
    let mut conn = app.db.write().await?;
    if i64::try_from(saved_views::of(&mut conn, &who.id, VIEWS_MAX).await?.len())
        .is_ok_and(|n| n >= VIEWS_MAX)
    {
        let detail = format!("There are {VIEWS_MAX} views already. Delete one that nobody needs.");
        return Err(Problem::conflict("too_many", detail));
    }
    let view = SavedView {
        id: app.context.ids.make(IdKind::SavedView),
        name,
        owner: (!shared).then(|| who.id.clone()),
        query,
        created_at_ms: app.context.clock.now_ms(),
    };
    saved_views::insert(&mut conn, &view).await?;
    let detail = json!({"name": view.name, "shared": shared});
    audit::record(&mut conn, &app.context, who, "view.create", Some(&view.id), detail).await?;
    conn.commit().await?;
    Ok(view)
}

/// Forget a view.
#[utoipa::path(delete, path = "/api/v1/saved-views/{id}", tag = "journeys",
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    forget(&app, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes one's own view, or as an editor everybody's. Those of others are not there.
pub async fn forget(app: &App, who: &Principal, id: &str) -> Result<()> {
    let mut conn = app.db.write().await?;
    let found = if IdKind::SavedView.fits(id) { saved_views::get(&mut conn, id).await? } else { None };
    let found = found.filter(|view| view.owner.as_ref().is_none_or(|owner| *owner == who.id));
    let view = found.ok_or_else(|| Problem::not_found("saved view"))?;
    may_share(who, view.owner.is_none())?;
    saved_views::delete(&mut conn, id).await?;
    let detail = json!({"name": view.name});
    audit::record(&mut conn, &app.context, who, "view.delete", Some(id), detail).await?;
    Ok(conn.commit().await?)
}

fn may_share(who: &Principal, shared: bool) -> Result<()> {
    if shared && who.role < Role::Editor {
        let detail = "What everybody sees is changed by editors. Keep the view for yourself instead.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail));
    }
    Ok(())
}
