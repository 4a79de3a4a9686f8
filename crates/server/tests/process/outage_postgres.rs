//! PostgreSQL goes away under load and comes back; whypaid stays up and recovers by itself.

use crate::util::check::check;
use crate::util::cluster::Cluster;
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::load::{ANSWER_MAX, Load};
use crate::util::process::{OUTAGE_BEGAN, Whypaid, complaints};
use crate::util::proxy::Proxy;
use crate::util::seed::Rng;
use crate::util::stripe_side::StripeSide;
use crate::util::{WAIT_MAX, say, until};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const JOURNEYS: usize = 12;
/// Events acknowledged before the outage, and again after it.
const EVENTS: usize = 300;
/// Refusals to see before the database comes back: two for each connection.
const REFUSALS: usize = 32;
/// Until refusals come: each connection may wait twice.
const OUTAGE_MAX: Duration = Duration::from_secs(40);
/// From the return of the database to the first acknowledgement.
const RECOVER_MAX: Duration = Duration::from_secs(12);
/// From the loss of every connection until all is well: requests in flight give up after 20 s, and their connections
/// are found dead 5 s later.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// Readers at that moment: so many more than connections that every connection is in use.
const READERS: usize = 48;
/// Connections that wait for the lock then: all but those that others got hold of.
const IN_USE: i64 = 12;
/// The longest that any request is kept waiting.
const READ_MAX: Duration = Duration::from_secs(22);
/// Warnings and errors of a whole outage: ingest's one, apply's one, those of the requests below, the driver's own about
/// connections that it lost.
const COMPLAINTS_MAX: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_postgres_stopped() {
    let (stop, start) = (|c: &Cluster| c.stop("immediate"), |c: &Cluster| c.start_again());
    outage("outage_postgres_stopped", stop, start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_postgres_stopped_fast() {
    let (stop, start) = (|c: &Cluster| c.stop("fast"), |c: &Cluster| c.start_again());
    outage("outage_postgres_stopped_fast", stop, start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_postgres_hangs() {
    outage("outage_postgres_hangs", Cluster::freeze, Cluster::thaw).await;
}

/// A server and the load on it.
struct Scene {
    database: Database,
    token: String,
    server: Whypaid,
    stripe: StripeSide,
    load: Load,
}

async fn scene(name: &str, database: Database, url: &str) -> Scene {
    let token = token(&database.url).await;
    let server = Whypaid::start(url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    let stripe = StripeSide::new(Rng::start(name), journeys);
    let load = Load::start(&server, &stripe);
    stripe.until_acknowledged(EVENTS, WAIT_MAX).await;
    Scene { database, token, server, stripe, load }
}

async fn outage(name: &str, break_it: impl Fn(&Cluster), mend: impl Fn(&Cluster)) {
    let Some(cluster) = Cluster::start() else { return };
    let database = Database::on_cluster(cluster).await;
    let url = database.url.clone();
    let mut scene = scene(name, database, &url).await;
    break_it(scene.database.cluster());
    scene.stripe.until_refused(REFUSALS, None, OUTAGE_MAX).await;
    assert_answers_while_away(&scene).await;
    mend(scene.database.cluster());
    let back_in = scene.stripe.until_acknowledged(1, RECOVER_MAX).await;
    scene.stripe.until_acknowledged(EVENTS, WAIT_MAX).await;
    scene.server.assert_running();
    finish(name, scene, back_in, COMPLAINTS_MAX).await;
}

/// Far longer than any commit on a busy machine, shorter than the store waits for a silent connection.
const FELT_MIN: Duration = Duration::from_secs(3);

/// The machine that PostgreSQL runs on loses its power, or a firewall forgets its connections: they stay open and say
/// nothing, for ever. New ones work. Nothing may wait for the old ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_postgres_connections_fall_silent() {
    let name = "outage_postgres_connections_fall_silent";
    let Some(cluster) = Cluster::start() else { return };
    let proxy = Proxy::start(cluster.port()).await;
    let direct = format!(":{}/", cluster.port());
    let database = Database::on_cluster(cluster).await;
    let url = database.url.replace(&direct, &format!(":{}/", proxy.port));
    let mut scene = scene(name, database, &url).await;
    let mut holder = hold_reads(&scene.database.url).await;
    let readers = readers(&scene);
    until("every connection is in use", WAIT_MAX, async || waiting_for_locks(&scene.database.url).await)
        .await;
    proxy.silence_open_connections();
    let silent_at = Instant::now();
    sqlx::query("ROLLBACK").execute(&mut holder).await.expect("lets go");
    // What was in the middle of a commit then is refused; what comes later waits for a new connection. Which of the two
    // happens to the writer is chance, but one does.
    scene.stripe.until_acknowledged(EVENTS, SILENCE_MAX).await;
    let felt = scene.stripe.tally();
    assert!(felt.refusals() > 0 || felt.slowest > FELT_MIN, "nobody noticed the silence: {felt:?}");
    let back_in = silent_at.elapsed();
    let (slowest_read, by_status) = readers.stop().await;
    assert!(slowest_read < READ_MAX, "the slowest request took {slowest_read:?}: {by_status:?}");
    assert!(by_status.keys().all(|status| [200, 503].contains(status)), "{by_status:?}");
    scene.server.assert_running();
    // Each reader is told, and so is the log.
    finish(name, scene, back_in, COMPLAINTS_MAX + 8 * READERS).await;
}

/// Makes every reader of journeys wait in the middle of a statement.
async fn hold_reads(url: &str) -> PgConnection {
    let mut holder = PgConnection::connect(url).await.expect("connects");
    let sql = "BEGIN; LOCK TABLE journey IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(sql).execute(&mut holder).await.expect("takes the lock");
    holder
}

async fn waiting_for_locks(url: &str) -> Result<(), String> {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let mut conn = PgConnection::connect(url).await.expect("connects");
    let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut conn).await.expect("counts");
    if waiting >= IN_USE { Ok(()) } else { Err(format!("{waiting} wait")) }
}

/// Requests that read, so that connections are in use when they fall silent.
struct Readers {
    all: JoinSet<Vec<(u16, Duration)>>,
    stop: CancellationToken,
}

fn readers(scene: &Scene) -> Readers {
    let (mut all, stop) = (JoinSet::new(), CancellationToken::new());
    for _ in 0..READERS {
        let seller = Seller::new(&scene.server, &scene.token);
        let stop = stop.clone();
        all.spawn(async move {
            let mut seen = Vec::new();
            while !stop.is_cancelled() {
                let asked = Instant::now();
                let (status, ..) = seller.get_raw("/api/v1/journeys?limit=5").await;
                seen.push((status, asked.elapsed()));
            }
            seen
        });
    }
    Readers { all, stop }
}

impl Readers {
    /// The slowest answer, and how many there were of each status.
    async fn stop(self) -> (Duration, BTreeMap<u16, usize>) {
        self.stop.cancel();
        let seen = self.all.join_all().await.concat();
        let mut by_status = BTreeMap::new();
        for (status, _) in &seen {
            *by_status.entry(*status).or_default() += 1;
        }
        (seen.iter().map(|(_, took)| *took).max().unwrap_or_default(), by_status)
    }
}

async fn finish(name: &str, scene: Scene, back_in: Duration, complaints_max: usize) {
    let Scene { database, token, server, stripe, load } = scene;
    load.stop().await;
    let tally = stripe.take_tally();
    tally.assert_refused_well();
    let log = server.log_of_outages().await;
    let found = check(server, &database, &token, &stripe).await;
    assert_clear_log(&log, complaints_max);
    say(format!(
        "{name}: {} events acknowledged, {} stored, refused {:?}, slowest answer {:?}, back in {back_in:?}, \
         settled in {:?}, {} complaints",
        found.acknowledged,
        found.stored,
        tally.refused,
        tally.slowest,
        found.settled_in,
        complaints(&log).len()
    ));
}

/// Requests other than webhooks are told as well, and the process itself is alive.
async fn assert_answers_while_away(scene: &Scene) {
    let seller = Seller::new(&scene.server, &scene.token);
    assert_eq!(seller.get_raw("/healthz").await.0, 200);
    for path in ["/readyz", "/api/v1/journeys"] {
        let asked = Instant::now();
        let (status, retry_after, body) = seller.get_raw(path).await;
        assert_eq!(status, 503, "GET {path}: {body}");
        assert!(retry_after.is_some(), "GET {path}: {body}");
        assert!(asked.elapsed() < ANSWER_MAX, "GET {path} took {:?}", asked.elapsed());
    }
}

/// Somebody who reads the log at night sees what is wrong, when it began and when it ended; not a flood.
fn assert_clear_log(log: &[serde_json::Value], complaints_max: usize) {
    let bad = complaints(log);
    let stored: Vec<_> = bad.iter().filter(|line| line.contains(OUTAGE_BEGAN)).collect();
    assert_eq!(stored.len(), 1, "one outage, one line: {bad:#?}");
    assert!(!bad.iter().any(|line| line.contains("could not be applied")), "no event is at fault: {bad:#?}");
    assert!(bad.len() <= complaints_max, "{} lines: {bad:#?}", bad.len());
}
