//! `cargo xtask test`: every check in the order that fails soonest, on a throw-away PostgreSQL.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::budgets;
use crate::failure::{Failure, Outcome};
use crate::lend;
use crate::postgres::Cluster;
use crate::process;
use crate::report::{Remark, Report};
use crate::setup::{self, TestTools};
use crate::tally::{self, Tally};
use crate::workspace::Workspace;

const FETCH_LIMIT: Duration = Duration::from_mins(1);

/// With a filter only the tests that it names; without one everything.
pub(crate) fn run(workspace: &Workspace, filter: &[String]) -> Outcome<ExitCode> {
    if let Some(flag) = filter.iter().find(|word| word.starts_with('-')) {
        return Err(Failure::new(format!(
            "`test` takes parts of test names, not options such as `{flag}`; \
             for those there is `cargo xtask pg -- cargo nextest run {flag} …`"
        )));
    }
    let mut report = Report::new();
    let outcome =
        if filter.is_empty() { all(workspace, &mut report) } else { some(workspace, &mut report, filter) };
    report.close(&outcome);
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn all(workspace: &Workspace, report: &mut Report) -> Outcome<()> {
    let tools = report.step("setup", "install what is missing for the tests", |_| {
        setup::for_tests(workspace).map(|tools| (tools, ok()))
    })?;
    plain(report, "fmt", process::cargo(&workspace.root).args(["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    plain(report, "clippy", process::cargo(&workspace.root).args(clippy))?;
    rust_tests(workspace, report, &tools, &[])?;
    report.step("more setup", "install what is missing for the other checks", |_| {
        setup::for_checks(workspace).map(|()| ((), ok()))
    })?;
    if let Some(folder) = workspace.e2e() {
        browser_tests(report, &folder)?;
    }
    let deny = ["deny", "--log-level", "error", "check", "--show-stats", "licenses", "bans", "sources"];
    plain(report, "deny", process::cargo(&workspace.root).args(deny))?;
    report.step("advisories", "cargo deny check advisories", |_| Ok(((), advisories(workspace)?)))?;
    report.step("budgets", "packages and lines", |_| Ok(((), budgets::check(workspace)?)))
}

fn some(workspace: &Workspace, report: &mut Report, filter: &[String]) -> Outcome<()> {
    let tools = report.step("setup", "install what is missing for the tests", |_| {
        setup::for_tests(workspace).map(|tools| (tools, ok()))
    })?;
    rust_tests(workspace, report, &tools, filter)
}

/// The cluster lives exactly as long as the tests that may use it.
fn rust_tests(
    workspace: &Workspace,
    report: &mut Report,
    tools: &TestTools,
    filter: &[String],
) -> Outcome<()> {
    let cluster = report.step("postgres", "start a throw-away PostgreSQL", |_| {
        let cluster = Cluster::start(workspace, &tools.postgres)?;
        let at = cluster.url();
        Ok((cluster, at))
    })?;
    let mut nextest = process::cargo(&workspace.root);
    nextest.args(["nextest", "run", "--workspace"]);
    if env::var_os("CI").is_some() {
        nextest.args(["--profile", "ci"]);
    }
    lend::test_environment(nextest.args(filter), workspace, tools, &cluster);
    counted(report, "tests", &mut nextest, tally::nextest)?;

    let mut doc_tests = process::cargo(&workspace.root);
    doc_tests.args(["test", "--workspace", "--doc", "--"]).args(filter);
    lend::test_environment(&mut doc_tests, workspace, tools, &cluster);
    counted(report, "doc tests", &mut doc_tests, tally::doc_tests)
}

fn browser_tests(report: &mut Report, e2e: &Path) -> Outcome<()> {
    let mut node = process::command("node");
    node.arg("--test").current_dir(e2e);
    counted(report, "e2e", &mut node, tally::node)
}

/// Known holes in packages. Their database lives outside the package registry, so it is not always within reach.
fn advisories(workspace: &Workspace) -> Outcome<Remark> {
    let mut fetch = process::cargo(&workspace.root);
    fetch.args(["deny", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    if !process::succeeds_within(&mut fetch, FETCH_LIMIT) {
        return Ok("not checked: the advisory database could not be reached".to_owned());
    }
    let check = ["deny", "--log-level", "error", "check", "--show-stats", "advisories"];
    process::run(process::cargo(&workspace.root).args(check))?;
    Ok(ok())
}

fn plain(report: &mut Report, name: &'static str, command: &mut Command) -> Outcome<()> {
    let announcement = process::shown(command);
    report.step(name, &announcement, |_| process::run(command).map(|()| ((), ok())))
}

fn counted(
    report: &mut Report,
    name: &'static str,
    command: &mut Command,
    read_line: fn(&str) -> Option<Tally>,
) -> Outcome<()> {
    let announcement = process::shown(command);
    report.step(name, &announcement, |total| {
        let (outcome, tally) = process::stream(command, read_line)?;
        *total += tally;
        outcome.map(|()| ((), tally.to_string()))
    })
}

fn ok() -> Remark {
    "ok".to_owned()
}
