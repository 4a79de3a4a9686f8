//! A fresh, migrated database of each engine, and one test body run on both.

pub(crate) mod rows;

use futures_util::FutureExt as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr, SqlStr, SqliteConnection,
};
use std::panic::AssertUnwindSafe;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Conn, Db, Engine};
use tempfile::TempDir;

/// Where a PostgreSQL is, with the right to create databases: `postgres://postgres@127.0.0.1:5432/postgres`.
const PG_VARIABLE: &str = "WHYPAID_TEST_PG";
/// Databases made by this process.
static COUNTER: AtomicU32 = AtomicU32::new(0);
/// Numbers of rows around every size in which SQLite inserts, and some beyond.
pub(crate) const ROW_COUNTS: [usize; 10] = [0, 1, 7, 8, 9, 63, 64, 65, 200, 1000];
/// Texts that databases get wrong. SQLite and PostgreSQL alike must give each back as it was.
pub(crate) const HARD_TEXTS: [&str; 8] = [
    "",
    " ",
    "NULL",
    "it's \"quoted\" $1 ? :a @b",
    "back\\slash\r\n\ttab",
    "Übergrößen-Ärger 日本語 العربية",
    "👩‍👩‍👧‍👦 e\u{301} \u{202e}\u{feff}",
    "[\"json\", {}, 1e999]",
];

/// One database of its own.
pub(crate) struct TestDb {
    pub(crate) db: Db,
    pub(crate) url: String,
    at: Place,
}

enum Place {
    Folder(TempDir),
    Server { name: String },
}

impl TestDb {
    pub(crate) async fn read(&self) -> Conn {
        self.db.read().await.expect("a connection for reading")
    }

    pub(crate) async fn write(&self) -> Conn {
        self.db.write().await.expect("a write transaction")
    }

    /// Runs SQL behind the store's back, on a connection of its own.
    pub(crate) async fn raw(&self, sql: &'static str) -> sqlx::Result<u64> {
        match self.db.engine() {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await?;
                Ok(sqlx::query(sql).execute(&mut conn).await?.rows_affected())
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await?;
                Ok(sqlx::query(sql).execute(&mut conn).await?.rows_affected())
            }
        }
    }

    /// Likewise, for one number.
    pub(crate) async fn raw_number(&self, sql: &'static str) -> i64 {
        let number = match self.db.engine() {
            Engine::Sqlite => {
                let mut conn = SqliteConnection::connect(&self.url).await.expect("connects");
                sqlx::query_scalar(sql).fetch_one(&mut conn).await
            }
            Engine::Postgres => {
                let mut conn = PgConnection::connect(&self.url).await.expect("connects");
                sqlx::query_scalar(sql).fetch_one(&mut conn).await
            }
        };
        number.expect("one number")
    }
}

/// Runs `body` on a fresh, migrated database of each engine, the second even if the first failed.
pub(crate) async fn on_both(body: impl AsyncFn(&TestDb)) {
    on(&[Engine::Sqlite, Engine::Postgres], true, body).await;
}

/// Likewise before any migration.
pub(crate) async fn on_both_empty(body: impl AsyncFn(&TestDb)) {
    on(&[Engine::Sqlite, Engine::Postgres], false, body).await;
}

/// For what only one engine has.
pub(crate) async fn on_one(engine: Engine, body: impl AsyncFn(&TestDb)) {
    on(&[engine], true, body).await;
}

async fn on(engines: &[Engine], migrated: bool, body: impl AsyncFn(&TestDb)) {
    let mut failed = Vec::new();
    for &engine in engines {
        let Some(test) = create(engine).await else { continue };
        let run = async {
            if migrated {
                test.db.migrate().await.expect("migrates");
            }
            body(&test).await;
        };
        let outcome = AssertUnwindSafe(run).catch_unwind().await;
        remove(test).await;
        if outcome.is_err() {
            failed.push(engine);
        }
    }
    assert!(failed.is_empty(), "failed on {failed:?}; why stands above");
}

async fn create(engine: Engine) -> Option<TestDb> {
    let (url, at) = match engine {
        Engine::Sqlite => {
            let folder = TempDir::new().expect("a temporary folder");
            (format!("sqlite://{}", folder.path().join("whypaid.db").display()), Place::Folder(folder))
        }
        Engine::Postgres => {
            let server = server()?;
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            let name = format!("whypaid_store_{}_{number}", std::process::id());
            create_on(&server, &name).await;
            (with_database(&server, &name), Place::Server { name })
        }
    };
    let db = Db::open(&url).expect("opens");
    Some(TestDb { db, url, at })
}

/// `None` when there is no PostgreSQL to test on, which CI must not shrug off.
fn server() -> Option<String> {
    if let Ok(url) = std::env::var(PG_VARIABLE) {
        return Some(url);
    }
    assert!(std::env::var_os("CI").is_none(), "{PG_VARIABLE} is not set, and CI must test PostgreSQL too");
    eprintln!(
        "SKIPPED the PostgreSQL half: {PG_VARIABLE} is not set. \
         Run `cargo xtask pg -- cargo nextest run -p store` for both."
    );
    None
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

/// A name of our own making.
fn statement(before: &str, name: &str, after: &str) -> SqlStr {
    AssertSqlSafe(format!("{before} {name} {after}")).into_sql_str()
}

/// The database speaks English where the server can, so that an order which depends on the language shows.
async fn create_on(server: &str, name: &str) {
    let mut admin = admin(server).await;
    let icu: bool = sqlx::query_scalar(
        "SELECT current_setting('server_version_num')::int >= 150000 \
         AND EXISTS (SELECT FROM pg_collation WHERE collname = 'en-x-icu')",
    )
    .fetch_one(&mut admin)
    .await
    .expect("the catalog answers");
    let language = if icu { "LOCALE_PROVIDER icu ICU_LOCALE 'en'" } else { "" };
    let after = format!("TEMPLATE template0 ENCODING 'UTF8' {language}");
    for sql in [statement("DROP DATABASE IF EXISTS", name, ""), statement("CREATE DATABASE", name, &after)] {
        sqlx::raw_sql(sql).execute(&mut admin).await.expect("a database of our own");
    }
}

async fn remove(test: TestDb) {
    let TestDb { db, at, .. } = test;
    match at {
        Place::Folder(folder) => {
            drop(db);
            drop(folder);
        }
        Place::Server { name } => {
            let server = server().expect("it was there before");
            let sql = statement("DROP DATABASE IF EXISTS", &name, "WITH (FORCE)");
            sqlx::raw_sql(sql).execute(&mut admin(&server).await).await.expect("drops the database");
        }
    }
}
