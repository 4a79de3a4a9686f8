//! API tokens; for owners.

use super::access::Owner;
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::people::tokens;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use store::tokens::{self as stored, TokenRow};
use utoipa::ToSchema;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    id: String,
    name: String,
    /// `viewer`, `editor` or `owner`.
    role: String,
    created_at: String,
    /// To the minute.
    last_used_at: Option<String>,
    /// Not good any more since.
    revoked_at: Option<String>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.token.id,
            name: row.token.name,
            role: row.token.role,
            created_at: rfc3339(row.created_at_ms),
            last_used_at: row.seen_at_ms.map(rfc3339),
            revoked_at: row.revoked_at_ms.map(rfc3339),
        }
    }
}

/// A new token with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenAnswer {
    id: String,
    name: String,
    role: String,
    /// Shown this once; only its hash is stored.
    token: String,
}

/// Body of a new token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewToken {
    /// Who or what will use it; shown in the history of what it changes.
    name: String,
    /// What it may do: `viewer`, `editor` or `owner`.
    role: String,
}

/// Make a token. Its secret is in this answer alone.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = NewTokenAnswer), (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Owner(who): Owner,
    form: Form,
) -> Result<(StatusCode, Json<NewTokenAnswer>)> {
    let (made, token) = tokens::create(&app, &who, form).await?;
    let answer = NewTokenAnswer { id: made.id, name: made.name, role: made.role, token };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Tokens, newest first, revoked ones among them.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Token>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Owner, params: Params) -> Result<Json<List<Token>>> {
    let page = params.page(|after| IdKind::Token.fits(after))?;
    let found = stored::list(&mut app.db.read().await?, page.after.as_deref(), page.rows()).await?;
    Ok(Json(page.list(found.into_iter().map(Token::from).collect(), |token| token.id.clone())))
}

/// Revoke a token: from now on it is not good. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn revoke(State(app): State<App>, Owner(who): Owner, Path(id): Path<String>) -> Result<StatusCode> {
    tokens::revoke(&app, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
