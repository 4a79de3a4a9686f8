//! Running other programs: with the terminal handed to them, captured, or streamed while being read.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Outcome, While};
use crate::tally::Tally;

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A command that sees the environment as it was before `cargo run` added its own variables: build scripts
/// that watch `CARGO_MANIFEST_DIR` and the like would otherwise rebuild each time one goes through `cargo xtask`.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_set_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = command("cargo");
    cargo.current_dir(root);
    cargo
}

fn is_set_by_cargo_run(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Runs it on our terminal; anything but success is a failure that names the command.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().or_could_not(|| format!("start `{}`", shown(command)))?;
    expect_success(command, status)
}

/// Runs it unseen and returns what it printed; when it fails, what it printed is part of the failure.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output =
        command.stdin(Stdio::null()).output().or_could_not(|| format!("start `{}`", shown(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(Failure::new(format!(
        "`{}` ended with {}:\n{}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&said).trim_end()
    )))
}

/// Whether it can be started and says yes.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Like [`succeeds`], and gives up (and ends it) after `limit`.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = silent.spawn() else { return false };
    let mut waited = Duration::ZERO;
    while waited < limit {
        match child.try_wait() {
            Ok(None) => thread::sleep(POLL_INTERVAL),
            Ok(Some(status)) => return status.success(),
            Err(_) => return false,
        }
        waited += POLL_INTERVAL;
    }
    // Already gone is as good as killed; either way it is reaped.
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// Runs a test runner, passes on every line the moment it arrives, and counts with `read_line` as they pass.
pub(crate) fn stream(
    command: &mut Command,
    read_line: fn(&str) -> Option<Tally>,
) -> Outcome<(Outcome<()>, Tally)> {
    if io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .or_could_not(|| format!("start `{}`", shown(command)))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let tally = thread::scope(|scope| {
        let errors =
            scope.spawn(|| stderr.map_or_else(Tally::default, |s| pass_on(s, io::stderr(), read_line)));
        let printed = stdout.map_or_else(Tally::default, |s| pass_on(s, io::stdout(), read_line));
        printed + errors.join().unwrap_or_default()
    });
    let status = child.wait().or_could_not(|| format!("wait for `{}`", shown(command)))?;
    Ok((expect_success(command, status), tally))
}

fn pass_on(from: impl Read, mut to: impl Write, read_line: fn(&str) -> Option<Tally>) -> Tally {
    let mut tally = Tally::default();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // Nobody left to read it is no reason to stop counting.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        tally += read_line(&String::from_utf8_lossy(&line)).unwrap_or_default();
        line.clear();
    }
    tally
}

fn expect_success(command: &Command, status: ExitStatus) -> Outcome<()> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", shown(command))))
}

/// The command as one would type it, near enough to read.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// The file that `name` would start, as a shell finds it.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaming_counts_and_keeps_the_exit_code() {
        let mut script = Command::new("sh");
        script.args(["-c", "echo 'test result: ok. 2 passed; 1 failed; 0 ignored'; exit 3"]);
        let (outcome, tally) = stream(&mut script, crate::tally::doc_tests).expect("sh starts");
        assert_eq!(tally, Tally { passed: 2, failed: 1 });
        assert!(outcome.expect_err("exit 3").to_string().contains('3'));
    }

    #[test]
    fn a_command_that_hangs_is_given_up() {
        assert!(!succeeds_within(Command::new("sleep").arg("30"), Duration::from_millis(100)));
        assert!(succeeds_within(&mut Command::new("true"), Duration::from_secs(10)));
    }

    #[test]
    fn cargo_run_leaves_no_trace() {
        assert!(is_set_by_cargo_run("CARGO_MANIFEST_DIR"));
        assert!(is_set_by_cargo_run("CARGO_PKG_NAME"));
        assert!(!is_set_by_cargo_run("CARGO_TARGET_DIR"));
        assert!(!is_set_by_cargo_run("CARGO_HOME"));
    }
}
