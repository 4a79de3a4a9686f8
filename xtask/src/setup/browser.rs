//! What the browser tests in `e2e/` need: Chromium and the packages that their lock file names.

use std::fs;
use std::path::Path;

use super::apt;
use crate::failure::{Outcome, While};
use crate::process;

const CHROMIUM: &str = "/usr/bin/chromium";

pub(super) fn ensure(e2e: &Path) -> Outcome<()> {
    if !Path::new(CHROMIUM).is_file() {
        apt::install(&["chromium", "fonts-liberation"], &format!("Chromium, as {CHROMIUM}"))?;
    }
    if process::in_path("npm").is_none() {
        apt::install(&["nodejs", "npm"], "Node.js 20 or newer with npm")?;
    }
    packages(e2e)
}

fn packages(e2e: &Path) -> Outcome<()> {
    let lock_file = e2e.join("package-lock.json");
    let lock = fs::read_to_string(&lock_file).or_could_not(|| format!("read {}", lock_file.display()))?;
    // npm empties the folder first, so the stamp goes with what it vouches for.
    let stamp = e2e.join("node_modules/.made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == lock) {
        return Ok(());
    }
    println!("installing the packages of {}", e2e.display());
    process::run(process::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(e2e))?;
    fs::create_dir_all(e2e.join("node_modules"))
        .and_then(|()| fs::write(&stamp, lock))
        .or_could_not(|| format!("write {}", stamp.display()))
}
