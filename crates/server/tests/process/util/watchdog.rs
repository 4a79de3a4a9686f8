//! What a test leaves outside its process (a PostgreSQL, a mount) must go even when the test is killed: a small shell
//! that waits for our end of a pipe to close, then tidies up.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// Runs its script when dropped, and also when this process is killed.
pub(crate) struct Watchdog(Child);

impl Watchdog {
    /// `script` gets `args` as `$1`, `$2`, …
    pub(crate) fn over(script: &str, args: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("cat >/dev/null\n{script}"), "sh"]).args(args).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: a signal to the whole test must not reach the one that tidies up.
        Self(shell.process_group(0).spawn().expect("starts a shell"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
