//! A throw-away PostgreSQL cluster: made in a second or two, on a free port, gone when its value is dropped.
//!
//! Durability is the default (fsync on), so crash tests and measurements mean something. Two people can have one each:
//! folder and port are never shared. It must never touch a PostgreSQL that it did not start.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::workspace::Workspace;

const CONNECTIONS_MAX: u16 = 200;
/// Files of its log, 16 MB each, that an aged cluster has written: what PostgreSQL keeps between two checkpoints by
/// default (`max_wal_size`, 1 GB, of which a checkpoint begins at about half).
const LOG_FILES: u32 = 48;
const START_SECONDS_MAX: &str = "60";
/// Somebody else may take the free port between our finding it and PostgreSQL's taking it.
const START_ATTEMPTS: u32 = 5;
/// Systems refuse socket paths over about 104 bytes; `/.s.PGSQL.65535` goes on top of this.
const FOLDER_BYTES_MAX: usize = 85;
const FOLDER_PREFIX: &str = "whypaid-pg-";
/// For a checkout that the user `postgres` cannot reach. Unlike /tmp it is never kept in memory.
const FALLBACK_PARENT: &str = "/var/tmp";

/// Waits until this process is gone, however it went: then its end of the pipe closes. SIGQUIT to the postmaster is
/// what `pg_ctl stop -m immediate` sends; the postmaster removes its pid file when it is done.
const WATCHDOG: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
for _ in $(seq 100); do
  [ -e "$1/data/postmaster.pid" ] || break
  sleep 0.1
done
rm -rf "$1"
"#;

/// Stops and removes itself when dropped, and also when this process is killed.
pub(crate) struct Cluster {
    binaries: PathBuf,
    port: u16,
    postmaster_pid: u32,
    _watchdog: Watchdog,
}

impl Cluster {
    /// `binaries` is the folder with `initdb` and `pg_ctl`.
    pub(crate) fn start(workspace: &Workspace, binaries: &Path) -> Outcome<Self> {
        let account = Account::for_server()?;
        let folder = make_folder(workspace, &account)?;
        let watchdog = Watchdog::over(&folder)?;
        initdb(binaries, &account, &folder)?;
        let port = start_server(binaries, &account, &folder)?;
        let postmaster_pid = postmaster_pid(&folder)?;
        Ok(Self { binaries: binaries.to_owned(), port, postmaster_pid, _watchdog: watchdog })
    }

    /// Makes its log as if it had been used for a while, for measurements. A new cluster writes each file of the log
    /// full of zeros and syncs it before the first commit goes there, which all commits wait for: 15 to 25 ms on our
    /// machines, twice a second under load. Later it takes files again that a checkpoint has freed.
    /// <https://www.postgresql.org/docs/15/wal-configuration.html>
    pub(crate) fn age(&self) -> Outcome<()> {
        let fill = format!(
            "DO $$ BEGIN FOR i IN 1..{LOG_FILES} LOOP \
             PERFORM pg_logical_emit_message(false, '', ''); PERFORM pg_switch_wal(); END LOOP; END $$"
        );
        self.psql(&fill)?;
        self.psql("CHECKPOINT").map(drop)
    }

