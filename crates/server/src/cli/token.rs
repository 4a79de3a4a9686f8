//! `whypaid token create`.

use super::{Failed, open, progress, say};
use crate::api::access::{Role, token_hash};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::{IdKind, Ids, secret};
use clap::Subcommand;
use std::process::ExitCode;
use store::Db;
use store::tokens::{self, StoredToken};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a token and print it, alone, on standard output. It is shown this once; only its hash is stored.
    Create {
        /// What it may do: viewer reads, editor changes, owner does everything.
        #[arg(long)]
        role: Role,
        /// Who or what will use it; shown in the history of what it changes.
        #[arg(long)]
        name: String,
    },
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    let Action::Create { role, name } = args.action;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        progress("whypaid: --name must have 1 to 100 characters");
        return Ok(ExitCode::from(2));
    }
    let db = open(config).await?;
    let token = create(&db, &Clock::system(), role, name).await?;
    db.close().await;
    say(token);
    Ok(ExitCode::SUCCESS)
}

/// Makes a token and returns its secret.
pub async fn create(db: &Db, clock: &Clock, role: Role, name: &str) -> Result<String, store::StoreError> {
    let token = format!("why_{}", secret());
    let id = Ids::new(clock.clone()).make(IdKind::Token);
    let stored = StoredToken { id, name: name.to_owned(), role: role.as_str().to_owned() };
    let mut conn = db.write().await?;
    tokens::insert(&mut conn, &stored, &token_hash(&token), clock.now_ms()).await?;
    conn.commit().await?;
    Ok(token)
}
