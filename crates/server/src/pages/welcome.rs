//! `/welcome/{secret}`: a person chooses a password, once. Looking at the page uses nothing up: mail programs look, too.

use super::cookies;
use super::errors::html;
use super::field::{Field, whole_fault};
use super::layout::Layout;
use super::sent::Sent;
use super::sign_in::{TOO_MANY, later};
use crate::api::own_page::OwnForm;
use crate::api::path::Path;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::people::attempts::WINDOW;
use crate::people::invitations;
use crate::people::sign_in::Asker;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use store::people::StoredPerson;
use tokio::time::Instant;

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    layout: Layout,
    fault: Option<String>,
    name: String,
    email: String,
    password: Field,
}

/// The form.
pub(super) async fn form(
    State(app): State<App>,
    asker: Asker,
    Path(secret): Path<String>,
) -> Result<Response, Response> {
    let person = find(&app, &asker, &secret).await?;
    Ok(html(&page(person, None)))
}

/// Takes the password, and signs in.
pub(super) async fn submit(
    State(app): State<App>,
    _own: OwnForm,
    asker: Asker,
    Path(secret): Path<String>,
    sent: Sent,
) -> Result<Response, Response> {
    let person = find(&app, &asker, &secret).await?;
    match invitations::accept(&app, &secret, sent.form(&["password"]), &asker).await {
        Ok(admitted) => {
            let mut response = Redirect::to("/").into_response();
            cookies::set(&mut response, app.config.https(), &admitted);
            Ok(response)
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok((problem.status, html(&page(person, Some(&problem)))).into_response())
        }
        Err(problem) => Err(problem.into_response()),
    }
}

/// Who looks for other people's links waits.
async fn find(app: &App, asker: &Asker, secret: &str) -> Result<StoredPerson, Response> {
    if !app.people.by_address.begin(asker.address, Instant::now()) {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", TOO_MANY);
        return Err(later(problem.into_response(), WINDOW));
    }
    let person = invitations::of(app, secret).await.map_err(IntoResponse::into_response)?;
    app.people.by_address.succeeded(asker.address);
    Ok(person)
}

fn page(person: StoredPerson, problem: Option<&Problem>) -> WelcomePage {
    WelcomePage {
        layout: Layout::bare("Welcome"),
        fault: whole_fault(problem),
        name: person.name,
        email: person.email,
        password: Field::new_password("Password").fault(problem).focus(),
    }
}
