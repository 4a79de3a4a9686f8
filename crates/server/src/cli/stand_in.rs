//! `whypaid stand-in`.

use super::{Failed, log, say};
use crate::clock::Clock;
use crate::ids::{secret, seed};
use crate::serve::asked_to_stop;
use stand_in::{Endpoint, Options, StandIn};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

/// Where stripe-mock listens, too.
const LISTEN_DEFAULT: &str = "127.0.0.1:12111";

/// Its own help, since it is of use without whypaid.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Where to listen.
    #[arg(long, default_value = LISTEN_DEFAULT)]
    listen: SocketAddr,
    /// Whom to tell of events: http://127.0.0.1:8080/api/webhooks/stripe for a `whypaid serve` on this machine.
    #[arg(long)]
    webhook_url: Option<String>,
    /// Signs what is told; made up and printed when not given.
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<String>,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failed> {
    log("warn", false);
    let clock = Clock::system();
    // While one secret replaces another there are two; any of them signs.
    let given = args.webhook_secret.and_then(|list| list.split(',').next().map(|one| one.trim().to_owned()));
    let webhook_secret = given.filter(|s| !s.is_empty()).unwrap_or_else(|| format!("whsec_{}", secret()));
    let endpoint = args.webhook_url.as_deref().map(|url| Endpoint::new(url, &webhook_secret));
    let options = Options {
        listen: args.listen,
        seed: seed(),
        endpoint,
        ..Options::new(Arc::new(move || clock.now_ms()))
    };
    let stopped = asked_to_stop();
    let stand_in = StandIn::start(options).await.map_err(|e| {
        Failed::Other(format!("cannot listen on {}: {e}; --listen names another address", args.listen))
    })?;
    say(welcome(&stand_in, args.webhook_url.as_deref(), &webhook_secret));
    stopped.await;
    stand_in.stop().await?;
    Ok(ExitCode::SUCCESS)
}

fn welcome(stand_in: &StandIn, webhook_url: Option<&str>, webhook_secret: &str) -> String {
    let told = webhook_url.unwrap_or("nobody; give --webhook-url");
    format!(
        "A stand-in for Stripe: no real money, all in memory, any test key will do.\n\
         \n\
         \x20 Payments  {}\n\
         \x20 Events    told to {told}\n\
         \n\
         Start whypaid against it with\n\
         \x20 STRIPE_API_BASE={} STRIPE_SECRET_KEY=sk_test_anything STRIPE_WEBHOOK_SECRET={webhook_secret} whypaid serve\n\
         \n\
         Ctrl-C stops it and forgets everything.\n",
        stand_in.admin_url(),
        stand_in.base_url(),
    )
}
