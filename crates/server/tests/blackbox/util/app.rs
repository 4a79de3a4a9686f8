//! [`TestApp`]: the real server on a database of its own, with a clock that the test sets.

use crate::util::answer::Answer;
use crate::util::database::Database;
use futures_util::FutureExt as _;
use serde_json::Value;
use server::api::access::{Role, token_hash};
use server::apply::verify::verify;
use server::clock::Clock;
use server::config::{self, Raw};
use server::people::passwords::Passwords;
use server::serve::Server;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use store::people::{self, StoredPerson};
use store::sessions::{self, StoredSession};
use store::tokens::{self, StoredToken};
use store::{Db, Engine};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

/// 2026-11-22T02:14:15.120Z, where every test's clock starts.
pub(crate) const NOW_MS: i64 = 1_795_313_655_120;
/// Likewise in Unix seconds.
pub(crate) const NOW_S: i64 = NOW_MS / 1000;
/// The webhook secret unless a test says otherwise.
pub(crate) const SECRET: &str = "whsec_blackbox_first";
/// Where links point.
pub(crate) const PUBLIC_URL: &str = "http://whypaid.test";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "four plain words here";
/// Longest wait for what the server does by itself; on an idle machine it takes milliseconds.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(30);
/// Patience with Stripe: enough for an answer on a busy machine.
const STRIPE_TRY_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Likewise.
const STRIPE_BACKOFF_FIRST: Duration = Duration::from_millis(1);
/// Every role, as the table of routes wants them.
pub(crate) const ROLES: [Role; 3] = [Role::Viewer, Role::Editor, Role::Owner];

/// What differs from a usual server.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// `STRIPE_WEBHOOK_SECRET`
    pub(crate) webhook_secrets: &'static str,
    /// `WHYPAID_SELLER_NAME`
    pub(crate) seller_name: Option<&'static str>,
    /// `STRIPE_SECRET_KEY`
    pub(crate) secret_key: Option<&'static str>,
    /// `WHYPAID_BODY_LIMIT`
    pub(crate) body_limit: Option<&'static str>,
    /// Pages without sign-in, as in the demo.
    pub(crate) open_pages: bool,
    /// A person of each role, each signed in: see [`token`].
    pub(crate) people: bool,
    /// `WHYPAID_PUBLIC_URL`
    pub(crate) public_url: &'static str,
    /// `WHYPAID_PROXIES`
    pub(crate) proxies: Option<&'static str>,
    /// `STRIPE_API_BASE`; nobody is there unless a test says otherwise.
    pub(crate) stripe_api_base: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            webhook_secrets: SECRET,
            seller_name: None,
            secret_key: None,
            body_limit: None,
            open_pages: false,
            people: true,
            public_url: PUBLIC_URL,
            proxies: None,
            stripe_api_base: None,
        }
    }
}

/// A running server.
pub(crate) struct TestApp {
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) http: reqwest::Client,
    pub(crate) database: Database,
    pub(crate) server: Server,
}

/// Runs `body` on a server of each engine, the second even if the first failed. Afterwards what is stored must be what
/// the stored facts give.
pub(crate) async fn on_both(body: impl AsyncFn(&TestApp)) {
    on_both_with(Setup::default(), body).await;
}

/// Likewise on a server that is set up otherwise.
pub(crate) async fn on_both_with(setup: Setup, body: impl AsyncFn(&TestApp)) {
    on_both_beside(async |_: &Clock| (setup.clone(), ()), async |app, ()| body(app).await).await;
}

/// Likewise with something beside each server, made before it and sharing its clock.
pub(crate) async fn on_both_beside<T>(
    beside: impl AsyncFn(&Clock) -> (Setup, T),
    body: impl AsyncFn(&TestApp, &T),
) {
    let mut failed = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(database) = Database::create(engine).await else { continue };
        let clock = Clock::set(NOW_MS);
        let (setup, beside) = beside(&clock).await;
        let app = TestApp::start(database, &setup, clock).await;
        let test = async {
            body(&app, &beside).await;
            app.assert_consistent().await;
        };
        let outcome = AssertUnwindSafe(test).catch_unwind().await;
        app.finish().await;
        if outcome.is_err() {
            failed.push(engine);
        }
    }
    assert!(failed.is_empty(), "failed on {failed:?}; why stands above");
}

