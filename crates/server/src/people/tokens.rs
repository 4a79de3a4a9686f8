//! API tokens: what programs prove themselves with.

use super::last_seen::Whose;
use super::{NAME_CHARS_MAX, role};
use crate::api::access::{Principal, Role, token_hash};
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::apply::Context;
use crate::audit;
use crate::ids::{IdKind, secret};
use serde_json::json;
use store::Db;
use store::tokens::{self, StoredToken};

/// Makes a token and returns it with its secret, which is shown this once.
pub async fn make(
    db: &Db,
    context: &Context,
    who: &Principal,
    role: Role,
    name: &str,
) -> store::Result<(StoredToken, String)> {
    let secret = format!("why_{}", secret());
    let id = context.ids.make(IdKind::Token);
    let stored = StoredToken { id, name: name.to_owned(), role: role.as_str().to_owned() };
    let mut conn = db.write().await?;
    tokens::insert(&mut conn, &stored, &token_hash(&secret), context.clock.now_ms()).await?;
    let detail = json!({"name": name, "role": role.as_str()});
    audit::record(&mut conn, context, who, "token.create", Some(&stored.id), detail).await?;
    conn.commit().await?;
    Ok((stored, secret))
}

/// Likewise, as a form asks for it.
pub async fn create(app: &App, who: &Principal, mut form: Form) -> Result<(StoredToken, String)> {
    let name = form.line("name", 1..=NAME_CHARS_MAX);
    let role = role(&mut form, "role");
    form.finish(())?;
    Ok(make(&app.db, &app.context, who, role, &name).await?)
}

/// Ends a token. One that was revoked before stays so.
pub async fn revoke(app: &App, who: &Principal, id: &str) -> Result<()> {
    let mut conn = app.db.write().await?;
    let found = if IdKind::Token.fits(id) { tokens::get(&mut conn, id).await? } else { None };
    let row = found.ok_or_else(|| Problem::not_found("token"))?;
    if tokens::revoke(&mut conn, id, app.context.clock.now_ms()).await? {
        let detail = json!({"name": row.token.name});
        audit::record(&mut conn, &app.context, who, "token.revoke", Some(id), detail).await?;
    }
    Ok(conn.commit().await?)
}

/// Who holds a token.
pub async fn holder(app: &App, secret: &str) -> Result<Option<Principal>> {
    let mut conn = app.db.read().await?;
    let Some(row) = tokens::by_hash(&mut conn, &token_hash(secret)).await? else { return Ok(None) };
    let whose = || Whose::Token(row.token.id.clone());
    app.people.last_seen.note(whose, row.seen_at_ms.unwrap_or(0), app.context.clock.now_ms());
    let StoredToken { id, name, role } = row.token;
    Ok(Role::parse(&role).map(|role| Principal { id, name, role, session_id: None }))
}
