//! People who may sign in; for owners.

use super::access::Owner;
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::people::invitations::{self, Invitation};
use crate::people::manage;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use store::people::{self, StoredPerson};
use utoipa::ToSchema;

/// Somebody who may sign in, or once could.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    id: String,
    email: String,
    name: String,
    /// `viewer`, `editor` or `owner`.
    role: String,
    /// False: shut out.
    active: bool,
    /// True until they chose a password.
    invited: bool,
    created_at: String,
}

impl From<StoredPerson> for Person {
    fn from(p: StoredPerson) -> Self {
        Self {
            id: p.id,
            email: p.email,
            name: p.name,
            role: p.role,
            active: p.active,
            invited: p.password_hash.is_none(),
            created_at: rfc3339(p.created_at_ms),
        }
    }
}

/// A person, and the link with which they choose a password.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonWithInvitation {
    #[serde(flatten)]
    person: Person,
    /// Null when the password was given.
    invitation: Option<Invitation>,
}

/// Body of a new person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewPerson {
    name: String,
    email: String,
    /// `viewer`, `editor` or `owner`.
    role: String,
    /// Absent: the answer has a link with which they choose one.
    password: Option<String>,
}

/// Body of a change; at least one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct PersonChange {
    name: Option<String>,
    role: Option<String>,
    /// False shuts them out and ends their sessions.
    active: Option<bool>,
}

/// Add a person. Without a password the answer has a link to pass on, which is shown this once.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = PersonWithInvitation), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Owner(who): Owner,
    form: Form,
) -> Result<(StatusCode, Json<PersonWithInvitation>)> {
    let (person, invitation) = manage::create(&app, &who, form).await?;
    Ok((StatusCode::CREATED, Json(PersonWithInvitation { person: person.into(), invitation })))
}

/// People, in the order they came in.
#[utoipa::path(get, path = "/api/v1/people", tag = "people",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Person>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Owner, params: Params) -> Result<Json<List<Person>>> {
    let page = params.page(|after| IdKind::Person.fits(after))?;
    let found = people::list(&mut app.db.read().await?, page.after.as_deref(), page.rows()).await?;
    Ok(Json(page.list(found.into_iter().map(Person::from).collect(), |person| person.id.clone())))
}

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    responses((status = 200, body = Person), (status = 404, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Owner, Path(id): Path<String>) -> Result<Json<Person>> {
    let found =
        if IdKind::Person.fits(&id) { people::get(&mut app.db.read().await?, &id).await? } else { None };
    found.map(|person| Json(person.into())).ok_or_else(|| Problem::not_found("person"))
}

/// Change a person's name or role, or shut them out. The last owner who can sign in stays one.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", request_body = PersonChange,
    responses((status = 200, body = Person), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "last_owner"), (status = 422, body = Problem)))]
pub async fn change(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
    form: Form,
) -> Result<Json<Person>> {
    Ok(Json(manage::change(&app, &who, &id, form).await?.into()))
}

/// Make a new link with which a person chooses a password. One made before is no longer good.
#[utoipa::path(post, path = "/api/v1/people/{id}/invitation", tag = "people",
    responses((status = 201, body = PersonWithInvitation), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "inactive")))]
pub async fn invite(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<PersonWithInvitation>)> {
    let (person, invitation) = invitations::again(&app, &who, &id).await?;
    let answer = PersonWithInvitation { person: person.into(), invitation: Some(invitation) };
    Ok((StatusCode::CREATED, Json(answer)))
}
