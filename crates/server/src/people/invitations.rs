//! Links with which people choose a password, once: new people, and those who forgot theirs. There is no e-mail: the owner
//! who made the link passes it on.

use super::new_password;
use super::sign_in::{Admitted, Asker, admit, principal};
use crate::api::access::{Principal, token_hash};
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::{IdKind, is_secret, secret};
use serde::Serialize;
use serde_json::json;
use store::people::{self, StoredPerson};
use store::{Conn, browsers, invitations, sessions};
use utoipa::ToSchema;

/// A link is good for so long.
pub const INVITATION_LIFE_MS: i64 = 7 * 86_400_000;
/// Where they lead.
pub const PATH: &str = "/welcome/";

/// A link to pass on. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// Opens once.
    pub link: String,
    /// RFC 3339.
    pub good_until: String,
}

/// Makes a person's link; one made before is no longer good.
pub async fn make(app: &App, conn: &mut Conn, person_id: &str) -> store::Result<Invitation> {
    let secret = secret();
    let until_ms = app.context.clock.now_ms() + INVITATION_LIFE_MS;
    invitations::put(conn, person_id, &token_hash(&secret), until_ms).await?;
    let link = format!("{}{PATH}{secret}", app.config.public_url);
    Ok(Invitation { link, good_until: rfc3339(until_ms) })
}

/// Makes a link for somebody who lost theirs, or their password.
pub async fn again(app: &App, who: &Principal, person_id: &str) -> Result<(StoredPerson, Invitation)> {
    let mut conn = app.db.write().await?;
    let found = if IdKind::Person.fits(person_id) { people::get(&mut conn, person_id).await? } else { None };
    let person = found.ok_or_else(|| Problem::not_found("person"))?;
    if !person.active {
        let detail = "This person may not sign in. Let them in again first.";
        return Err(Problem::conflict("inactive", detail));
    }
    let invitation = make(app, &mut conn, person_id).await?;
    audit::record(&mut conn, &app.context, who, "person.invite", Some(person_id), json!({})).await?;
    conn.commit().await?;
    Ok((person, invitation))
}

/// Whose link this is, while it is good.
pub async fn of(app: &App, secret: &str) -> Result<StoredPerson> {
    find(app, &mut app.db.read().await?, secret).await
}

/// Takes the password that was chosen, and signs in. Sessions of before end: whoever knew the old password is out.
pub async fn accept(app: &App, secret: &str, mut form: Form, asker: &Asker) -> Result<Admitted> {
    let person = of(app, secret).await?;
    let password = new_password(&mut form, &person.email);
    form.finish(())?;
    let hash = app.people.passwords.hash(password).await?;
    let mut conn = app.db.write().await?;
    let person = find(app, &mut conn, secret).await?;
    if !invitations::end(&mut conn, &person.id).await? {
        return Err(Problem::not_found("invitation"));
    }
    people::set_password(&mut conn, &person.id, &hash).await?;
    sessions::end_others(&mut conn, &person.id, None).await?;
    browsers::forget(&mut conn, &person.id).await?;
    let who = principal(&person, "");
    audit::record(&mut conn, &app.context, &who, "person.welcome", Some(&person.id), json!({})).await?;
    let admitted = admit(app, &mut conn, &person, asker).await?;
    conn.commit().await?;
    Ok(admitted)
}

async fn find(app: &App, conn: &mut Conn, secret: &str) -> Result<StoredPerson> {
    let none = || Problem::not_found("invitation: it was used, replaced by a newer one, or is too old");
    if !is_secret(secret) {
        return Err(none());
    }
    let now_ms = app.context.clock.now_ms();
    let id = invitations::by_hash(conn, &token_hash(secret), now_ms).await?.ok_or_else(none)?;
    people::get(conn, &id).await?.filter(|person| person.active).ok_or_else(none)
}
