//! What people do about themselves.

use super::new_password;
use super::pace::Turn;
use super::sign_in::{Admitted, Asker, Refused, admit};
use crate::api::access::Principal;
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::audit;
use serde_json::json;
use store::people::{self, StoredPerson};
use store::{browsers, sessions};
use tokio::time::{Instant, sleep};

/// Who asks, as a person; programs and the demo have no account.
pub async fn of(app: &App, who: &Principal) -> Result<Option<StoredPerson>> {
    if who.session_id.is_none() {
        return Ok(None);
    }
    Ok(people::get(&mut app.db.read().await?, &who.id).await?)
}

/// Changes one's password, given the current one. All sessions end, and this browser gets a new one.
pub async fn change_password(
    app: &App,
    who: &Principal,
    mut form: Form,
    asker: &Asker,
) -> Result<Result<Admitted, Refused>> {
    let person = of(app, who).await?.ok_or_else(|| Problem::not_found("account"))?;
    let current = form.as_sent("current").unwrap_or_default().to_owned();
    if current.is_empty() {
        form.fault("current", "is required");
    }
    let password = new_password(&mut form, &person.email);
    form.finish(())?;
    // Whoever found the browser open does not get to guess without end either.
    match app.people.by_account.turn(&person.id, Instant::now()) {
        Turn::After(wait) => sleep(wait).await,
        Turn::Later(wait) => return Ok(Err(Refused::TooMany(wait))),
    }
    if !app.people.passwords.is(current, person.password_hash.clone()).await? {
        return Ok(Err(Refused::Wrong));
    }
    let hash = app.people.passwords.hash(password).await?;
    let mut conn = app.db.write().await?;
    let now = people::get(&mut conn, &person.id).await?;
    let Some(person) = now.filter(|now| now.active && now.password_hash == person.password_hash) else {
        return Ok(Err(Refused::Wrong));
    };
    people::set_password(&mut conn, &person.id, &hash).await?;
    sessions::end_others(&mut conn, &person.id, None).await?;
    browsers::forget(&mut conn, &person.id).await?;
    audit::record(&mut conn, &app.context, who, "person.password", Some(&person.id), json!({})).await?;
    let admitted = admit(app, &mut conn, &person, asker).await?;
    conn.commit().await?;
    app.people.by_account.succeeded(&person.id);
    Ok(Ok(admitted))
}
