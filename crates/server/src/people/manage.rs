//! What owners do about people: add, change, shut out. There is always an owner who can sign in.

use super::invitations::{self, Invitation};
use super::{NAME_CHARS_MAX, new_password, role};
use crate::api::access::{Principal, Role};
use crate::api::clients::email;
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::apply::Context;
use crate::audit;
use crate::ids::IdKind;
use serde_json::{Map, Value, json};
use store::people::{self, StoredPerson};
use store::{Conn, StoreError, browsers, sessions};

/// People at most, those who were shut out among them: a page shows all.
pub const PEOPLE_MAX: i64 = 500;

/// Adds a person: with a password they can sign in at once, else they get a link.
pub async fn create(
    app: &App,
    who: &Principal,
    mut form: Form,
) -> Result<(StoredPerson, Option<Invitation>)> {
    let mut person = read(&app.context, &mut form);
    let password = form.has("password").then(|| new_password(&mut form, &person.email));
    form.finish(())?;
    if let Some(password) = password {
        person.password_hash = Some(app.people.passwords.hash(password).await?);
    }
    let mut conn = app.db.ledger().await?;
    insert(&mut conn, &app.context, who, &person).await?;
    let invitation = match person.password_hash {
        Some(_) => None,
        None => Some(invitations::make(app, &mut conn, &person.id).await?),
    };
    conn.commit().await?;
    Ok((person, invitation))
}

/// Reads a new person without a password.
pub fn read(context: &Context, form: &mut Form) -> StoredPerson {
    StoredPerson {
        id: context.ids.make(IdKind::Person),
        name: form.line("name", 1..=NAME_CHARS_MAX),
        email: email(form, "email"),
        role: role(form, "role").as_str().to_owned(),
        password_hash: None,
        active: true,
        created_at_ms: context.clock.now_ms(),
    }
}

/// Writes a new person, unless somebody has the address.
pub async fn insert(
    conn: &mut Conn,
    context: &Context,
    who: &Principal,
    person: &StoredPerson,
) -> Result<()> {
    if people::count(conn).await? >= PEOPLE_MAX {
        let detail = format!("There are {PEOPLE_MAX} people already, which is as many as there can be.");
        return Err(Problem::conflict("too_many", detail));
    }
    if people::by_email(conn, &person.email).await?.is_some() {
        return Err(taken());
    }
    match people::insert(conn, person).await {
        Err(StoreError::Conflict(_)) => return Err(taken()),
        other => other?,
    }
    let detail = json!({"email": person.email, "role": person.role});
    Ok(audit::record(conn, context, who, "person.create", Some(&person.id), detail).await?)
}

/// The address is another person's.
pub(super) fn taken() -> Problem {
    Problem::invalid_field("email", "somebody has this address already; each person once")
}

/// Changes what the form names of `name`, `role` and `active`.
pub async fn change(app: &App, who: &Principal, id: &str, mut form: Form) -> Result<StoredPerson> {
    let new_name = form.has("name").then(|| form.line("name", 1..=NAME_CHARS_MAX));
    let new_role = form.has("role").then(|| role(&mut form, "role"));
    let new_active = form.opt_bool("active");
    if new_name.is_none() && new_role.is_none() && new_active.is_none() && form.faults().is_empty() {
        form.fault("", "must have one of name, role, active");
    }
    form.finish(())?;
    // Alone on every node, so that two owners cannot shut each other out.
    let mut conn = app.db.ledger().await?;
    let found = if IdKind::Person.fits(id) { people::get(&mut conn, id).await? } else { None };
    let before = found.ok_or_else(|| Problem::not_found("person"))?;
    let mut after = before.clone();
    after.name = new_name.unwrap_or(after.name);
    after.role = new_role.map_or(after.role, |role| role.as_str().to_owned());
    after.active = new_active.unwrap_or(after.active);
    if after == before {
        return Ok(before);
    }
    keep_an_owner(&mut conn, &before, &after).await?;
    people::change(&mut conn, &after).await?;
    if !after.active {
        sessions::end_others(&mut conn, id, None).await?;
        browsers::forget(&mut conn, id).await?;
        store::invitations::end(&mut conn, id).await?;
    }
    let (action, detail) = told(&before, &after);
    audit::record(&mut conn, &app.context, who, action, Some(id), detail).await?;
    conn.commit().await?;
    Ok(after)
}

/// Whoever is the only one that can let others in stays so until there is another.
pub async fn keep_an_owner(conn: &mut Conn, before: &StoredPerson, after: &StoredPerson) -> Result<()> {
    let owns = |person: &StoredPerson| person.active && person.role == Role::Owner.as_str();
    if owns(before) && !owns(after) && before.password_hash.is_some() {
        let others = people::other_owners(conn, &before.id).await?;
        if others == 0 {
            let detail = "This is the last owner who can sign in. Make somebody else an owner first.";
            return Err(Problem::conflict("last_owner", detail));
        }
    }
    Ok(())
}

fn told(before: &StoredPerson, after: &StoredPerson) -> (&'static str, Value) {
    let mut detail = Map::new();
    for (name, from, to) in [("name", &before.name, &after.name), ("role", &before.role, &after.role)] {
        if from != to {
            detail.insert(name.to_owned(), json!({"from": from, "to": to}));
        }
    }
    let action = match (before.active, after.active) {
        (true, false) => "person.deactivate",
        (false, true) => "person.activate",
        _ => "person.change",
    };
    (action, Value::Object(detail))
}
