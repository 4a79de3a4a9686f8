//! Debian's packages, where this is Debian and we are root; elsewhere a sentence about what to install.

use crate::failure::{Failure, Outcome};
use crate::process;

/// Somebody else's apt-get may be at work: wait for it.
const LOCK_WAIT: &str = "DPkg::Lock::Timeout=300";

/// `by_hand` continues the sentence "please install …".
pub(super) fn install(packages: &[&str], by_hand: &str) -> Outcome<()> {
    if process::in_path("apt-get").is_none() || !is_root() {
        return Err(Failure::new(format!("please install {by_hand}, then run this again")));
    }
    println!("installing {} with apt-get", packages.join(", "));
    process::run(process::command("apt-get").args(["update", "-qq", "-o", LOCK_WAIT]))?;
    let mut apt = process::command("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args(["install", "-y", "-qq", "--no-install-recommends", "-o", LOCK_WAIT]);
    process::run(apt.args(packages))
}

fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|uid| uid.trim() == "0")
}
