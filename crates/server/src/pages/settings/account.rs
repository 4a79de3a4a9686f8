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
use crate::people::sign_in::{Asker, Refused};
use crate::people::{account, sessions};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "settings/account.html")]
struct AccountPage {
    layout: Layout,
    frame: Frame,
    /// Name, address, role; none for programs and the demo.
    person: Option<(String, String, &'static str)>,
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
        Ok(Err(Refused::Wrong)) => {
            Problem::invalid_field("current", "this is not your current password; nothing was changed")
        }
        Ok(Err(Refused::TooMany(wait))) => {
            let words = "Too many tries. Please wait a few seconds.";
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", words);
            return Ok(later(problem.into_response(), wait));
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => problem,
        Err(problem) => return Err(problem),
    };
    let frame = Frame::of(&who, Tab::Account).fault(whole_fault(Some(&refused)));
    let page = account_page(&app, &who, frame, Some(&refused)).await?;
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
    Ok(AccountPage {
        layout: layout(app, who, "Your account"),
        frame,
        person: person.map(|p| (p.name, p.email, role_words(&p.role))),
        current: Field::known_password("current", "Current password").fault(problem),
        password: Field::new_password("New password").fault(problem),
        sessions,
    })
}
