//! `whypaid token create`.

use super::{Failed, open, progress, say};
use crate::api::access::{Principal, Role};
use crate::apply::Context;
use crate::clock::Clock;
use crate::config::Config;
use crate::people::tokens;
use clap::Subcommand;
use std::process::ExitCode;

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
    let context = Context::new(Clock::system());
    let (_, token) = tokens::make(&db, &context, &Principal::command_line(), role, name).await?;
    db.close().await;
    say(token);
    Ok(ExitCode::SUCCESS)
}
