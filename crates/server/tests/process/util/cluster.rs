//! A throw-away PostgreSQL with default durability, which a test may stop, kill and freeze. It never touches one that it
//! did not start.

use super::process::signal;
use super::skip;
use super::watchdog::Watchdog;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Where Debian's packages put the programs, one folder per version.
const PACKAGED: &str = "/usr/lib/postgresql";
const START_SECONDS_MAX: &str = "60";
/// Somebody else may take the free port between our finding it and PostgreSQL's taking it.
const START_ATTEMPTS: usize = 5;
/// `pg_ctl stop -m immediate`, also for one that is frozen; then its files go.
const TIDY_UP: &str = r#"
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" && kill -CONT "$pid" 2>/dev/null
for _ in $(seq 100); do
  [ -e "$1/data/postmaster.pid" ] || break
  sleep 0.1
done
rm -rf "$1"
"#;

/// Stops and removes itself when dropped, and also when this process is killed.
pub(crate) struct Cluster {
    binaries: PathBuf,
    account: Option<(u32, u32)>,
    port: u16,
    /// Dropped before the folder.
    _tidy_up: Watchdog,
    folder: TempDir,
}

impl Cluster {
    /// `None`, with a word about it, where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            skip("PostgreSQL is not installed; `cargo xtask setup` installs it");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("whypaid-process-").tempdir().expect("a folder");
        let account = account();
        if let Some((uid, gid)) = account {
            chown(folder.path(), Some(uid), Some(gid)).expect("gives the folder away");
        }
        let tidy_up = Watchdog::over(TIDY_UP, &[&folder.path().display().to_string()]);
        let mut cluster = Self { binaries, account, port: 0, _tidy_up: tidy_up, folder };
        cluster.initdb();
        for _ in 0..START_ATTEMPTS {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .and_then(|l| l.local_addr())
                .expect("a free port");
            cluster.port = free.port();
            if cluster.try_start() {
                return Some(cluster);
            }
        }
        panic!("PostgreSQL does not start: {:?}", std::fs::read_to_string(cluster.path("log")))
    }

    fn initdb(&self) {
        let mut initdb = self.command("initdb");
        // Not syncing concerns only the files of the empty cluster; the server itself keeps fsync on.
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        let made = initdb.arg("--pgdata").arg(self.path("data")).output().expect("runs initdb");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let sockets = self.folder.path().display();
        let settings = format!("listen_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\n");
        std::fs::write(self.path("data/postgresql.auto.conf"), settings).expect("writes its settings");
    }

    /// Starts it where it was.
    pub(crate) fn start_again(&self) {
        assert!(
            self.try_start(),
            "PostgreSQL does not start: {:?}",
            std::fs::read_to_string(self.path("log"))
        );
    }

    fn try_start(&self) -> bool {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args(["start", "--wait", "--silent", "--timeout", START_SECONDS_MAX, "--pgdata"]);
        pg_ctl.arg(self.path("data")).arg("--log").arg(self.path("log"));
        pg_ctl.arg("--options").arg(format!("-p {}", self.port)).status().expect("runs pg_ctl").success()
    }

    /// `fast` tells its clients; `immediate` is a crash of all its processes.
    pub(crate) fn stop(&self, mode: &str) {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.args(["stop", "--wait", "--silent", "--mode", mode, "--pgdata"]).arg(self.path("data"));
        assert!(pg_ctl.status().expect("runs pg_ctl").success(), "PostgreSQL does not stop");
    }

    /// Stops every one of its processes in its tracks: connections stay open and say nothing more.
    pub(crate) fn freeze(&self) {
        let postmaster = self.postmaster();
        // First the one that could make more of them.
        assert!(signal("STOP", &[postmaster]).success());
        // Some may have ended meanwhile.
        signal("STOP", &children(postmaster));
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self) {
        let postmaster = self.postmaster();
        signal("CONT", &children(postmaster));
        assert!(signal("CONT", &[postmaster]).success());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn postmaster(&self) -> u32 {
        let file = std::fs::read_to_string(self.path("data/postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|pid| pid.trim().parse().ok()).expect("a process id")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        // A folder that any account may enter.
        command.current_dir("/").env("LC_ALL", "C");
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

fn binaries() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")?;
    let packaged = std::fs::read_dir(PACKAGED).into_iter().flatten().flatten().map(|v| v.path().join("bin"));
    let mut folders = std::env::split_paths(&on_path).chain(packaged);
    folders.find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

/// PostgreSQL refuses to run as root, so root lends it the account that its package made.
fn account() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> u32 {
        let printed = Command::new("id").args(args).output().expect("runs id");
        let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
        printed.trim().parse().unwrap_or_else(|_| panic!("id {args:?} printed {printed:?}"))
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", "postgres"]), id(&["-g", "postgres"])))
}

fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("Linux").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent_of(Path::new(&format!("/proc/{pid}/stat"))) == Some(parent)).collect()
}

/// `pid (name) state parent …`; the name may hold anything.
fn parent_of(stat: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(stat).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
