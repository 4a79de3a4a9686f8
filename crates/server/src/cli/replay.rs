//! `whypaid replay`.

use super::{Failed, open, progress};
use crate::api::access::Principal;
use crate::apply::Context;
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use clap::ArgGroup;
use serde_json::json;
use std::process::ExitCode;
use store::events::{self, EventStatus};
use store::{Conn, parked};

/// Events made due in one go.
const PAGE: i64 = 500;

#[derive(clap::Args)]
#[command(group(ArgGroup::new("which").required(true)))]
pub(super) struct Args {
    /// Every event in this status: dead, failed, applied or received.
    #[arg(long, group = "which", value_parser = ["dead", "failed", "applied", "received"])]
    status: Option<String>,
    /// One event.
    #[arg(long, group = "which")]
    id: Option<String>,
}

pub(super) async fn run(config: &Config, args: Args) -> Result<ExitCode, Failed> {
    let db = open(config).await?;
    let context = Context::new(Clock::system());
    let now_ms = context.clock.now_ms();
    let mut replayed = 0;
    if let Some(id) = args.id {
        let mut conn = db.write().await?;
        replayed = replay(&mut conn, vec![id.clone()], now_ms).await?;
        record(&mut conn, &context, Some(&id), json!({})).await?;
        conn.commit().await?;
        if replayed == 0 {
            return Err(Failed::Other(format!("there is no event {id} that could be applied")));
        }
    }
    if let Some(status) = args.status.as_deref().and_then(EventStatus::parse) {
        let mut conn = db.write().await?;
        record(&mut conn, &context, None, json!({"status": status.as_str()})).await?;
        conn.commit().await?;
        let mut after: Option<String> = None;
        loop {
            let mut conn = db.write().await?;
            let ids = events::ids_of_status(&mut conn, status, after.as_deref(), PAGE).await?;
            let Some(last) = ids.last().cloned() else { break };
            after = Some(last);
            replayed += replay(&mut conn, ids, now_ms).await?;
            conn.commit().await?;
            progress(format!("{replayed} events are due again"));
        }
    }
    progress(format!(
        "{replayed} events are due again; a running `whypaid serve` applies them within seconds."
    ));
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn record(
    conn: &mut Conn,
    context: &Context,
    id: Option<&str>,
    detail: serde_json::Value,
) -> store::Result<()> {
    audit::record(conn, context, &Principal::command_line(), "event.replay", id, detail).await
}

/// Of thin events the object is fetched again.
async fn replay(conn: &mut Conn, ids: Vec<String>, now_ms: i64) -> store::Result<u64> {
    let replayed = events::replay(conn, ids.clone(), now_ms).await?;
    Ok(replayed + parked::again(conn, ids).await?)
}
