//! Signing in: who is it, and a new session for them.
//!
//! [`by_password`] is one way to prove who one is. Another one would stand beside it and end in [`admit`].

use super::pace::Turn;
use super::passwords::is_dated;
use super::sessions::{SESSION_LIFE_MS, alive_from};
use crate::api::Result;
use crate::api::access::{Principal, Role, token_hash};
use crate::app::App;
use crate::audit;
use crate::ids::{IdKind, secret};
use serde_json::json;
use std::net::IpAddr;
use std::time::Duration;
use store::people::{self, StoredPerson};
use store::sessions::{self, StoredSession};
use store::{Conn, browsers};
use tokio::time::{Instant, sleep};

/// How long a browser is known after its last sign-in.
pub const BROWSER_LIFE_MS: i64 = 180 * 86_400_000;
/// Characters of what a browser calls itself.
const AGENT_CHARS_MAX: usize = 300;

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// As far as it is known.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub agent: Option<String>,
    /// Secret of a browser that was signed in before.
    pub browser: Option<String>,
    /// Secret of the session it has now; it ends when another begins.
    pub session: Option<String>,
}

/// What the browser is to keep.
#[derive(Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Secret of the new session.
    pub session: String,
    /// Secret of the browser.
    pub browser: String,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Address or password; it is not said which.
    Wrong,
    /// Not checked; come back after this.
    TooMany(Duration),
}

/// Signs in whoever knows the password.
pub async fn by_password(
    app: &App,
    email: &str,
    password: String,
    asker: &Asker,
) -> Result<Result<Admitted, Refused>> {
    let email = email.trim().to_lowercase();
    let now_ms = app.context.clock.now_ms();
    let mut conn = app.db.read().await?;
    let person = people::by_email(&mut conn, &email).await?.filter(|person| person.active);
    let known = match (&person, &asker.browser) {
        (Some(person), Some(browser)) => {
            browsers::of(&mut conn, &token_hash(browser), now_ms).await?.as_deref() == Some(&person.id)
        }
        _ => false,
    };
    drop(conn);
    if !known {
        match app.people.by_account.turn(&email, Instant::now()) {
            Turn::After(wait) => sleep(wait).await,
            Turn::Later(wait) => return Ok(Err(Refused::TooMany(wait))),
        }
    }
    let stored = person.as_ref().and_then(|person| person.password_hash.clone());
    let good = app.people.passwords.is(password.clone(), stored.clone()).await?;
    let Some(person) = person.filter(|_| good) else {
        tracing::warn!(address = ?asker.address, "a sign-in failed");
        return Ok(Err(Refused::Wrong));
    };
    // Now is the only time that the password is known: what was made with other parameters is made anew.
    let renewed = if stored.as_deref().is_some_and(is_dated) {
        Some(app.people.passwords.hash(password).await?)
    } else {
        None
    };
    let mut conn = app.db.write().await?;
    // Since it was checked, the password may have been changed, or the person been shut out.
    let now = people::get(&mut conn, &person.id).await?;
    let Some(person) = now.filter(|now| now.active && now.password_hash == stored) else {
        return Ok(Err(Refused::Wrong));
    };
    if let Some(hash) = &renewed {
        people::set_password(&mut conn, &person.id, hash).await?;
    }
    let admitted = admit(app, &mut conn, &person, asker).await?;
    conn.commit().await?;
    app.people.by_account.succeeded(&email);
    Ok(Ok(admitted))
}

/// Begins a session of `person`, whoever vouches for them. The browser's session of before ends: a secret that somebody
/// slipped into the browser is worth nothing.
pub async fn admit(
    app: &App,
    conn: &mut Conn,
    person: &StoredPerson,
    asker: &Asker,
) -> store::Result<Admitted> {
    let now_ms = app.context.clock.now_ms();
    sessions::sweep(conn, alive_from(now_ms).created_after_ms).await?;
    browsers::sweep(conn, now_ms).await?;
    if let Some(old) = &asker.session {
        sessions::end_by_hash(conn, &token_hash(old)).await?;
    }
    let admitted = Admitted { session: secret(), browser: secret() };
    let session = StoredSession {
        id: app.context.ids.make(IdKind::Session),
        person_id: person.id.clone(),
        created_at_ms: now_ms,
        seen_at_ms: now_ms,
        address: asker.address.map(|address| address.to_canonical().to_string()),
        agent: asker.agent.as_ref().map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect()),
    };
    sessions::insert(conn, &session, &token_hash(&admitted.session)).await?;
    browsers::put(conn, &token_hash(&admitted.browser), &person.id, now_ms + BROWSER_LIFE_MS).await?;
    let who = principal(person, &session.id);
    audit::record(conn, &app.context, &who, "person.sign_in", Some(&person.id), json!({})).await?;
    Ok(admitted)
}

/// Seconds for which a browser keeps the two secrets.
pub const fn cookie_seconds() -> (i64, i64) {
    (SESSION_LIFE_MS / 1000, BROWSER_LIFE_MS / 1000)
}

/// A person as the one who asks.
pub fn principal(person: &StoredPerson, session_id: &str) -> Principal {
    Principal {
        id: person.id.clone(),
        name: person.name.clone(),
        role: Role::parse(&person.role).unwrap_or(Role::Viewer),
        session_id: Some(session_id.to_owned()),
    }
}
