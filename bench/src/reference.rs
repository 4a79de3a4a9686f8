//! What any axum server pays: reads the body, answers 200 with the same small JSON, and does nothing else.

use crate::Outcome;
use axum::body::Bytes;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
}

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let router = Router::new()
            .route(crate::ingest::WEBHOOK, post(receive))
            .route(crate::ingest::READY, get(|| async { "ready" }));
        let listener = tokio::net::TcpListener::bind(options.listen).await?;
        axum::serve(listener, router).await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn receive(_body: Bytes) -> Json<Value> {
    Json(json!({"received": true}))
}

/// Starts this server as a process of its own.
pub(crate) fn command(listen: SocketAddr) -> Outcome<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["reference-server", "--listen", &listen.to_string()]);
    Ok(command)
}
