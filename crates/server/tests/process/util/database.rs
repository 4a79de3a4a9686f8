//! The database under test, and a look at it that does not go through the program.

use super::cluster::Cluster;
use super::stripe_side::Event;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use store::Db;
use store::events::{self, NewEvent};
use tempfile::TempDir;

/// Where a PostgreSQL is, with the right to create databases. Its durability must be the default.
const PG_VARIABLE: &str = "WHYPAID_TEST_PG";

/// Rows written at a time by [`Database::insert`].
const INSERT_ROWS: usize = 500;

/// One database of its own, gone when dropped.
pub(crate) struct Database {
    pub(crate) url: String,
    place: Place,
}

enum Place {
    /// A folder of ours, unless it lies on a disk that the test made.
    Sqlite(#[expect(dead_code, reason = "removes the folder when dropped")] Option<TempDir>),
    Postgres(Arc<Server>),
}

/// A PostgreSQL: ours, or lent.
struct Server {
    url: String,
    cluster: Option<Cluster>,
}

/// An event as it lies in the table.
pub(crate) struct StoredEvent {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) attempts: i64,
    pub(crate) last_error: Option<String>,
    pub(crate) received_at_ms: i64,
    pub(crate) body: Vec<u8>,
}

impl Database {
    /// A file on a real disk.
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let url = sqlite_url(folder.path());
        Self { url, place: Place::Sqlite(Some(folder)) }
    }

    /// A file in a folder that the test looks after.
    pub(crate) fn sqlite_in(folder: &Path) -> Self {
        Self { url: sqlite_url(folder), place: Place::Sqlite(None) }
    }

    /// On the lent PostgreSQL, else on one of its own. `None` when there is neither.
    pub(crate) async fn postgres() -> Option<Self> {
        match std::env::var(PG_VARIABLE) {
            Ok(url) => Some(Self::on(Arc::new(Server { url, cluster: None })).await),
            Err(_) => Self::on_cluster(Cluster::start()?).await.into(),
        }
    }

    /// On a PostgreSQL of its own.
    pub(crate) async fn on_cluster(cluster: Cluster) -> Self {
        Self::on(Arc::new(Server { url: cluster.url(), cluster: Some(cluster) })).await
    }

    async fn on(server: Arc<Server>) -> Self {
        let name = new_name();
        admin(&server.url, &format!("CREATE DATABASE {name}")).await;
        Self { url: with_database(&server.url, &name), place: Place::Postgres(server) }
    }

    /// The PostgreSQL that is this test's own.
    pub(crate) fn cluster(&self) -> &Cluster {
        match &self.place {
            Place::Postgres(server) => server.cluster.as_ref().expect("a cluster of its own"),
            Place::Sqlite(_) => panic!("SQLite has no server"),
        }
    }

    /// A second database with the same rows. Nobody may be connected.
    pub(crate) async fn copy(&self) -> Self {
        match &self.place {
            Place::Sqlite(_) => {
                let copy = Self::sqlite();
                let mut conn = SqliteConnection::connect(&self.url).await.expect("connects");
                let file = copy.url.strip_prefix("sqlite://").unwrap();
                sqlx::query("VACUUM INTO $1").bind(file).execute(&mut conn).await.expect("copies");
                conn.close().await.expect("closes");
                copy
            }
            Place::Postgres(server) => {
                let name = new_name();
                let from = database_of(&self.url);
                admin(&server.url, &format!("CREATE DATABASE {name} TEMPLATE {from}")).await;
                let url = with_database(&server.url, &name);
                Self { url, place: Place::Postgres(Arc::clone(server)) }
            }
        }
    }

    /// Stores events that nobody applied yet, each once; they are applied in this order.
    pub(crate) async fn insert(&self, in_order: &[Arc<Event>]) {
        let db = Db::open(&self.url).expect("opens");
        for (part, chunk) in in_order.chunks(INSERT_ROWS).enumerate() {
            let rows = chunk.iter().enumerate().map(|(at, event)| NewEvent {
                id: event.id.clone(),
                kind: event.kind.to_owned(),
                api_version: None,
                account: None,
                livemode: false,
                created_at_ms: event.created_s * 1000,
                received_at_ms: i64::try_from(part * INSERT_ROWS + at).unwrap(),
                handled: true,
                due_at_ms: 0,
                body: event.body.clone().into(),
                said: None,
            });
            let mut conn = db.write().await.expect("a transaction");
            events::insert(&mut conn, rows.collect()).await.expect("inserts");
            conn.commit().await.expect("commits");
        }
        db.close().await;
    }

    /// Events that wait to be applied.
    pub(crate) async fn waiting(&self) -> i64 {
        const SQL: &str = "SELECT count(*) FROM event_waiting WHERE status <> 'dead'";
        match &self.place {
            Place::Sqlite(_) => {
                let db = Db::open(&self.url).expect("opens");
                let left = i64::try_from(server::ingest::left_behind(&db).await.expect("reads")).unwrap();
                db.close().await;
                let mut conn = SqliteConnection::connect(&self.url).await.expect("connects");
                left + sqlx::query_scalar::<_, i64>(SQL).fetch_one(&mut conn).await.expect("counts")
            }
            Place::Postgres(_) => {
                let mut conn = PgConnection::connect(&self.url).await.expect("connects");
                sqlx::query_scalar(SQL).fetch_one(&mut conn).await.expect("counts")
            }
        }
    }

    /// Every event with its payload.
    pub(crate) async fn events(&self) -> Vec<StoredEvent> {
        const SQL: &str = "SELECT e.id, COALESCE(w.status, CASE WHEN e.handled THEN 'applied' ELSE 'ignored' END), \
                           COALESCE(w.attempts, e.attempts), w.last_error, e.received_at_ms, e.body \
                           FROM event e LEFT JOIN event_waiting w ON w.event_id = e.id ORDER BY e.id";
        macro_rules! read {
            ($conn:expr) => {{
                let rows = sqlx::query(SQL).fetch_all(&mut $conn).await.expect("reads");
                let read = rows.iter().map(|row| StoredEvent {
                    id: row.get(0),
                    status: row.get(1),
                    attempts: row.get(2),
                    last_error: row.get(3),
                    received_at_ms: row.get(4),
                    body: row.get(5),
                });
                read.collect()
            }};
        }
        match &self.place {
            Place::Sqlite(_) => read!(SqliteConnection::connect(&self.url).await.expect("connects")),
            Place::Postgres(_) => read!(PgConnection::connect(&self.url).await.expect("connects")),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Place::Postgres(server) = &self.place else { return };
        // A cluster of its own goes as a whole.
        if server.cluster.is_none() {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database_of(&self.url));
            let url = server.url.clone();
            // Not on the test's runtime, which may be ending.
            let _ = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(admin(&url, &drop));
            })
            .join();
        }
    }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("whypaid.db").display())
}

fn new_name() -> String {
    format!("whypaid_process_{}", &server::ids::secret()[..12].to_lowercase().replace(['-', '_'], "0"))
}

/// SQL with names of our own making.
async fn admin(url: &str, sql: &str) {
    let mut conn = PgConnection::connect(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    let text = AssertSqlSafe(sql.to_owned()).into_sql_str();
    sqlx::raw_sql(text).execute(&mut conn).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    conn.close().await.expect("closes");
}

fn database_of(url: &str) -> &str {
    let address = url.split_once('?').map_or(url, |(address, _)| address);
    address.rsplit_once('/').expect("postgres://host:port/database").1
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(a, q)| (a, Some(q)));
    let (server, _) = address.rsplit_once('/').expect("postgres://host:port/database");
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}
