//! Installs what building and testing need and the machine lacks; does nothing where all is there.
//!
//! Each tool has a file. Nothing is installed but by the machine's own package clients: apt-get, pip, cargo, npm.

mod apt;
mod browser;
mod cargo_tools;
mod npm;
mod postgres;
mod python;

use std::fs::File;
use std::path::PathBuf;

use crate::failure::{Outcome, While};
use crate::workspace::Workspace;

#[cfg(test)]
pub(crate) use postgres::binaries as postgres_binaries;

/// Stripe's SDK for Node, which the stand-in is tested with.
const NODE_SDK: &str = "crates/stand-in/tests/sdk";

/// `cargo xtask setup`.
pub(crate) fn everything(workspace: &Workspace) -> Outcome<()> {
    let tools = for_tests(workspace)?;
    for_checks(workspace)?;
    println!("PostgreSQL    {}", tools.postgres.display());
    println!("Python        {}", tools.python.display());
    println!("Node          Stripe's SDK is in {NODE_SDK}");
    println!("cargo         nextest and deny are there");
    if workspace.e2e().is_some() {
        println!("browser       Chromium and the packages of e2e are there");
    }
    println!("\nReady: `cargo xtask test` runs every check.");
    Ok(())
}

/// What the Rust tests need.
pub(crate) struct TestTools {
    /// The folder with `initdb` and `pg_ctl`.
    pub(crate) postgres: PathBuf,
    pub(crate) python: PathBuf,
}

pub(crate) fn for_tests(workspace: &Workspace) -> Outcome<TestTools> {
    let _lock = one_at_a_time(workspace)?;
    let tools = TestTools { postgres: postgres::ensure()?, python: python::ensure(workspace)? };
    npm::ensure(&workspace.root.join(NODE_SDK))?;
    cargo_tools::ensure_nextest(workspace)?;
    Ok(tools)
}

pub(crate) fn for_postgres(workspace: &Workspace) -> Outcome<PathBuf> {
    let _lock = one_at_a_time(workspace)?;
    postgres::ensure()
}

/// What only the whole of `cargo xtask test` needs.
pub(crate) fn for_checks(workspace: &Workspace) -> Outcome<()> {
    let _lock = one_at_a_time(workspace)?;
    cargo_tools::ensure_deny(workspace)?;
    match workspace.e2e() {
        Some(folder) => browser::ensure(&folder),
        None => Ok(()),
    }
}

/// Two people in one checkout must not build the same thing at once. The lock goes with the file handle.
fn one_at_a_time(workspace: &Workspace) -> Outcome<File> {
    let path = workspace.tools.join("setup.lock");
    let file = File::create(&path).or_could_not(|| format!("make {}", path.display()))?;
    file.lock().or_could_not(|| format!("lock {}", path.display()))?;
    Ok(file)
}
