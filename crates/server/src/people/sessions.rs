//! Sessions of people: who holds one, and ending it.

use super::last_seen::Whose;
use crate::api::access::{Principal, Role, token_hash};
use crate::api::{Problem, Result};
use crate::app::App;
use crate::audit;
use crate::ids::IdKind;
use serde_json::json;
use store::sessions::{self, Alive, StoredSession};

/// A session ends so long after it began.
pub const SESSION_LIFE_MS: i64 = 30 * 86_400_000;
/// It ends sooner when it was not seen for so long.
pub const SESSION_IDLE_MS: i64 = 7 * 86_400_000;

/// Which sessions are alive at `now_ms`.
pub const fn alive_from(now_ms: i64) -> Alive {
    Alive { created_after_ms: now_ms - SESSION_LIFE_MS, seen_after_ms: now_ms - SESSION_IDLE_MS }
}

/// Who holds a session's secret. `noted` counts as having been seen.
pub async fn holder(app: &App, secret: &str, noted: bool) -> Result<Option<Principal>> {
    let now_ms = app.context.clock.now_ms();
    let mut conn = app.db.read().await?;
    let held = sessions::by_hash(&mut conn, &token_hash(secret), alive_from(now_ms)).await?;
    let Some(held) = held else { return Ok(None) };
    if noted {
        let whose = || Whose::Session(held.session_id.clone());
        app.people.last_seen.note(whose, held.seen_at_ms, now_ms);
    }
    let role = Role::parse(&held.role);
    Ok(role.map(|role| Principal {
        id: held.person_id,
        name: held.name,
        role,
        session_id: Some(held.session_id),
    }))
}

/// A person's sessions, newest first.
pub async fn of_person(
    app: &App,
    person_id: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredSession>> {
    let alive = alive_from(app.context.clock.now_ms());
    Ok(sessions::of_person(&mut app.db.read().await?, person_id, alive, after, limit).await?)
}

/// Ends a session: one's own, or as an owner anybody's. Returns whose it was.
pub async fn end(app: &App, who: &Principal, id: &str) -> Result<String> {
    let mut conn = app.db.write().await?;
    let found = if IdKind::Session.fits(id) { sessions::get(&mut conn, id).await? } else { None };
    // Nobody learns which ids others' sessions have.
    let found = found.filter(|found| found.person_id == who.id || who.role == Role::Owner);
    let session = found.ok_or_else(|| Problem::not_found("session"))?;
    sessions::end(&mut conn, id).await?;
    let detail = json!({"person_id": session.person_id});
    audit::record(&mut conn, &app.context, who, "session.end", Some(id), detail).await?;
    conn.commit().await?;
    Ok(session.person_id)
}

/// Ends all of one's own sessions but this one.
pub async fn end_others(app: &App, who: &Principal) -> Result<u64> {
    let mut conn = app.db.write().await?;
    let ended = sessions::end_others(&mut conn, &who.id, who.session_id.as_deref()).await?;
    let detail = json!({"ended": ended});
    audit::record(&mut conn, &app.context, who, "session.end_others", Some(&who.id), detail).await?;
    conn.commit().await?;
    Ok(ended)
}

/// Signs out: ends the session that is asked with, if there is one.
pub async fn sign_out(app: &App, who: &Principal) -> Result<()> {
    let Some(id) = &who.session_id else { return Ok(()) };
    let mut conn = app.db.write().await?;
    if sessions::end(&mut conn, id).await? {
        audit::record(&mut conn, &app.context, who, "person.sign_out", Some(&who.id), json!({})).await?;
    }
    Ok(conn.commit().await?)
}
