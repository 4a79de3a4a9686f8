//! Node's packages of one folder, as its lock file names them.

use std::fs;
use std::path::Path;

use super::apt;
use crate::failure::{Outcome, While};
use crate::process;

pub(super) fn ensure(folder: &Path) -> Outcome<()> {
    if process::in_path("npm").is_none() {
        apt::install(&["nodejs", "npm"], "Node.js 20 or newer with npm")?;
    }
    packages(folder)
}

fn packages(folder: &Path) -> Outcome<()> {
    let lock_file = folder.join("package-lock.json");
    let lock = fs::read_to_string(&lock_file).or_could_not(|| format!("read {}", lock_file.display()))?;
    // npm empties the folder first, so the stamp goes with what it vouches for.
    let stamp = folder.join("node_modules/.made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == lock) {
        return Ok(());
    }
    println!("installing the packages of {}", folder.display());
    process::run(process::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    fs::create_dir_all(folder.join("node_modules"))
        .and_then(|()| fs::write(&stamp, lock))
        .or_could_not(|| format!("write {}", stamp.display()))
}
