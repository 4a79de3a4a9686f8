//! `/settings/people`: who may sign in, and as what.

use super::frame::{Frame, Tab, layout};
use super::session::{self, SessionRow};
use crate::api::access::{Owner, Principal};
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::field::{Field, RoleField, role_words, whole_fault};
use crate::pages::layout::Layout;
use crate::pages::sent::Sent;
use crate::pages::words::When;
use crate::people::invitations::{self, Invitation};
use crate::people::manage;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeSet;
use store::people::{self, StoredPerson};

/// A link to pass on.
struct Made {
    name: String,
    invitation: Invitation,
}

struct PersonRow {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    state: &'static str,
    since: When,
    oneself: bool,
}

#[derive(Template)]
#[template(path = "settings/people.html")]
struct PeoplePage {
    layout: Layout,
    frame: Frame,
    rows: Vec<PersonRow>,
    made: Option<Made>,
    name: Field,
    email: Field,
    role: RoleField,
}

#[derive(Template)]
#[template(path = "settings/person.html")]
struct PersonPage {
    layout: Layout,
    frame: Frame,
    person: StoredPerson,
    state: &'static str,
    made: Option<Made>,
    name: Field,
    role: RoleField,
    sessions: Vec<SessionRow>,
}

/// The list.
pub(super) async fn page(State(app): State<App>, Owner(who): Owner, params: Params) -> Result<Response> {
    let done = params.text("done");
    let frame = Frame::of(&who, Tab::People).done(done.as_deref());
    Ok(html(&list(&app, &who, frame, None, None).await?))
}