impl TestApp {
    async fn start(database: Database, setup: &Setup, clock: Clock) -> Self {
        let db = Db::open(&database.url).expect("opens");
        add_tokens(&db).await;
        if setup.people {
            add_people(&db).await;
        }
        let server = node(&database.url, &clock, setup).await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base: format!("http://{}", server.address), clock, http, database, server }
    }

    async fn finish(self) {
        drop(self.http);
        let stopped = tokio::time::timeout(WAIT_MAX, self.server.stop()).await;
        self.database.remove().await;
        stopped.expect("the server stops in time").expect("it served to the end");
    }

    /// What is stored is what the stored facts give.
    pub(crate) async fn assert_consistent(&self) {
        let report = verify(&self.server.app.db, |_| {}).await.expect("verifies");
        assert!(report.differences.is_empty(), "{:#?}", report.differences);
        self.assert_followed().await;
    }

    /// Unix seconds by the server's clock.
    pub(crate) fn now_s(&self) -> i64 {
        self.clock.now_s()
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Lets apply look for due events, and waits until it has.
    pub(crate) async fn sweep(&self) {
        // One is asked for while the one before runs; when there is room for a third, the first is over.
        for _ in 0..3 {
            self.server.app.wake.send(()).await.expect("apply runs");
        }
    }

    /// A request as `role`, or as nobody.
    pub(crate) async fn call(
        &self,
        role: Option<Role>,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(role, method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::read(request.send().await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))).await
    }

    /// Likewise, not sent yet.
    pub(crate) fn request(&self, role: Option<Role>, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.base));
        match role {
            Some(role) => request.bearer_auth(token(role)),
            None => request,
        }
    }

    /// A page's form, sent by a browser in which the person of `role` is signed in, or nobody.
    pub(crate) async fn press(&self, role: Option<Role>, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookie = role.map(|role| format!("whypaid={}", token(role))).unwrap_or_default();
        self.press_with(&cookie, path, fields).await
    }

    /// Likewise with these cookies.
    pub(crate) async fn press_with(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(None, "POST", path).header("accept", "text/html").header("cookie", cookie);
        let body = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let request = request.header("sec-fetch-site", "same-origin").body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// As an editor; must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(Some(Role::Viewer), "GET", path, None).await.ok()
    }

    /// As an editor; must succeed.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.call(Some(Role::Editor), "POST", path, Some(body)).await.ok()
    }

    /// Asks until `done` answers; panics with what it said last when that takes too long.
    pub(crate) async fn until<T>(&self, what: &str, mut done: impl AsyncFnMut() -> Result<T, String>) -> T {
        let started = tokio::time::Instant::now();
        loop {
            match done().await {
                Ok(value) => return value,
                Err(why) => assert!(started.elapsed() < WAIT_MAX, "still waiting until {what}: {why}"),
            }
            tokio::task::yield_now().await;
        }
    }
}

/// All but letters and digits as `%XX`.
fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// A server on this database; several may share one.
pub(crate) async fn node(database_url: &str, clock: &Clock, setup: &Setup) -> Server {
    let nobody = "http://127.0.0.1:9".to_owned();
    let config = config::check(Raw {
        database_url: Some(database_url.to_owned()),
        public_url: Some(setup.public_url.to_owned()),
        seller_name: setup.seller_name.map(str::to_owned),
        stripe_secret_key: setup.secret_key.map(str::to_owned),
        stripe_webhook_secret: Some(setup.webhook_secrets.to_owned()),
        stripe_api_base: Some(setup.stripe_api_base.clone().unwrap_or(nobody)),
        body_limit: setup.body_limit.map(str::to_owned),
        proxies: setup.proxies.map(str::to_owned),
        ..Raw::default()
    });
    let mut config = config.expect("a good configuration");
    config.stripe_try_timeout = STRIPE_TRY_TIMEOUT;
    config.stripe_backoff_first = STRIPE_BACKOFF_FIRST;
    let db = Db::open(database_url).expect("opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    Server::start(config, db, clock.clone(), setup.open_pages, listener).expect("starts")
}

/// The id of the person of a role.
pub(crate) fn person_id(role: Role) -> String {
    format!("per_{:032}", role as u8)
}

/// Their address; their password is [`PASSWORD`].
pub(crate) fn email(role: Role) -> String {
    format!("{}@example.com", role.as_str())
}

/// The token of a role. It is also the secret of a session of the person of that role, for the cookie `whypaid`.
pub(crate) fn token(role: Role) -> String {
    format!("test-token-of-the-{}", role.as_str())
}

async fn add_people(db: &Db) {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash =
        HASH.get_or_init(async || Passwords::default().hash(PASSWORD.to_owned()).await.expect("a hash"));
    let hash = hash.await;
    let mut conn = db.write().await.expect("a write transaction");
    for role in ROLES {
        let person = StoredPerson {
            id: person_id(role),
            email: email(role),
            name: format!("Person {}", role.as_str()),
            role: role.as_str().to_owned(),
            password_hash: Some(hash.clone()),
            active: true,
            created_at_ms: NOW_MS,
        };
        people::insert(&mut conn, &person).await.expect("stores a person");
        let session = StoredSession {
            id: format!("ses_{:032}", role as u8),
            person_id: person.id,
            created_at_ms: NOW_MS,
            seen_at_ms: NOW_MS,
            address: None,
            agent: None,
        };
        sessions::insert(&mut conn, &session, &token_hash(&token(role))).await.expect("stores a session");
    }
    conn.commit().await.expect("commits");
}

async fn add_tokens(db: &Db) {
    let mut conn = db.write().await.expect("a write transaction");
    for role in ROLES {
        let name = role.as_str().to_owned();
        let stored = StoredToken { id: format!("tok_{name}"), name: format!("Test {name}"), role: name };
        tokens::insert(&mut conn, &stored, &token_hash(&token(role)), NOW_MS).await.expect("stores a token");
    }
    conn.commit().await.expect("commits");
}
