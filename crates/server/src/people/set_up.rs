//! The first person. Who starts the server is told a code; whoever enters it becomes the first owner. Each start tells
//! another while there is nobody, and all of them work, whichever node printed them: stored are their hashes.

use super::sign_in::{Admitted, Asker, admit, principal};
use super::{NAME_CHARS_MAX, new_password};
use crate::api::access::token_hash;
use crate::api::clients::email;
use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::apply::Context;
use crate::audit;
use crate::ids::{self, IdKind};
use axum::http::StatusCode;
use serde_json::json;
use store::people::{self, StoredPerson};
use store::{Conn, Db, set_up};
use subtle::ConstantTimeEq as _;

/// A code is good for so long.
const CODE_LIFE_MS: i64 = 30 * 86_400_000;
/// Codes looked at: as many starts as may lie between reading a code and entering it.
const CODES_MAX: i64 = 100;
/// Letters of a code, in groups of [`GROUP`]: 80 bits.
const LETTERS: usize = 16;
const GROUP: usize = 4;
/// Without letters that look like others (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// True while there is nobody.
pub async fn is_open(app: &App) -> Result<bool> {
    Ok(people::count(&mut app.db.read().await?).await? == 0)
}

/// A new code, while there is nobody.
pub async fn offer(db: &Db, context: &Context) -> store::Result<Option<String>> {
    let mut conn = db.write().await?;
    if people::count(&mut conn).await? > 0 {
        return Ok(None);
    }
    let (code, now_ms) = (new_code(), context.clock.now_ms());
    set_up::sweep(&mut conn, now_ms - CODE_LIFE_MS).await?;
    set_up::put(&mut conn, &token_hash(&plain(&code)), now_ms).await?;
    conn.commit().await?;
    Ok(Some(code))
}

/// Makes the first owner of whoever knows a code, and signs them in.
pub async fn claim(app: &App, mut form: Form, asker: &Asker) -> Result<Admitted> {
    let code = plain(form.as_sent("code").unwrap_or_default());
    if !fits(&mut app.db.read().await?, &code).await? {
        let words = "is not the one that this server printed when it started";
        form.fault("code", words);
        return form.finish(()).and(Err(Problem::not_found("code")));
    }
    let name = form.line("name", 1..=NAME_CHARS_MAX);
    let email = email(&mut form, "email");
    let password = new_password(&mut form, &email);
    form.finish(())?;
    let password_hash = Some(app.people.passwords.hash(password).await?);
    let context = &app.context;
    let person = StoredPerson {
        id: context.ids.make(IdKind::Person),
        email,
        name,
        role: "owner".to_owned(),
        password_hash,
        active: true,
        created_at_ms: context.clock.now_ms(),
    };
    // Alone on every node, so that there is one first person.
    let mut conn = app.db.ledger().await?;
    if people::count(&mut conn).await? > 0 || !fits(&mut conn, &code).await? {
        return Err(over());
    }
    people::insert(&mut conn, &person).await?;
    set_up::sweep(&mut conn, i64::MAX).await?;
    let who = principal(&person, "");
    audit::record(
        &mut conn,
        context,
        &who,
        "person.set_up",
        Some(&person.id),
        json!({"email": person.email}),
    )
    .await?;
    let admitted = admit(app, &mut conn, &person, asker).await?;
    conn.commit().await?;
    Ok(admitted)
}

/// There is somebody already.
pub fn over() -> Problem {
    let detail = "This server is set up already. Sign in; an owner can invite you.";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

async fn fits(conn: &mut Conn, code: &str) -> Result<bool> {
    let hash = token_hash(code);
    let codes = set_up::newest(conn, CODES_MAX).await?;
    // All of them, in constant time each.
    Ok(codes.iter().fold(false, |found, stored| found | bool::from(stored.as_bytes().ct_eq(hash.as_bytes()))))
}

fn new_code() -> String {
    let letters = ids::random::<LETTERS>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// As people may type it.
fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).take(LETTERS + 1);
    letters
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new_code();
        assert_eq!(code.len(), LETTERS + LETTERS / GROUP - 1);
        let same = plain(&code);
        assert_eq!(same.len(), LETTERS);
        for typed in
            [code.to_lowercase(), code.replace('-', " "), format!(" {code}\n"), code.replace('0', "o")]
        {
            assert_eq!(plain(&typed), same, "{typed}");
        }
        assert_ne!(plain(&format!("{code}A")), same);
        assert_ne!(new_code(), code);
    }
}
