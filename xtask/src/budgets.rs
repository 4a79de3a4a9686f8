//! The house's budgets: how many packages the tree may have, and how long a file should be.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, While};
use crate::report::Remark;
use crate::workspace::Workspace;

const PACKAGES_MAX: usize = 350;
/// Over this a file is named as a warning: it may have a reason.
const FILE_LINES_MAX: usize = 400;

pub(crate) fn check(workspace: &Workspace) -> Outcome<Remark> {
    let lock_file = workspace.root.join("Cargo.lock");
    let lock = fs::read_to_string(&lock_file).or_could_not(|| format!("read {}", lock_file.display()))?;
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    if packages > PACKAGES_MAX {
        return Err(Failure::new(format!(
            "Cargo.lock has {packages} packages, the budget is {PACKAGES_MAX}; \
             `cargo tree --workspace --edges normal --duplicates` shows where to begin"
        )));
    }
    let long_files = long_files(&workspace.root.join("crates"))?;
    for (file, lines) in &long_files {
        let file = file.strip_prefix(&workspace.root).unwrap_or(file);
        println!("    warning: {} has {lines} lines, over {FILE_LINES_MAX}", file.display());
    }
    let long = match long_files.len() {
        0 => String::new(),
        count => format!("; files over {FILE_LINES_MAX} lines: {count}"),
    };
    Ok(format!("ok, {packages} of {PACKAGES_MAX} packages{long}"))
}

fn long_files(folder: &Path) -> Outcome<Vec<(PathBuf, usize)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).or_could_not(|| format!("list {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).or_could_not(|| format!("read {}", path.display()))?;
                found.push((path, text.lines().count()));
            }
        }
    }
    found.retain(|(_, lines)| *lines > FILE_LINES_MAX);
    found.sort();
    Ok(found)
}
