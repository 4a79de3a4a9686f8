//! PostgreSQL's server binaries. Debian keeps them out of PATH, one folder for each major version.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt;
use crate::failure::{Failure, Outcome};
use crate::process;

const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
const BY_HAND: &str = "the PostgreSQL server so that `initdb` is in PATH \
                       (Debian, Ubuntu: `sudo apt-get install postgresql`; macOS: `brew install postgresql`)";

pub(super) fn ensure() -> Outcome<PathBuf> {
    if let Some(folder) = binaries() {
        return Ok(folder);
    }
    apt::install(&["postgresql"], BY_HAND)?;
    binaries()
        .ok_or_else(|| Failure::new(format!("PostgreSQL was installed, but {DEBIAN_FOLDER} has no `initdb`")))
}

/// The folder with `initdb` and `pg_ctl`: from PATH, else the newest that Debian has.
pub(crate) fn binaries() -> Option<PathBuf> {
    // In PATH there may be links to single programs; beside the program itself are all of them.
    let in_path = process::in_path("initdb").and_then(|link| link.canonicalize().ok());
    let in_path = in_path.and_then(|file| Some(file.parent()?.to_path_buf()));
    in_path.filter(|folder| is_complete(folder)).or_else(newest_of_debian)
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN_FOLDER).ok()?.flatten();
    let numbers = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let folders = |number: u32| Path::new(DEBIAN_FOLDER).join(number.to_string()).join("bin");
    numbers.filter(|number| is_complete(&folders(*number))).max().map(folders)
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|name| folder.join(name).is_file())
}
