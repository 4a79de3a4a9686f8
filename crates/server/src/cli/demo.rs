//! `whypaid demo`, and `whypaid` alone.

use super::{Failed, log, say};
use crate::demo::{self, Demo};
use crate::serve::asked_to_stop;
use std::process::ExitCode;

#[derive(clap::Args, Default)]
pub(super) struct Args {
    /// Where to listen; the next free port when it is taken. Default: 127.0.0.1:8080.
    #[arg(long, env = "WHYPAID_LISTEN")]
    listen: Option<std::net::SocketAddr>,
    /// Seconds between two happenings.
    #[arg(long, default_value_t = demo::PACE_S, value_parser = clap::value_parser!(f32))]
    pace: f32,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failed> {
    log("warn", false);
    let pace_s = if args.pace > 0.0 { args.pace.clamp(0.05, 600.0) } else { demo::PACE_S };
    let demo = Demo::start(args.listen).await?;
    say(demo.welcome());
    tokio::select! {
        played = demo.play(pace_s, say) => played?,
        () = asked_to_stop() => {}
    }
    say("\nStopped. The demo's data is gone.");
    demo.stop().await?;
    Ok(ExitCode::SUCCESS)
}
