//! `whypaid` as a process of its own: started, watched, killed.

use super::{WAIT_MAX, until};
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The webhook secret of every test.
pub(crate) const SECRET: &str = "whsec_process_test";
/// Sockets a server may have open when a test gives it more than usual.
pub(crate) const SOCKETS_MAX: usize = 12_000;
/// What the log says of an outage of ingest, once each.
pub(crate) const OUTAGE_BEGAN: &str = "events cannot be stored; answering 503 until the database is back";
pub(crate) const OUTAGE_ENDED: &str = "the database is back; events are stored again";

/// A running `whypaid serve`; killed when dropped.
pub(crate) struct Whypaid {
    child: Child,
    log: Log,
    /// `http://127.0.0.1:…`
    pub(crate) base: String,
}

/// What it logged: JSON lines.
type Log = Arc<Mutex<Vec<serde_json::Value>>>;

impl Whypaid {
    /// Starts it and waits until it takes requests.
    pub(crate) async fn start(database_url: &str) -> Self {
        let mut whypaid = Self::launch(database_url);
        let told = until("whypaid serves", WAIT_MAX, async || {
            if let Some(status) = whypaid.child.try_wait().expect("a child of ours") {
                panic!("whypaid ended by itself: {status}; it logged {:#?}", whypaid.log_lines());
            }
            whypaid.address().ok_or_else(|| format!("{:?}", whypaid.log_lines()))
        });
        let (address, _) = told.await;
        whypaid.base = format!("http://{address}");
        whypaid
    }

    /// Starts it and waits for nothing.
    pub(crate) fn launch(database_url: &str) -> Self {
        let mut command = command(database_url);
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts whypaid");
        let log = follow(child.stderr.take().expect("a pipe"));
        Self { child, log, base: String::new() }
    }

    /// Where it says that it listens.
    fn address(&self) -> Option<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let serving = log.iter().find(|line| line["fields"]["message"] == "serving")?;
        serving["fields"]["address"].as_str().map(str::to_owned)
    }

    /// SIGKILL: it gets no chance to do anything. Returns what it logged.
    pub(crate) fn kill(mut self) -> Vec<serde_json::Value> {
        self.child.kill().expect("kills");
        self.child.wait().expect("is gone");
        self.log_lines()
    }

    /// SIGTERM: it must finish what is under way and exit with 0 in time. Returns how long that took.
    pub(crate) async fn terminate(mut self, within: Duration) -> Duration {
        signal("TERM", &[self.child.id()]);
        let (status, took) = until("whypaid stopped after SIGTERM", within, async || {
            self.child.try_wait().expect("a child of ours").ok_or_else(|| format!("{:#?}", self.last_lines()))
        })
        .await;
        assert!(status.success(), "after SIGTERM: {status}; it logged {:#?}", self.log_lines());
        took
    }

    /// Still the process that was started?
    pub(crate) fn assert_running(&mut self) {
        let ended = self.child.try_wait().expect("a child of ours");
        assert!(ended.is_none(), "whypaid ended by itself: {ended:?}; it logged {:#?}", self.log_lines());
    }

    /// Everything logged until now.
    pub(crate) fn log_lines(&self) -> Vec<serde_json::Value> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the end of each outage of ingest was told. Returns everything logged until then.
    pub(crate) async fn log_of_outages(&self) -> Vec<serde_json::Value> {
        let told = async || {
            let log = self.log_lines();
            let count = |text: &str| {
                let message = |line: &&serde_json::Value| line["fields"]["message"].as_str() == Some(text);
                log.iter().filter(message).count()
            };
            let (began, ended) = (count(OUTAGE_BEGAN), count(OUTAGE_ENDED));
            if began == ended { Ok(log) } else { Err(format!("{began} began, {ended} ended")) }
        };
        until("the end of the outage is told", WAIT_MAX, told).await.0
    }

    fn last_lines(&self) -> Vec<serde_json::Value> {
        let lines = self.log_lines();
        lines[lines.len().saturating_sub(5)..].to_vec()
    }

    /// Memory that is really in use, kB.
    pub(crate) fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).unwrap().parse().expect("a number")
    }
}

impl Drop for Whypaid {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end: exit code, standard output, standard error.
pub(crate) fn run(database_url: &str, args: &[&str]) -> (i32, String, String) {
    let done = command(database_url).args(args).output().expect("runs whypaid");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().expect("an exit code"), text(&done.stdout), text(&done.stderr))
}

/// `whypaid doctor --verify` finds no difference.
pub(crate) fn assert_verified(database_url: &str) {
    let done = command(database_url).args(["doctor", "--verify"]).output().expect("runs whypaid");
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "whypaid doctor --verify: {said}");
    assert!(said.contains(" 0 differences"), "{said}");
}

/// The program with this database, its own environment, and any free port.
pub(crate) fn command(database_url: &str) -> Command {
    let limit = format!("ulimit -n {SOCKETS_MAX} 2>/dev/null; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limit, env!("CARGO_BIN_EXE_whypaid")]);
    command.env_clear().envs(std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME"));
    command.env("WHYPAID_DATABASE_URL", database_url).env("STRIPE_WEBHOOK_SECRET", SECRET);
    command.env("WHYPAID_LISTEN", "127.0.0.1:0").env("WHYPAID_PUBLIC_URL", "http://whypaid.test");
    command.env("WHYPAID_LOG", "info").env("WHYPAID_LOG_FORMAT", "json");
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

fn follow(stderr: impl Read + Send + 'static) -> Log {
    let log = Log::default();
    let writer = Arc::clone(&log);
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let line = serde_json::from_str(&line).unwrap_or(serde_json::Value::String(line));
            writer.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    log
}

/// Sends a signal by name.
pub(crate) fn signal(name: &str, pids: &[u32]) -> ExitStatus {
    let pids = pids.iter().map(u32::to_string);
    Command::new("kill").arg(format!("-{name}")).args(pids).status().expect("runs kill")
}

/// The warnings and errors among log lines, as `level message`.
pub(crate) fn complaints(log: &[serde_json::Value]) -> Vec<String> {
    let bad = log.iter().filter(|line| line["level"] != "INFO");
    bad.map(|line| format!("{} {}", line["level"].as_str().unwrap_or("?"), line["fields"])).collect()
}
