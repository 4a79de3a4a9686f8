//! `whypaid migrate`.

use super::{Failed, open, progress};
use crate::config::Config;
use std::process::ExitCode;

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failed> {
    open(config).await?.close().await;
    progress("The database is up to date.");
    Ok(ExitCode::SUCCESS)
}
