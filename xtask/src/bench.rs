//! `cargo xtask bench NAME`: builds the program and the benchmark for release, and runs the benchmark.

use std::process::ExitCode;

use crate::failure::{Failure, Outcome};
use crate::postgres::Cluster;
use crate::process;
use crate::setup;
use crate::workspace::Workspace;

/// Benchmarks that start the built program.
const DRIVES_THE_PROGRAM: [&str; 3] = ["ingest", "live", "pages"];
/// Benchmarks that also measure PostgreSQL. It keeps its default durability: numbers without fsync would flatter.
const WITH_POSTGRES: [&str; 4] = ["facts", "ingest", "live", "pages"];

pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Outcome<ExitCode> {
    let Some(name) = args.first() else {
        return Err(Failure::new("say which benchmark, as in `cargo xtask bench ingest`"));
    };
    if DRIVES_THE_PROGRAM.contains(&name.as_str()) {
        process::run(process::cargo(&workspace.root).args(["build", "--release", "-p", "server"]))?;
    }
    process::run(process::cargo(&workspace.root).args(["build", "--release", "-p", "bench"]))?;
    let mut bench = process::cargo(&workspace.root);
    bench.args(["run", "--quiet", "--release", "-p", "bench", "--"]).args(args);
    if !WITH_POSTGRES.contains(&name.as_str()) {
        return process::run(&mut bench).map(|()| ExitCode::SUCCESS);
    }
    let binaries = setup::for_postgres(workspace)?;
    let cluster = Cluster::start(workspace, &binaries)?;
    cluster.age()?;
    bench.env("WHYPAID_BENCH_PG", cluster.url());
    // The benchmark adds up the CPU time of this process and all its children.
    bench.env("WHYPAID_BENCH_PG_PID", cluster.postmaster_pid().to_string());
    process::run(&mut bench).map(|()| ExitCode::SUCCESS)
}
