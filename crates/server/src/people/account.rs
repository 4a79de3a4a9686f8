//! What people do about themselves.

use super::manage::taken;
use super::new_password;
use super::pace::Turn;
use super::sign_in::{Admitted, Asker, Refused, admit};
use crate::api::access::Principal;
use crate::api::clients::email;
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::audit;
use serde_json::json;
use store::people::{self, StoredPerson};
use store::{Conn, StoreError, browsers, sessions};
use tokio::time::{Instant, sleep};

/// Who asks, as a person; programs and the demo have no account.
pub async fn of(app: &App, who: &Principal) -> Result<Option<StoredPerson>> {
    if who.session_id.is_none() {
        return Ok(None);
    }
    Ok(people::get(&mut app.db.read().await?, &who.id).await?)
}

/// Field with the password that proves that it is oneself, beside a new address.
pub const PROOF: &str = "current_for_email";

/// Changes one's password, given the current one. All sessions end, and this browser gets a new one.
pub async fn change_password(
    app: &App,
    who: &Principal,
    mut form: Form,
    asker: &Asker,
) -> Result<Result<Admitted, Refused>> {
    let person = of(app, who).await?.ok_or_else(|| Problem::not_found("account"))?;
    let current = current(&mut form, "current");
    let password = new_password(&mut form, &person.email);
    form.finish(())?;
    if let Err(refused) = prove(app, &person, current).await? {
        return Ok(Err(refused));
    }
    let hash = app.people.passwords.hash(password).await?;
    let mut conn = app.db.write().await?;
    let Some(person) = unchanged(&mut conn, &person).await? else { return Ok(Err(Refused::Wrong)) };
    people::set_password(&mut conn, &person.id, &hash).await?;
    sessions::end_others(&mut conn, &person.id, None).await?;
    browsers::forget(&mut conn, &person.id).await?;
    audit::record(&mut conn, &app.context, who, "person.password", Some(&person.id), json!({})).await?;
    let admitted = admit(app, &mut conn, &person, asker).await?;
    conn.commit().await?;
    app.people.by_account.succeeded(&person.id);
    Ok(Ok(admitted))
}

/// Changes the address that one signs in with, given the password. Sessions stay.
pub async fn change_email(app: &App, who: &Principal, mut form: Form) -> Result<Result<(), Refused>> {
    let person = of(app, who).await?.ok_or_else(|| Problem::not_found("account"))?;
    let current = current(&mut form, PROOF);
    let email = email(&mut form, "email");
    form.finish(())?;
    if let Err(refused) = prove(app, &person, current).await? {
        return Ok(Err(refused));
    }
    let mut conn = app.db.write().await?;
    let Some(person) = unchanged(&mut conn, &person).await? else { return Ok(Err(Refused::Wrong)) };
    if email != person.email {
        if people::by_email(&mut conn, &email).await?.is_some() {
            return Err(taken());
        }
        match people::set_email(&mut conn, &person.id, &email).await {
            Err(StoreError::Conflict(_)) => return Err(taken()),
            other => other?,
        }
        let detail = json!({"from": person.email, "to": email});
        audit::record(&mut conn, &app.context, who, "person.email", Some(&person.id), detail).await?;
        conn.commit().await?;
    }
    app.people.by_account.succeeded(&person.id);
    Ok(Ok(()))
}

fn current(form: &mut Form, name: &str) -> String {
    let current = form.as_sent(name).unwrap_or_default().to_owned();
    if current.is_empty() {
        form.fault(name, "is required");
    }
    current
}

/// Whether somebody knows the password. Whoever found the browser open does not get to guess without end either.
async fn prove(app: &App, person: &StoredPerson, current: String) -> Result<Result<(), Refused>> {
    match app.people.by_account.turn(&person.id, Instant::now()) {
        Turn::After(wait) => sleep(wait).await,
        Turn::Later(wait) => return Ok(Err(Refused::TooMany(wait))),
    }
    let good = app.people.passwords.is(current, person.password_hash.clone()).await?;
    Ok(if good { Ok(()) } else { Err(Refused::Wrong) })
}

/// The person as they are now, unless the password that was proved is another by now, or they were shut out.
async fn unchanged(conn: &mut Conn, proved: &StoredPerson) -> Result<Option<StoredPerson>> {
    let now = people::get(conn, &proved.id).await?;
    Ok(now.filter(|now| now.active && now.password_hash == proved.password_hash))
}
