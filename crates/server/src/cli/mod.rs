//! The command line. Answers go to standard output, logs and progress to standard error.
//! Exit: 0 done, 1 found a difference or failed, 2 wrong use.

mod demo;
mod doctor;
mod export;
mod import;
mod migrate;
mod reconcile;
mod replay;
mod serve;
mod stand_in;
mod token;

use crate::config::{self, Config};
use crate::serve::metrics_handle;
use clap::{Parser, Subcommand};
use std::io::IsTerminal as _;
use std::process::ExitCode;
use store::Db;

/// whypaid tells you why clients pay.
///
/// Without a command it opens a demo: example journeys on a temporary database, and a stand-in for Stripe that their
/// clients, and you, can pay at. Settings come from whypaid.toml and the environment; .env.example explains each.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate the database, then serve the API, the webhook and the pages until Ctrl-C or SIGTERM.
    Serve,
    /// Open a demo on a temporary database with a stand-in for Stripe; the same as no command.
    Demo(demo::Args),
    /// Run a stand-in for Stripe: its API, a page to pay on, signed webhooks. No real money, nothing kept.
    StandIn(stand_in::Args),
    /// Bring the database's schema up to date and stop.
    Migrate,
    /// Make API tokens.
    Token(token::Args),
    /// Check the configuration and the database.
    Doctor(doctor::Args),
    /// Compare the books with Stripe, take in what is missing, and report what differs. Exit 1 when something does.
    Reconcile(reconcile::Args),
    /// Write records to standard output or a file.
    Export(export::Args),
    /// Take records in from files.
    Import(import::Args),
    /// Apply stored events again. Applying is idempotent, so this is safe for any event.
    Replay(replay::Args),
}

/// Why a command ended with exit code 1.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Wrong settings.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// Database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Network or files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Demo(demo::Args::default()));
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failed::from)
        .and_then(|runtime| runtime.block_on(dispatch(command)));
    match done {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the terminal is where the operator is")]
            {
                eprintln!("whypaid: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> Result<ExitCode, Failed> {
    // These two have settings of their own.
    match command {
        Command::Demo(args) => return demo::run(args).await,
        Command::StandIn(args) => return stand_in::run(args).await,
        _ => {}
    }
    let config = config::load()?;
    log(&config.log, config.log_json);
    match command {
        Command::Serve => serve::run(config).await,
        Command::Demo(args) => demo::run(args).await,
        Command::StandIn(args) => stand_in::run(args).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Token(args) => token::run(&config, args).await,
        Command::Doctor(args) => doctor::run(&config, args).await,
        Command::Reconcile(args) => reconcile::run(config, args).await,
        Command::Export(args) => export::run(&config, args).await,
        Command::Import(args) => import::run(&config, args).await,
        Command::Replay(args) => replay::run(&config, args).await,
    }
}

/// Opens the database and migrates it.
async fn open(config: &Config) -> Result<Db, Failed> {
    let db = Db::open(&config.database_url)?;
    db.migrate().await?;
    Ok(db)
}

fn log(filter: &str, json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let _ = if json { log.json().try_init() } else { log.try_init() };
    metrics_handle();
}

/// Prints an answer.
#[expect(clippy::print_stdout, reason = "answers of the command line")]
fn say(text: impl std::fmt::Display) {
    println!("{text}");
}

/// Prints progress.
#[expect(clippy::print_stderr, reason = "progress of the command line")]
fn progress(text: impl std::fmt::Display) {
    eprintln!("{text}");
}
