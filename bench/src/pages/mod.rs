//! `bench pages`: how long the seller's lists take on the server, from ten thousand journeys to a million.

mod asks;
mod client;
mod seed;

use crate::Outcome;
use asks::Ask;
use client::Client;
use seed::{Places, Spread};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;
use store::Db;
use tokio::time::Instant;

/// The goal, on an otherwise idle machine.
const GOAL_MS: f64 = 50.0;
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The seller's lists: p50 and p99 of each page, filter, order and search, on SQLite and on PostgreSQL.
///
/// Journeys are made by the store's own functions, in large transactions, with clients, segments, words and sums as the
/// program keeps them; a third have a payment, and events are stored beside them. PostgreSQL is vacuumed and analysed
/// afterwards, as its autovacuum would in time. Then `whypaid serve` answers one request after the other over one
/// connection; what is measured is the time to the last byte.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Numbers of journeys.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// Times that each page is asked for, after three that do not count.
    #[arg(long, default_value_t = 60)]
    repeat: usize,
    /// `sqlite`, `postgres`, or both.
    #[arg(long, value_delimiter = ',', default_values_t = ["sqlite".to_owned(), "postgres".to_owned()])]
    only: Vec<String>,
    /// The program to measure; beside this one when absent.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A PostgreSQL that the run may use; a database `whypaid_bench_pages` is made anew in it.
    #[arg(long, env = "WHYPAID_BENCH_PG", hide_env_values = true)]
    postgres: Option<String>,
}

/// (p50, p99) in ms.
type Times = (f64, f64);

pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program lies in no folder")?;
    let program = options.program.clone().unwrap_or_else(|| folder.join("whypaid"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut worst: f64 = 0.0;
    for engine in &options.only {
        let mut table: Vec<(String, Vec<Times>)> = Vec::new();
        for &size in &options.sizes {
            let home = tempfile::Builder::new().prefix("bench-pages-").tempdir_in(folder)?;
            let url = match (engine.as_str(), &options.postgres) {
                ("sqlite", _) => format!("sqlite://{}/whypaid.db", home.path().display()),
                (_, Some(url)) => runtime.block_on(seed::fresh_database(url))?,
                (_, None) => return Err("no PostgreSQL was lent; run `cargo xtask bench pages`".into()),
            };
            let begin = Instant::now();
            let places = runtime.block_on(seed::fill(&url, Spread { journeys: size }))?;
            eprintln!("{engine}: {size} journeys made in {:.0} s", begin.elapsed().as_secs_f64());
            let server = Server::start(&program, home.path(), &url)?;
            measure(&server, &places, options.repeat, &mut table)?;
        }
        worst = print(engine, &options.sizes, &table).max(worst);
    }
    println!(
        "\nThe slowest p99: {worst:.1} ms; the goal is under {GOAL_MS} ms on an otherwise idle machine."
    );
    Ok(ExitCode::SUCCESS)
}

fn measure(
    server: &Server,
    places: &Places,
    repeat: usize,
    table: &mut Vec<(String, Vec<Times>)>,
) -> Outcome<()> {
    let mut client = Client::open(server.address, &server.token)?;
    for (at, Ask { name, path }) in asks::all(places).into_iter().enumerate() {
        let mut took = Vec::with_capacity(repeat);
        for n in 0..repeat + 3 {
            let begin = Instant::now();
            let status = client.get(&path)?;
            if status != 200 {
                return Err(format!("{path} answers {status}").into());
            }
            if n >= 3 {
                took.push(begin.elapsed().as_secs_f64() * 1000.0);
            }
        }
        took.sort_by(f64::total_cmp);
        let times = (took[took.len() / 2], took[took.len() * 99 / 100]);
        match table.get_mut(at) {
            Some((_, all)) => all.push(times),
            None => table.push((name.to_owned(), vec![times])),
        }
    }
    Ok(())
}

/// Returns the slowest p99.
fn print(engine: &str, sizes: &[usize], table: &[(String, Vec<Times>)]) -> f64 {
    println!("\n{engine}, p50 / p99 in ms\n");
    let heads: Vec<String> = sizes.iter().map(|size| format!("{size:>16}")).collect();
    println!("{:<44}{}", "", heads.concat());
    let mut worst: f64 = 0.0;
    for (name, all) in table {
        let cells: Vec<String> =
            all.iter().map(|(p50, p99)| format!("{:>16}", format!("{p50:.1} / {p99:.1}"))).collect();
        println!("{name:<44}{}", cells.concat());
        worst = all.iter().fold(worst, |worst, (_, p99)| worst.max(*p99));
    }
    worst
}

/// A running program; gone when dropped.
struct Server {
    address: SocketAddr,
    token: String,
    child: Child,
}

impl Server {
    fn start(program: &Path, home: &Path, url: &str) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let command = |args: &[&str]| {
            let mut command = Command::new(program);
            command.args(args).current_dir(home).env_clear().stdin(Stdio::null());
            command.env("WHYPAID_DATABASE_URL", url).env("WHYPAID_LISTEN", address.to_string());
            command.env("STRIPE_SECRET_KEY", "sk_live_bench").env("STRIPE_API_BASE", "http://127.0.0.1:9");
            command.env("WHYPAID_LOG", "error");
            command
        };
        let made = command(&["token", "create", "--role", "owner", "--name", "bench"]).output()?;
        let token = String::from_utf8(made.stdout)?.trim().to_owned();
        let child = command(&["serve"]).stdout(Stdio::null()).spawn()?;
        let server = Self { address, token, child };
        let begin = Instant::now();
        while begin.elapsed() < START_TIMEOUT {
            // Once the statistics are loaded: what that takes is measured by `bench facts`.
            let ready = |mut client: Client| client.get("/api/v1/insights/conversion");
            if let Ok(200) = Client::open(address, &server.token).and_then(ready) {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the program does not answer".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// For the seeding: the program's own database.
async fn open(url: &str) -> Outcome<Db> {
    let db = Db::open(url)?;
    db.migrate().await?;
    Ok(db)
}