/// Adds a person; their link is shown this once.
pub(super) async fn create(State(app): State<App>, Owner(who): Owner, sent: Sent) -> Result<Response> {
    let frame = Frame::of(&who, Tab::People);
    match manage::create(&app, &who, sent.form(&["name", "email", "role"])).await {
        Ok((person, invitation)) => {
            let made = invitation.map(|invitation| Made { name: person.name, invitation });
            let page = list(&app, &who, frame, made, None).await?;
            Ok((StatusCode::CREATED, html(&page)).into_response())
        }
        Err(problem) if problem.status.is_client_error() => {
            let frame = frame.fault(whole_fault(Some(&problem)));
            let page = list(&app, &who, frame, None, Some((&problem, &sent))).await?;
            Ok((problem.status, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn list(
    app: &App,
    who: &Principal,
    frame: Frame,
    made: Option<Made>,
    again: Option<(&Problem, &Sent)>,
) -> Result<PeoplePage> {
    let now_ms = app.context.clock.now_ms();
    let row = |(p, state): (StoredPerson, &'static str)| PersonRow {
        state,
        role: role_words(&p.role),
        since: When::ago(p.created_at_ms, now_ms),
        oneself: p.id == who.id,
        id: p.id,
        name: p.name,
        email: p.email,
    };
    let (problem, sent) = (again.map(|a| a.0), again.map(|a| a.1));
    let value = |name: &str| sent.map(|sent| sent.again(name)).unwrap_or_default();
    let role = value("role");
    Ok(PeoplePage {
        layout: layout(app, who, "People"),
        frame,
        rows: with_state(app).await?.into_iter().map(row).collect(),
        made,
        name: Field::new("name", "Name").value(value("name")).fault(problem),
        email: Field::email("off").value(value("email")).fault(problem),
        role: RoleField::new(if role.is_empty() { "editor" } else { &role }, problem),
    })
}

/// The same list as a file, without anything that proves who one is.
pub(super) async fn file(State(app): State<App>, _may: Owner) -> Result<Response> {
    let columns = ["id", "name", "email", "role", "state", "created_at"];
    let rows = with_state(&app).await?.into_iter();
    let rows = rows
        .map(|(p, state)| [p.id, p.name, p.email, p.role, state.to_lowercase(), rfc3339(p.created_at_ms)]);
    csv_file::answer("people", columns, rows)
}

/// Everybody, and whether they can sign in.
async fn with_state(app: &App) -> Result<Vec<(StoredPerson, &'static str)>> {
    let mut conn = app.db.read().await?;
    let found = people::list(&mut conn, None, manage::PEOPLE_MAX).await?;
    let now_ms = app.context.clock.now_ms();
    let invited = found.iter().filter(|person| person.password_hash.is_none()).map(|p| p.id.clone());
    let open = store::invitations::open(&mut conn, invited.collect()).await?;
    let open: BTreeSet<String> =
        open.into_iter().filter(|(_, until_ms)| *until_ms > now_ms).map(|(id, _)| id).collect();
    let stated = |person: StoredPerson| {
        let state = state(&person, open.contains(&person.id));
        (person, state)
    };
    Ok(found.into_iter().map(stated).collect())
}

fn state(person: &StoredPerson, link_is_good: bool) -> &'static str {
    match (person.active, person.password_hash.is_some(), link_is_good) {
        (false, ..) => "Shut out",
        (true, true, _) => "Active",
        (true, false, true) => "Invited",
        (true, false, false) => "Invitation too old",
    }
}

/// One person.
pub(super) async fn one(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let done = params.text("done");
    let frame = Frame::of(&who, Tab::People).done(done.as_deref());
    Ok(html(&person(&app, &who, &id, frame, None, None).await?))
}

/// Changes name and role, or shuts them out, or lets them in again.
pub(super) async fn change(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response> {
    let mut form = sent.form(&["name", "role"]);
    let active = sent.text("active").map(|text| text == "true");
    if let Some(active) = active {
        form.set("active", active);
    }
    match manage::change(&app, &who, &id, form).await {
        Ok(_) => {
            let done = match active {
                None => "changed",
                Some(false) => "shut-out",
                Some(true) => "let-in",
            };
            Ok(Redirect::to(&format!("/settings/people/{id}?done={done}")).into_response())
        }
        Err(problem) if [409, 422].contains(&problem.status.as_u16()) => {
            let frame = Frame::of(&who, Tab::People).fault(whole_fault(Some(&problem)));
            let page = person(&app, &who, &id, frame, None, Some((&problem, &sent))).await?;
            Ok((problem.status, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Makes a new link, which is shown this once.
pub(super) async fn invite(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
) -> Result<Response> {
    let (invited, invitation) = invitations::again(&app, &who, &id).await?;
    let made = Some(Made { name: invited.name, invitation });
    let page = person(&app, &who, &id, Frame::of(&who, Tab::People), made, None).await?;
    Ok((StatusCode::CREATED, html(&page)).into_response())
}

async fn person(
    app: &App,
    who: &Principal,
    id: &str,
    frame: Frame,
    made: Option<Made>,
    again: Option<(&Problem, &Sent)>,
) -> Result<PersonPage> {
    let missing = || Problem::not_found("person");
    if !IdKind::Person.fits(id) {
        return Err(missing());
    }
    let mut conn = app.db.read().await?;
    let person = people::get(&mut conn, id).await?.ok_or_else(missing)?;
    let open = store::invitations::open(&mut conn, vec![id.to_owned()]).await?;
    drop(conn);
    let now_ms = app.context.clock.now_ms();
    let link_is_good = open.iter().any(|(_, until_ms)| *until_ms > now_ms);
    let value = |name: &str, now: &str| match again.and_then(|(_, sent)| sent.text(name)) {
        Some(sent) => sent.to_owned(),
        None => now.to_owned(),
    };
    let problem = again.map(|(problem, _)| problem);
    Ok(PersonPage {
        layout: layout(app, who, &person.name),
        frame,
        state: state(&person, link_is_good),
        made,
        name: Field::new("name", "Name").value(value("name", &person.name)).fault(problem),
        role: RoleField::new(&value("role", &person.role), problem),
        sessions: session::rows(app, who, id).await?,
        person,
    })
}
