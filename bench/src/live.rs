//! `bench live`: from a webhook's first byte to the open pages, while many browsers look on.

use crate::Outcome;
use crate::ingest::{Kind, Lent, Maker, Target};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// What SPEC H11 asks for.
const GOAL_MS: f64 = 100.0;
/// On one page, so that every event changes a row that is looked at.
const JOURNEYS: usize = 200;
/// Connections that bring events.
const SENDERS: usize = 8;
const READ_TIMEOUT: Duration = Duration::from_millis(500);

/// Open pages and steady webhooks: time from sending an event to its row on each page, and memory over time.
///
/// Every event pays a journey that all pages show. All pages look at the same list, as the people of one team do.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Length of the run.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Events a second.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// Open pages.
    #[arg(long, default_value_t = 50)]
    pages: usize,
    /// Only these servers.
    #[arg(long, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    only: Vec<Kind>,
    /// The program to measure; beside this one when absent.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A PostgreSQL that the run may use; a database `whypaid_bench` is made anew in it.
    #[arg(long, env = "WHYPAID_BENCH_PG", hide_env_values = true)]
    postgres: Option<String>,
    /// Its postmaster.
    #[arg(long, env = "WHYPAID_BENCH_PG_PID")]
    postgres_pid: Option<u32>,
}

/// When the newest event of each journey was sent, and its number.
type Sent = Arc<BTreeMap<String, Mutex<Option<(usize, Instant)>>>>;

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program lies in no folder")?;
    let program = options.program.clone().unwrap_or_else(|| folder.join("whypaid"));
    let lent = options.postgres.clone().zip(options.postgres_pid);
    let lent = lent.map(|(url, postmaster_pid)| Lent { url, postmaster_pid });
    println!("{} pages, {} events/s for {} s\n", options.pages, options.rate, options.seconds);
    println!(
        "{:<16}{:>10}{:>10}{:>10}{:>10}{:>14}{:>14}{:>12}{:>12}",
        "", "told", "p50 ms", "p99 ms", "max ms", "peak MB at ¼", "at the end", "server s", "database s"
    );
    for &kind in &options.only {
        let target = Target::start(kind, &program, folder, lent.as_ref())?;
        let (mut took, early_mb, (server_s, database_s)) = measure(&target, options)?;
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or(f64::NAN);
        println!(
            "{:<16}{:>10}{:>10.1}{:>10.1}{:>10.1}{:>14.0}{:>14.0}{:>12.1}{:>12.1}",
            kind.name(),
            took.len(),
            at(50),
            at(99),
            took.last().copied().unwrap_or(f64::NAN),
            early_mb,
            target.peak_rss_mb()?,
            server_s,
            database_s
        );
    }
    println!("\nThe goal is a p99 under {GOAL_MS} ms on an otherwise idle machine.");
    Ok(ExitCode::SUCCESS)
}

/// Latencies in ms, the peak of memory after a quarter of the time, and CPU seconds of server and database.
fn measure(target: &Target, options: &Options) -> Outcome<(Vec<f64>, f64, (f64, f64))> {
    let journeys = target.make_journeys(JOURNEYS)?;
    let token = target.token()?;
    let sent: Sent = Arc::new(journeys.iter().map(|id| (id.clone(), Mutex::new(None))).collect());
    let total = usize::try_from(options.rate * options.seconds)?;
    let batch =
        Maker::new(journeys.clone(), 100, target.address.to_string()).batch(total, options.seconds)?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (sent, over, token) = (&sent, &over, token.as_str());
        let read = |_| scope.spawn(move || watch(target.address, token, sent, over));
        let readers: Vec<_> = (0..options.pages).map(read).collect();
        std::thread::sleep(Duration::from_secs(2));
        let cpu = target.cpu_seconds()?;
        let begin = Instant::now();
        let next = Mutex::new(0_usize);
        let bring = || -> Outcome<()> {
            let mut stream = TcpStream::connect(target.address)?;
            stream.set_nodelay(true)?;
            let (mut request, mut answer) = (batch.buffer(), [0; 4096]);
            loop {
                let number = {
                    let mut next = next.lock().map_err(|_| "a sender failed")?;
                    if !batch.write_next(&mut request) {
                        return Ok(());
                    }
                    *next += 1;
                    *next - 1
                };
                let due =
                    begin + Duration::from_secs(1) * u32::try_from(number)? / u32::try_from(options.rate)?;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                *sent[&journeys[number % JOURNEYS]].lock().map_err(|_| "a reader failed")? =
                    Some((number, Instant::now()));
                stream.write_all(&request)?;
                if stream.read(&mut answer)? == 0 {
                    return Err("the server closed a connection".into());
                }
            }
        };
        let early = scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(options.seconds) / 4);
            target.peak_rss_mb()
        });
        std::thread::scope(|inner| {
            let senders: Vec<_> = (0..SENDERS).map(|_| inner.spawn(bring)).collect();
            senders.into_iter().try_for_each(|s| s.join().map_err(|_| "a sender failed")?)
        })?;
        std::thread::sleep(Duration::from_secs(1));
        let used = target.cpu_seconds()?;
        over.store(true, Ordering::Relaxed);
        let mut took = Vec::new();
        for reader in readers {
            took.extend(reader.join().map_err(|_| "a reader failed")??);
        }
        let used = (used.0 - cpu.0, used.1 - cpu.1);
        Ok((took, early.join().map_err(|_| "a reading failed")??, used))
    })
}

/// Reads one page's stream until it is over, and notes how old each event is when its row comes.
fn watch(address: SocketAddr, token: &str, sent: &Sent, over: &AtomicBool) -> Outcome<Vec<f64>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let path = format!("/live?livemode=false&limit={JOURNEYS}");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")?;
    let mut lines = BufReader::with_capacity(1 << 16, stream);
    let (mut line, mut took, mut seen) = (Vec::new(), Vec::new(), BTreeMap::new());
    while !over.load(Ordering::Relaxed) {
        match lines.read_until(b'\n', &mut line) {
            Ok(0) => return Err("a stream ended".into()),
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                continue;
            }
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let now = Instant::now();
        if let Some(data) = line.strip_prefix(b"data: {".as_slice())
            && let Ok(message) = serde_json::from_slice::<Value>(&[b"{", data].concat())
        {
            for id in message["rows"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_str()) {
                let newest = *sent[id].lock().map_err(|_| "a sender failed")?;
                if let Some((number, at)) = newest
                    && seen.insert(id.to_owned(), number) != Some(number)
                {
                    took.push((now - at).as_secs_f64() * 1000.0);
                }
            }
        }
        line.clear();
    }
    Ok(took)
}
