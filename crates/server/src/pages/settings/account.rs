//! `/settings/account`: oneself: password, and where one is signed in.

use super::frame::{Frame, Tab, layout};
use super::session::{self, SessionRow};
use crate::api::access::{Principal, Viewer};
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::pages::cookies;
use crate::pages::errors::html;
use crate::pages::field::{Field, role_words, whole_fault};
use crate::pages::layout::Layout;
use crate::pages::sent::Sent;
use crate::pages::sign_in::later;
use crate::people::account::PROOF;
use crate::people::sign_in::{Asker, Refused};
use crate::people::{account, sessions};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::time::Duration;

#[derive(Template)]
#[template(path = "settings/account.html")]
struct AccountPage {
    layout: Layout,
    frame: Frame,
    /// Name, address, role; none for programs and the demo.
    person: Option<(String, String, &'static str)>,
    email: Field,
    proof: Field,
    current: Field,
    password: Field,
    sessions: Vec<SessionRow>,
}

/// One's account.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, params: Params) -> Result<Response> {
    let done = params.text("done");
    let frame = Frame::of(&who, Tab::Account).done(done.as_deref());
    Ok(html(&account_page(&app, &who, frame, None).await?))
}

/// Changes the password; this browser gets a new session, and all others end.
pub(super) async fn password(
    State(app): State<App>,
    Viewer(who): Viewer,
    asker: Asker,
    sent: Sent,
) -> Result<Response> {
    let form = sent.form(&["current", "password"]);
    let refused = match account::change_password(&app, &who, form, &asker).await {
        Ok(Ok(admitted)) => {
            let mut response = Redirect::to("/settings/account?done=password").into_response();
            cookies::set(&mut response, app.config.https(), &admitted);
            return Ok(response);
        }
        Ok(Err(Refused::TooMany(wait))) => return Ok(too_many(wait)),
        Ok(Err(Refused::Wrong)) => wrong("current"),
        Err(problem) => problem,
    };
    refuse(&app, &who, refused, None).await
}

/// Changes the address that one signs in with.
pub(super) async fn email(State(app): State<App>, Viewer(who): Viewer, sent: Sent) -> Result<Response> {
    let typed = sent.again("email");
    let refused = match account::change_email(&app, &who, sent.form(&["email", PROOF])).await {
        Ok(Ok(())) => return Ok(Redirect::to("/settings/account?done=email").into_response()),
        Ok(Err(Refused::TooMany(wait))) => return Ok(too_many(wait)),
        Ok(Err(Refused::Wrong)) => wrong(PROOF),
        Err(problem) => problem,
    };
    refuse(&app, &who, refused, Some(typed)).await
}

fn wrong(field: &str) -> Problem {
    Problem::invalid_field(field, "this is not your current password; nothing was changed")
}

fn too_many(wait: Duration) -> Response {
    let words = "Too many tries. Please wait a few seconds.";
    later(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", words).into_response(), wait)
}

/// The page with what was wrong, and the address that was typed.
async fn refuse(app: &App, who: &Principal, refused: Problem, email: Option<String>) -> Result<Response> {
    if refused.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(refused);
    }
    let frame = Frame::of(who, Tab::Account).fault(whole_fault(Some(&refused)));
    let mut page = account_page(app, who, frame, Some(&refused)).await?;
    if let Some(email) = email {
        page.email = page.email.value(email);
    }
    Ok((refused.status, html(&page)).into_response())
}

/// Signs out everywhere else.
pub(super) async fn others(State(app): State<App>, Viewer(who): Viewer) -> Result<Redirect> {
    if account::of(&app, &who).await?.is_none() {
        return Err(Problem::not_found("account"));
    }
    sessions::end_others(&app, &who).await?;
    Ok(Redirect::to("/settings/account?done=others"))
}

async fn account_page(
    app: &App,
    who: &Principal,
    frame: Frame,
    problem: Option<&Problem>,
) -> Result<AccountPage> {
    let person = account::of(app, who).await?;
    let sessions = if person.is_some() { session::rows(app, who, &who.id).await? } else { Vec::new() };
    let email = person.as_ref().map(|p| p.email.clone()).unwrap_or_default();
    Ok(AccountPage {
        layout: layout(app, who, "Your account"),
        frame,
        person: person.map(|p| (p.name, p.email, role_words(&p.role))),
        email: Field::email("email").value(email).fault(problem),
        proof: Field::known_password(PROOF, "Your password").fault(problem),
        current: Field::known_password("current", "Current password").fault(problem),
        password: Field::new_password("New password").fault(problem),
        sessions,
    })
}
