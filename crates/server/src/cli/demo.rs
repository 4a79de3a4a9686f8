//! `whypaid demo`.

use super::{Failed, log};
use std::process::ExitCode;

#[derive(clap::Args, Default)]
pub(super) struct Args {}

pub(super) async fn run(_: Args) -> Result<ExitCode, Failed> {
    log("warn", false);
    Err(Failed::Other("not yet".to_owned()))
}
