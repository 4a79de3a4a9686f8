//! Runs the peer and reads what it prints.

use super::ours::Report;
use crate::Outcome;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

pub(crate) struct Peer {
    pub(crate) seconds: f64,
    pub(crate) megabytes: u64,
    pub(crate) report: Report,
}

pub(crate) fn measure(python: &Path, program: &Path, csv: &Path, repeat: usize) -> Outcome<Peer> {
    let mut command = Command::new(python);
    command.arg(program).arg(csv).args(["--repeat", &repeat.max(1).to_string()]);
    let output = command.output().map_err(|error| format!("{}: {error}", python.display()))?;
    if !output.status.success() {
        return Err(format!("the peer failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let printed: Value = serde_json::from_slice(&output.stdout)?;
    let result = &printed["result"];
    let number = |value: &Value| value.as_f64().ok_or("the peer's answer lacks a figure");
    Ok(Peer {
        seconds: number(&printed["median_s"]["total_without_load"])?,
        megabytes: printed["peak_rss_mb"].as_u64().unwrap_or(0),
        report: Report {
            significant: number(&result["bh_significant"])?,
            net_usd: number(&result["net_usd"])?,
            converted: number(&result["km30_v0"])?,
            log_rank: number(&result["logrank"][0])?,
            log_rank_p: number(&result["logrank"][1])?,
            e2: number(&result["logit"]["e2"])?,
            e2_error: number(&result["logit"]["se_e2"])?,
            e17: number(&result["logit"]["e17"])?,
            log_likelihood: number(&result["logit"]["llf"])?,
        },
    })
}
