//! `whypaid user`: people who sign in, from the command line of the server.

use super::{Failed, open, progress, say};
use crate::api::Problem;
use crate::api::access::{Principal, Role};
use crate::api::form::Form;
use crate::apply::Context;
use crate::audit;
use crate::clock::{Clock, minute};
use crate::config::Config;
use crate::people::{manage, passwords::Passwords};
use clap::Subcommand;
use serde_json::{Map, Value, json};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use store::people::{self, StoredPerson};
use store::{Conn, Db, browsers, sessions};

/// The password, where there is no terminal.
const PASSWORD_VARIABLE: &str = "WHYPAID_PASSWORD";

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add a person. The password is asked for on the terminal, without showing it, or taken from WHYPAID_PASSWORD.
    Create {
        /// What they sign in with; no mail is sent.
        #[arg(long)]
        email: String,
        /// What they may do: viewer reads, editor changes, owner does everything.
        #[arg(long)]
        role: Role,
        /// As shown in the history of what they change; the part of the address before the @ when absent.
        #[arg(long)]
        name: Option<String>,
    },
    /// List the people.
    List,
    /// Set a person's password, asked for likewise, and end their sessions.
    Password {
        /// Whose.
        #[arg(long)]
        email: String,
    },
    /// Shut a person out: their sessions end, and they cannot sign in.
    Deactivate {
        /// Whom.
        #[arg(long)]
        email: String,
    },
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    let context = Context::new(Clock::system());
    let db = open(config).await?;
    let done = match args.action {
        Action::Create { email, role, name } => create(&db, &context, &email, role, name).await,
        Action::List => list(&db).await,
        Action::Password { email } => password(&db, &context, &email).await,
        Action::Deactivate { email } => deactivate(&db, &context, &email).await,
    };
    db.close().await;
    done
}

async fn create(
    db: &Db,
    context: &Context,
    email: &str,
    role: Role,
    name: Option<String>,
) -> Result<ExitCode, Failed> {
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let mut form = form([("email", email), ("role", role.as_str()), ("name", &name)]);
    let mut person = manage::read(context, &mut form);
    if let Err(problem) = form.finish(()) {
        return Ok(wrong_use(&problem));
    }
    let hash = match hashed(&person.email).await? {
        Ok(hash) => hash,
        Err(code) => return Ok(code),
    };
    person.password_hash = Some(hash);
    let mut conn = db.ledger().await?;
    if let Err(problem) = manage::insert(&mut conn, context, &Principal::command_line(), &person).await {
        return Err(Failed::Other(words(&problem)));
    }
    conn.commit().await?;
    progress(format!("{} may sign in as {}.", person.email, person.role));
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &Db) -> Result<ExitCode, Failed> {
    let mut conn = db.read().await?;
    for p in people::list(&mut conn, None, manage::PEOPLE_MAX).await? {
        let state = match (p.active, &p.password_hash) {
            (false, _) => "shut out",
            (true, None) => "invited",
            (true, Some(_)) => "active",
        };
        say(format!("{}\t{}\t{state}\t{}\t{}", p.email, p.role, p.name, minute(p.created_at_ms)));
    }
    Ok(ExitCode::SUCCESS)
}

async fn password(db: &Db, context: &Context, email: &str) -> Result<ExitCode, Failed> {
    let person = find(&mut db.read().await?, email).await?;
    let hash = match hashed(&person.email).await? {
        Ok(hash) => hash,
        Err(code) => return Ok(code),
    };
    let mut conn = db.ledger().await?;
    people::set_password(&mut conn, &person.id, &hash).await?;
    shut_out(&mut conn, &person.id).await?;
    record(&mut conn, context, "person.password", &person.id).await?;
    conn.commit().await?;
    progress(format!("The password of {} is set; their sessions have ended.", person.email));
    Ok(ExitCode::SUCCESS)
}

async fn deactivate(db: &Db, context: &Context, email: &str) -> Result<ExitCode, Failed> {
    let mut conn = db.ledger().await?;
    let person = find(&mut conn, email).await?;
    let id = person.id.clone();
    let after = StoredPerson { active: false, ..person.clone() };
    if let Err(problem) = manage::keep_an_owner(&mut conn, &person, &after).await {
        return Err(Failed::Other(words(&problem)));
    }
    people::change(&mut conn, &after).await?;
    shut_out(&mut conn, &id).await?;
    record(&mut conn, context, "person.deactivate", &id).await?;
    conn.commit().await?;
    progress(format!("{} cannot sign in any more; their sessions have ended.", after.email));
    Ok(ExitCode::SUCCESS)
}

async fn find(conn: &mut Conn, email: &str) -> Result<StoredPerson, Failed> {
    let found = people::by_email(conn, &email.trim().to_lowercase()).await?;
    found.ok_or_else(|| {
        Failed::Other(format!("nobody has the address {email}; `whypaid user list` shows all"))
    })
}

async fn shut_out(conn: &mut Conn, id: &str) -> store::Result<()> {
    sessions::end_others(conn, id, None).await?;
    browsers::forget(conn, id).await?;
    store::invitations::end(conn, id).await.map(drop)
}

async fn record(conn: &mut Conn, context: &Context, action: &str, id: &str) -> store::Result<()> {
    audit::record(conn, context, &Principal::command_line(), action, Some(id), json!({})).await
}

/// A password's hash, or the exit code when there is no good password.
async fn hashed(email: &str) -> Result<Result<String, ExitCode>, Failed> {
    let password = read_password()?;
    let mut form = form([("password", &password)]);
    let password = crate::people::new_password(&mut form, email);
    if let Err(problem) = form.finish(()) {
        return Ok(Err(wrong_use(&problem)));
    }
    let hash = Passwords::default().hash(password).await;
    hash.map(Ok).map_err(|problem| Failed::Other(words(&problem)))
}

fn form<const N: usize>(fields: [(&str, &str); N]) -> Form {
    let fields = fields.map(|(name, value)| (name.to_owned(), Value::from(value)));
    Form::of(Map::from_iter(fields))
}

fn wrong_use(problem: &Problem) -> ExitCode {
    progress(format!("whypaid: {}", words(problem)));
    ExitCode::from(2)
}

fn words(problem: &Problem) -> String {
    let faults: Vec<String> = problem.errors.iter().map(|e| format!("{} {}", e.field, e.message)).collect();
    if faults.is_empty() { problem.detail.clone() } else { faults.join("; ") }
}

/// From the environment, else from the terminal, twice and without showing it.
fn read_password() -> Result<String, Failed> {
    if let Ok(password) = std::env::var(PASSWORD_VARIABLE) {
        return Ok(password);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failed::Other(format!(
            "there is no terminal to ask for the password on; set {PASSWORD_VARIABLE}"
        )));
    }
    let password = ask("Password: ")?;
    if ask("Again: ")? != password {
        return Err(Failed::Other("the two are not the same; nothing was changed".to_owned()));
    }
    Ok(password)
}

fn ask(prompt: &str) -> std::io::Result<String> {
    let mut terminal = std::io::stderr();
    write!(terminal, "{prompt}")?;
    terminal.flush()?;
    let line = without_echo(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    writeln!(terminal)?;
    line.map(|line| line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(unix)]
fn without_echo<T>(read: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = std::io::stdin();
    let before = tcgetattr(&terminal)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Now, &silent)?;
    let done = read();
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    done
}

#[cfg(not(unix))]
fn without_echo<T>(_: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
    Err(std::io::Error::other(format!("this terminal cannot hide what is typed; set {PASSWORD_VARIABLE}")))
}
