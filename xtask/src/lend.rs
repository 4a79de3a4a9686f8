//! A throw-away PostgreSQL together with the environment that tests expect, and `cargo xtask pg` that lends both.

use std::process::{Command, ExitCode};

use crate::failure::{Failure, Outcome, While};
use crate::postgres::Cluster;
use crate::process;
use crate::setup::{self, TestTools};
use crate::workspace::Workspace;

/// Tells a command where to find what the tests use.
pub(crate) fn test_environment(
    command: &mut Command,
    workspace: &Workspace,
    tools: &TestTools,
    cluster: &Cluster,
) {
    command.env("WHYPAID_TEST_PG", cluster.url()).env("WHYPAID_TEST_PYTHON", &tools.python);
    match workspace.shared() {
        Some(shared) => command.env("WHYPAID_SHARED", shared),
        None => command.env_remove("WHYPAID_SHARED"),
    };
}

/// `cargo xtask pg -- COMMAND`: ends with the command's own exit code.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Outcome<ExitCode> {
    let args = args.strip_prefix(&["--".to_owned()]).unwrap_or(args);
    let Some((program, args)) = args.split_first() else {
        return Err(Failure::new("say what to run, as in `cargo xtask pg -- cargo nextest run -p store`"));
    };
    let tools = setup::for_tests(workspace)?;
    let cluster = Cluster::start(workspace, &tools.postgres)?;
    println!("PostgreSQL is at {}", cluster.url());
    let mut command = process::command(program);
    test_environment(command.args(args), workspace, &tools, &cluster);
    let status = command.status().or_could_not(|| format!("start `{}`", process::shown(&command)))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
