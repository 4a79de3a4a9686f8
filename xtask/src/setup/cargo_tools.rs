//! cargo-nextest and cargo-deny, built from source where missing. A newer one than we ask for is left alone.

use std::fs;

use crate::failure::{Outcome, While};
use crate::process;
use crate::workspace::Workspace;

/// The oldest that we know to work; installed when there is none, or an older one.
struct Tool {
    subcommand: &'static str,
    package: &'static str,
    version: &'static str,
}

const NEXTEST: Tool = Tool { subcommand: "nextest", package: "cargo-nextest", version: "0.9.143" };
const DENY: Tool = Tool { subcommand: "deny", package: "cargo-deny", version: "0.20.2" };

pub(super) fn ensure_nextest(workspace: &Workspace) -> Outcome<()> {
    ensure(workspace, &NEXTEST)
}

pub(super) fn ensure_deny(workspace: &Workspace) -> Outcome<()> {
    ensure(workspace, &DENY)
}

fn ensure(workspace: &Workspace, tool: &Tool) -> Outcome<()> {
    if is_installed(workspace, tool) {
        return Ok(());
    }
    println!("building {} {}: takes a few minutes, once", tool.package, tool.version);
    // A folder of its own, kept until the end: a build that is cut short goes on where it stopped.
    let build = workspace.tools.join("build").join(tool.package);
    let mut install = process::cargo(&workspace.root);
    install.args(["install", tool.package, "--locked", "--version", tool.version]);
    process::run(install.env("CARGO_TARGET_DIR", &build))?;
    fs::remove_dir_all(&build).or_could_not(|| format!("remove {}", build.display()))
}

fn is_installed(workspace: &Workspace, tool: &Tool) -> bool {
    let printed = process::output(process::cargo(&workspace.root).args([tool.subcommand, "--version"]));
    let Ok(printed) = printed else { return false };
    let found = printed.split_whitespace().nth(1).and_then(version);
    found.is_some_and(|found| Some(found) >= version(tool.version))
}

fn version(text: &str) -> Option<[u32; 3]> {
    let numbers: Vec<u32> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("0.20.2") > version("0.9.143"));
        assert!(version("0.20.2") >= version("0.20.2"));
        assert_eq!(version("0.20"), None);
        assert_eq!(version("0.20.2-rc.1"), None);
    }
}
