//! `whypaid serve`.

use super::{Failed, open, say};
use crate::apply::Context;
use crate::clock::Clock;
use crate::config::Config;
use crate::people::set_up;
use crate::serve::{Server, asked_to_stop};
use std::process::ExitCode;
use tokio::net::TcpListener;

pub(super) async fn run(config: Config) -> Result<ExitCode, Failed> {
    let db = open(&config).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|e| {
        Failed::Other(format!("cannot listen on {}: {e}; WHYPAID_LISTEN sets it", config.listen))
    })?;
    if config.webhook_secrets.is_empty() {
        tracing::warn!("no webhook secret: events are refused with 503 until STRIPE_WEBHOOK_SECRET is set");
    }
    let code = set_up::offer(&db, &Context::new(Clock::system())).await?;
    let (public_url, engine) = (config.public_url.clone(), db.engine());
    let asked_to_stop = asked_to_stop();
    let server = Server::start(config, db, Clock::system(), false, listener)?;
    tracing::info!(address = %server.address, %public_url, ?engine, "serving");
    // Not through the log: that goes to places where more people read.
    if let Some(code) = code {
        say(format!("\nNobody can sign in yet. Open {public_url}/set-up and enter this code: {code}\n"));
    }
    asked_to_stop.await;
    tracing::info!("stopping: finishing what is under way");
    server.stop().await?;
    Ok(ExitCode::SUCCESS)
}
