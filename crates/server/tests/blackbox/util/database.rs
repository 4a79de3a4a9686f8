//! A fresh, migrated database per test: a file, or a copy of one migrated template on the PostgreSQL of
//! `WHYPAID_TEST_PG`.

use crate::util::{say, workspace};
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr as _, SqliteConnection,
};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Db, Engine};
use tempfile::TempDir;

/// Where a PostgreSQL is, with the right to create databases.
const PG_VARIABLE: &str = "WHYPAID_TEST_PG";
/// `pg_advisory_lock` key: one copy of the template at a time.
const COPY_LOCK: i64 = 7_203_114_220_611;

/// One database of its own.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    at: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "removes the folder when dropped")] TempDir),
    Server { url: String, name: String },
}

impl Database {
    /// `None` when there is no PostgreSQL to test on.
    pub(crate) async fn create(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(Self::create_sqlite().await),
            Engine::Postgres => Some(Self::create_postgres(server()?).await),
        }
    }

    async fn create_sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("whypaid.db").display());
        let db = Db::open(&url).expect("opens");
        db.migrate().await.expect("migrates");
        db.close().await;
        Self { engine: Engine::Sqlite, url, at: Place::Folder(folder) }
    }

    async fn create_postgres(server: String) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("whypaid_blackbox_{}_{number}", std::process::id());
        let mut admin = admin(&server).await;
        sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(COPY_LOCK)
            .execute(&mut admin)
            .await
            .expect("the lock");
        let template = template(&server, &mut admin).await;
        run(&mut admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
        run(&mut admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url = with_database(&server, &name);
        Self { engine: Engine::Postgres, url, at: Place::Server { url: server, name } }
    }

    /// Runs SQL behind the store's back: what a bug, or a person with `psql`, could have done.
    pub(crate) async fn meddle(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        match self.engine {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.expect("connects");
                sqlx::raw_sql(sql).execute(&mut conn).await.expect("meddles").rows_affected()
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.expect("connects");
                sqlx::raw_sql(sql).execute(&mut conn).await.expect("meddles").rows_affected()
            }
        }
    }

    /// One text, read behind the store's back.
    pub(crate) async fn peek(&self, sql: &str) -> Option<String> {
        let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
        match self.engine {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.expect("connects");
                sqlx::query_scalar(sql).fetch_optional(&mut conn).await.expect("reads")
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.expect("connects");
                sqlx::query_scalar(sql).fetch_optional(&mut conn).await.expect("reads")
            }
        }
    }

    pub(crate) async fn remove(self) {
        if let Place::Server { url, name } = &self.at {
            run(&mut admin(url).await, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// What CI must not shrug off is said plainly elsewhere.
fn server() -> Option<String> {
    if let Ok(url) = std::env::var(PG_VARIABLE) {
        return Some(url);
    }
    assert!(std::env::var_os("CI").is_none(), "{PG_VARIABLE} is not set, and CI must test PostgreSQL too");
    say(&format!(
        "SKIPPED the PostgreSQL half: {PG_VARIABLE} is not set. \
         Run `cargo xtask pg -- cargo nextest run -p server` for both."
    ));
    None
}

/// The migrated template of exactly these migrations; made by whoever needs it first. Called under [`COPY_LOCK`].
async fn template(server: &str, admin: &mut PgConnection) -> String {
    let name = format!("whypaid_blackbox_template_{:016x}", migrations_hash());
    let known = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name);
    if known.fetch_optional(&mut *admin).await.expect("the catalog answers").is_some() {
        return name;
    }
    // Under another name until it is whole: whoever made it may be killed.
    let unfinished = format!("{name}_unfinished");
    run(admin, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
    run(admin, &format!("CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8'")).await;
    let db = Db::open(&with_database(server, &unfinished)).expect("opens");
    db.migrate().await.expect("migrates");
    db.close().await;
    run(admin, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    name
}

fn migrations_hash() -> u64 {
    let folder = workspace().join("crates/store/migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(a, q)| (a, Some(q)));
    let (server, _) = address.rsplit_once('/').expect("postgres://host:port/database");
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}

async fn admin(server: &str) -> PgConnection {
    PgConnectOptions::from_str(server).expect(PG_VARIABLE).connect().await.expect("PostgreSQL answers")
}

/// SQL with names of our own making.
async fn run(admin: &mut PgConnection, sql: &str) {
    let text = AssertSqlSafe(sql.to_owned()).into_sql_str();
    sqlx::raw_sql(text).execute(admin).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
