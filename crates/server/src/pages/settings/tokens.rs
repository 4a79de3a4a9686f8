//! `/settings/tokens`: what programs prove themselves with.

use super::frame::{Frame, Tab, layout};
use crate::api::access::{Owner, Principal};
use crate::api::path::Path;
use crate::api::query::{List, Params};
use crate::api::{Problem, Result};
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::field::{Field, RoleField, role_words, whole_fault};
use crate::pages::href::with_query;
use crate::pages::layout::Layout;
use crate::pages::sent::Sent;
use crate::pages::words::When;
use crate::people::tokens;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use store::tokens::{StoredToken, TokenRow as Stored};

/// Rows of a file at most, the newest.
const FILE_ROWS_MAX: i64 = 10_000;

struct TokenRow {
    id: String,
    name: String,
    role: &'static str,
    made: When,
    used: Option<When>,
    revoked: Option<When>,
}

/// A token that was just made.
struct Made {
    name: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "settings/tokens.html")]
struct TokensPage {
    layout: Layout,
    frame: Frame,
    rows: Vec<TokenRow>,
    next: Option<String>,
    made: Option<Made>,
    public_url: String,
    name: Field,
    role: RoleField,
}

/// The list.
pub(super) async fn page(State(app): State<App>, Owner(who): Owner, params: Params) -> Result<Response> {
    let done = params.text("done");
    let frame = Frame::of(&who, Tab::Tokens).done(done.as_deref());
    Ok(html(&list(&app, &who, frame, params, None, None).await?))
}

/// Makes one; its secret is shown this once.
pub(super) async fn create(
    State(app): State<App>,
    Owner(who): Owner,
    params: Params,
    sent: Sent,
) -> Result<Response> {
    let frame = Frame::of(&who, Tab::Tokens);
    match tokens::create(&app, &who, sent.form(&["name", "role"])).await {
        Ok((token, secret)) => {
            let made = Some(Made { name: token.name, secret });
            let page = list(&app, &who, frame, params, made, None).await?;
            Ok((StatusCode::CREATED, html(&page)).into_response())
        }
        Err(problem) if problem.status.is_client_error() => {
            let frame = frame.fault(whole_fault(Some(&problem)));
            let page = list(&app, &who, frame, params, None, Some((&problem, &sent))).await?;
            Ok((problem.status, html(&page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Ends one.
pub(super) async fn revoke(
    State(app): State<App>,
    Owner(who): Owner,
    Path(id): Path<String>,
) -> Result<Redirect> {
    tokens::revoke(&app, &who, &id).await?;
    Ok(Redirect::to("/settings/tokens?done=revoked"))
}

async fn list(
    app: &App,
    who: &Principal,
    frame: Frame,
    params: Params,
    made: Option<Made>,
    again: Option<(&Problem, &Sent)>,
) -> Result<TokensPage> {
    let asked = params.page(|after| IdKind::Token.fits(after))?;
    let found = store::tokens::list(&mut app.db.read().await?, asked.after.as_deref(), asked.rows()).await?;
    let List { items, next } = asked.list(found, |row| row.token.id.clone());
    let now_ms = app.context.clock.now_ms();
    let next = next.map(|after| with_query(Tab::Tokens.href(), [("after", Some(after.as_str()))]));
    let (problem, sent) = (again.map(|a| a.0), again.map(|a| a.1));
    let value = |name: &str| sent.map(|sent| sent.again(name)).unwrap_or_default();
    let role = value("role");
    let hint = "Who or what will use it. Shown in the history of what it changes.";
    Ok(TokensPage {
        layout: layout(app, who, "Tokens"),
        frame,
        rows: items.into_iter().map(|row| shown(row, now_ms)).collect(),
        next,
        made,
        public_url: app.config.public_url.clone(),
        name: Field::new("name", "Name").hint(hint).value(value("name")).fault(problem),
        role: RoleField::new(if role.is_empty() { "viewer" } else { &role }, problem),
    })
}

/// All of them as a file, without their hashes.
pub(super) async fn file(State(app): State<App>, _may: Owner) -> Result<Response> {
    let found = store::tokens::list(&mut app.db.read().await?, None, FILE_ROWS_MAX).await?;
    let columns = ["id", "name", "role", "created_at", "last_used_at", "revoked_at"];
    let time = |at_ms: Option<i64>| at_ms.map(rfc3339).unwrap_or_default();
    let rows = found.into_iter().map(|row| {
        let StoredToken { id, name, role } = row.token;
        [id, name, role, rfc3339(row.created_at_ms), time(row.seen_at_ms), time(row.revoked_at_ms)]
    });
    csv_file::answer("tokens", columns, rows)
}

fn shown(row: Stored, now_ms: i64) -> TokenRow {
    let ago = |at_ms: i64| When::ago(at_ms, now_ms);
    TokenRow {
        id: row.token.id,
        name: row.token.name,
        role: role_words(&row.token.role),
        made: ago(row.created_at_ms),
        used: row.seen_at_ms.map(ago),
        revoked: row.revoked_at_ms.map(ago),
    }
}