    fn psql(&self, sql: &str) -> Outcome<String> {
        let psql = self.binaries.join("psql");
        process::output(process::command(psql).arg(self.url()).args(["-XAqtc", sql]))
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn postmaster_pid(&self) -> u32 {
        self.postmaster_pid
    }
}

/// PostgreSQL refuses to run as root, so root lends it the account that its package made.
enum Account {
    Ours,
    Other { uid: u32, gid: u32 },
}

impl Account {
    fn for_server() -> Outcome<Self> {
        if id(&["-u"])? != 0 {
            return Ok(Self::Ours);
        }
        let missing = |_| {
            Failure::new(
                "PostgreSQL does not run as root, and there is no user `postgres` to run it as: \
                 make one with `useradd --system postgres`",
            )
        };
        Ok(Self::Other {
            uid: id(&["-u", "postgres"]).map_err(missing)?,
            gid: id(&["-g", "postgres"]).map_err(missing)?,
        })
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = process::command(program.as_ref());
        // Whoever it runs as can enter `/`; English and bytes whatever the terminal speaks.
        command.current_dir("/").env("LC_ALL", "C");
        if let Self::Other { uid, gid } = *self {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn take_over(&self, folder: &Path) -> Outcome<()> {
        let Self::Other { uid, gid } = *self else { return Ok(()) };
        chown(folder, Some(uid), Some(gid)).or_could_not(|| format!("hand {} to postgres", folder.display()))
    }
}

fn id(args: &[&str]) -> Outcome<u32> {
    let printed = process::output(process::command("id").args(args))?;
    printed.trim().parse().or_could_not(|| "read what `id` printed".to_owned())
}

/// In `.tools/pg` where the server's account can work there, else in [`FALLBACK_PARENT`].
fn make_folder(workspace: &Workspace, account: &Account) -> Outcome<PathBuf> {
    let parent = workspace.tools.join("pg");
    fs::create_dir_all(&parent).or_could_not(|| format!("make {}", parent.display()))?;
    for parent in [parent, PathBuf::from(FALLBACK_PARENT)] {
        remove_leftovers(&parent);
        let folder = parent.join(format!("{FOLDER_PREFIX}{}", std::process::id()));
        if folder.as_os_str().len() > FOLDER_BYTES_MAX {
            continue;
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .or_could_not(|| format!("make {}", folder.display()))?;
        account.take_over(&folder)?;
        if process::succeeds(account.command("test").arg("-w").arg(&folder)) {
            return Ok(folder);
        }
        fs::remove_dir(&folder).or_could_not(|| format!("remove {}", folder.display()))?;
    }
    Err(Failure::new(format!("found no folder to put PostgreSQL's files in; is {FALLBACK_PARENT} writable?")))
}

/// A machine that lost power had no watchdog. Removes only what belongs to no living process.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)?.parse::<u32>().ok());
        let Some(owner) = owner else { continue };
        let server = postmaster_pid(&entry.path()).ok();
        if !is_alive(owner) && !server.is_some_and(is_alive) {
            // Somebody else may be removing it too, or may own it.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_alive(pid: u32) -> bool {
    // The shell's own `kill`, because every system has it.
    process::succeeds(process::command("sh").args(["-c", "kill -0 \"$1\"", "sh", &pid.to_string()]))
}

fn initdb(binaries: &Path, account: &Account, folder: &Path) -> Outcome<()> {
    let data = folder.join("data");
    let mut initdb = account.command(binaries.join("initdb"));
    // Not syncing concerns only the files of the empty cluster; the server itself keeps fsync on.
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
    process::output(initdb.arg("--pgdata").arg(&data))?;
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nmax_connections = {CONNECTIONS_MAX}\n",
        folder.display()
    );
    let file = data.join("postgresql.auto.conf");
    fs::write(&file, settings).or_could_not(|| format!("write {}", file.display()))
}

/// Returns the port that it listens on.
fn start_server(binaries: &Path, account: &Account, folder: &Path) -> Outcome<u16> {
    let log = folder.join("log");
    let mut attempts_left = START_ATTEMPTS;
    loop {
        let port = free_port()?;
        let mut pg_ctl = account.command(binaries.join("pg_ctl"));
        pg_ctl.args(["start", "--wait", "--silent", "--timeout", START_SECONDS_MAX]);
        pg_ctl.arg("--pgdata").arg(folder.join("data")).arg("--log").arg(&log);
        pg_ctl.arg("--options").arg(format!("-p {port}"));
        attempts_left -= 1;
        match process::output(&mut pg_ctl) {
            Ok(_) => return Ok(port),
            Err(_) if attempts_left > 0 => {}
            Err(failure) => {
                let log = fs::read_to_string(&log).unwrap_or_default();
                return Err(Failure::new(format!("PostgreSQL did not start.\n{failure}\nIts log:\n{log}")));
            }
        }
    }
}

fn free_port() -> Outcome<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).or_could_not(|| "find a free port".to_owned())?;
    Ok(listener.local_addr().or_could_not(|| "read the number of a free port".to_owned())?.port())
}

fn postmaster_pid(folder: &Path) -> Outcome<u32> {
    let file = folder.join("data/postmaster.pid");
    let text = fs::read_to_string(&file).or_could_not(|| format!("read {}", file.display()))?;
    let first_line = text.lines().next().unwrap_or_default();
    first_line.trim().parse().or_could_not(|| format!("read a process id in {}", file.display()))
}

/// A small shell that outlives this process just long enough to clean up after it.
struct Watchdog(Child);

impl Watchdog {
    fn over(folder: &Path) -> Outcome<Self> {
        let mut shell = process::command("sh");
        shell.args(["-c", WATCHDOG, "sh"]).arg(folder).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: ctrl-C is for us, and must not reach the one that tidies up.
        let child = shell.process_group(0).spawn().or_could_not(|| "start `sh`".to_owned())?;
        Ok(Self(child))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        match self.0.wait() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => eprintln!("could not wait for PostgreSQL to stop: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::setup;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let workspace = Workspace::open().expect("tests run by cargo know their checkout");
        let binaries = setup::postgres_binaries().expect("`cargo xtask setup` installs PostgreSQL");
        let cluster = Cluster::start(&workspace, &binaries).expect("starts");
        let settings = cluster.psql("select current_setting('fsync') || current_setting('max_connections')");
        assert_eq!(settings.expect("psql connects").trim(), "on200");

        let port = cluster.port;
        assert!(is_alive(cluster.postmaster_pid()));
        drop(cluster);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err(), "the server is gone");
        let own = format!("{FOLDER_PREFIX}{}", std::process::id());
        assert!(!workspace.tools.join("pg").join(&own).exists(), "and so are its files");
        assert!(!Path::new(FALLBACK_PARENT).join(&own).exists());
    }

    #[test]
    fn an_aged_cluster_has_files_of_its_log_to_take_again() {
        let workspace = Workspace::open().expect("tests run by cargo know their checkout");
        let binaries = setup::postgres_binaries().expect("`cargo xtask setup` installs PostgreSQL");
        let cluster = Cluster::start(&workspace, &binaries).expect("starts");
        cluster.age().expect("ages");
        let free = "select count(*) from pg_ls_waldir() where name > pg_walfile_name(pg_current_wal_lsn())";
        let free = cluster.psql(free).expect("psql connects");
        assert!(free.trim().parse::<u32>().expect("a number") >= LOG_FILES / 2, "{free} files");
    }
}
