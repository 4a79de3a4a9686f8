//! Saved views: names for filters and orders, above the list (SPEC D1).

use super::query::Query;
use crate::api::access::{Principal, Role, Viewer};
use crate::api::query::Params;
use crate::api::saved_views::{self as api, VIEWS_MAX};
use crate::api::{Problem, Result};
use crate::app::App;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Redirect;
use std::collections::BTreeMap;
use store::saved_views::{self, SavedView};
use store::{Conn, Result as Stored};

/// What stands above the filters.
#[derive(Template)]
#[template(path = "journeys/views.html")]
pub(super) struct Views {
    saved: Vec<View>,
    /// What to save, when the list shows something of its own.
    save: Option<String>,
    may_change: bool,
}

struct View {
    id: String,
    name: String,
    href: String,
    /// Shown now.
    current: bool,
    may_delete: bool,
}

impl Views {
    /// Those of `who`, on the page of `query`.
    pub(super) async fn load(conn: &mut Conn, who: &Principal, query: &Query) -> Stored<Self> {
        let may_change = who.role >= Role::Editor;
        let kept = query.kept();
        let view = |v: SavedView| View {
            href: format!("/?livemode={}&{}", query.livemode(), v.query),
            current: v.query == kept,
            may_delete: may_change || v.owner.is_some(),
            id: v.id,
            name: v.name,
        };
        let found = saved_views::of(conn, &who.id, VIEWS_MAX).await?;
        let saved: Vec<View> = found.into_iter().map(view).collect();
        let is_new = !kept.is_empty() && saved.iter().all(|view| !view.current);
        Ok(Self { saved, save: is_new.then_some(kept), may_change })
    }
}

/// `POST /journeys/views`: saves the view and shows it.
pub(in crate::pages) async fn save(
    State(app): State<App>,
    Viewer(who): Viewer,
    body: String,
) -> Result<Redirect> {
    let fields: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let (name, shared) = (field("name"), field("shared") == "true");
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Problem::invalid_field("name", "The view needs a name of at most 60 characters."));
    }
    let query = Query::read(Params::parse(&field("query")), &app)?;
    api::save(&app, &who, name, query.kept(), shared).await?;
    Ok(Redirect::to(&query.first().href("/")))
}

/// `POST /journeys/views/{id}/delete`
pub(in crate::pages) async fn delete(
    State(app): State<App>,
    Viewer(who): Viewer,
    Path(id): Path<String>,
) -> Result<Redirect> {
    api::forget(&app, &who, &id).await?;
    Ok(Redirect::to("/"))
}
