//! A Python of the tests' own in `.tools/venv`, with Stripe's SDK and PyArrow, made once and again when the pins change.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt;
use crate::failure::{Outcome, While};
use crate::process;
use crate::workspace::Workspace;

const BY_HAND: &str = "Python 3 with its module venv (Debian, Ubuntu: `sudo apt-get install python3-venv`)";

pub(super) fn ensure(workspace: &Workspace) -> Outcome<PathBuf> {
    let pins_file = workspace.root.join("xtask/python-requirements.txt");
    let pins = fs::read_to_string(&pins_file).or_could_not(|| format!("read {}", pins_file.display()))?;
    let venv = workspace.tools.join("venv");
    let python = venv.join("bin/python");
    // Written last, so that a half-made folder is never taken for a whole one.
    let stamp = venv.join("made-from");
    let is_made = fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == pins);
    if is_made && process::succeeds(process::command(&python).arg("--version")) {
        return Ok(python);
    }
    println!("making {} with Stripe's Python SDK and PyArrow", venv.display());
    make(&venv)?;
    let mut pip = process::command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    process::run(pip.arg(&pins_file))?;
    fs::write(&stamp, pins).or_could_not(|| format!("write {}", stamp.display()))?;
    Ok(python)
}

/// Debian splits `ensurepip` off, so having `python3` alone is not enough.
fn make(venv: &Path) -> Outcome<()> {
    if !process::succeeds(process::command("python3").args(["-c", "import venv, ensurepip"])) {
        apt::install(&["python3", "python3-venv"], BY_HAND)?;
    }
    process::run(process::command("python3").args(["-m", "venv", "--clear"]).arg(venv))
}
