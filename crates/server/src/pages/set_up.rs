//! `/set-up`: the first person, who knows the code that the server printed. Gone once there is somebody.

use super::cookies;
use super::errors::html;
use super::field::{Field, whole_fault};
use super::layout::Layout;
use super::sent::Sent;
use super::sign_in::{SIGN_IN, TOO_MANY, later};
use crate::api::own_page::OwnForm;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::people::attempts::WINDOW;
use crate::people::set_up;
use crate::people::sign_in::Asker;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tokio::time::Instant;

/// Where it is.
pub(super) const SET_UP: &str = "/set-up";

#[derive(Template)]
#[template(path = "set_up.html")]
struct SetUpPage {
    layout: Layout,
    fault: Option<String>,
    code: Field,
    name: Field,
    email: Field,
    password: Field,
}

/// The form.
pub(super) async fn form(State(app): State<App>) -> Result<Response> {
    if app.open_pages {
        return Ok(Redirect::to("/").into_response());
    }
    if !set_up::is_open(&app).await? {
        return Ok(Redirect::to(SIGN_IN).into_response());
    }
    Ok(html(&page(None, None)))
}

/// Makes the first owner, and signs them in.
pub(super) async fn submit(
    State(app): State<App>,
    _own: OwnForm,
    asker: Asker,
    sent: Sent,
) -> Result<Response> {
    if app.open_pages || !set_up::is_open(&app).await? {
        return Err(set_up::over());
    }
    if !app.people.by_address.begin(asker.address, Instant::now()) {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", TOO_MANY);
        return Ok(later(refused(&problem, &sent), WINDOW));
    }
    let form = sent.form(&["code", "name", "email", "password"]);
    match set_up::claim(&app, form, &asker).await {
        Ok(admitted) => {
            app.people.by_address.succeeded(asker.address);
            let mut response = Redirect::to("/settings/set-up").into_response();
            cookies::set(&mut response, app.config.https(), &admitted);
            Ok(response)
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => Ok(refused(&problem, &sent)),
        Err(problem) => Err(problem),
    }
}

fn refused(problem: &Problem, sent: &Sent) -> Response {
    (problem.status, html(&page(Some(problem), Some(sent)))).into_response()
}

fn page(problem: Option<&Problem>, sent: Option<&Sent>) -> SetUpPage {
    let again = |name: &str| sent.map(|sent| sent.again(name)).unwrap_or_default();
    let code_hint = "Printed on the terminal, or in the service's output, when the server started.";
    let name = Field::new("name", "Your name").autocomplete("name");
    SetUpPage {
        layout: Layout::bare("Set up"),
        fault: whole_fault(problem),
        code: Field::new("code", "Code").hint(code_hint).value(again("code")).fault(problem).focus(),
        name: name.hint("Shown in the history of what you change.").value(again("name")).fault(problem),
        email: Field::email("username").value(again("email")).fault(problem),
        password: Field::new_password("Password").fault(problem),
    }
}
