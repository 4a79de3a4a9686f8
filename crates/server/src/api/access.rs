//! Who may do what, on the API and on the pages alike. A handler names the role it needs by the type it extracts, so that
//! neither the check nor the protection from other sites' forms (CSRF) can be forgotten.

use super::own_page;
use super::problem::Problem;
use crate::app::App;
use crate::clock::Clock;
use crate::ids::{IdKind, Ids, hex, secret};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};
use store::Db;
use store::tokens::{self, StoredToken};

/// What a token may do; each role may all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and changes.
    Editor,
    /// Everything.
    Owner,
}

impl Role {
    /// The spelling of schema and command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// Reads the spelling back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Viewer, Self::Editor, Self::Owner].into_iter().find(|role| role.as_str() == text)
    }
}

/// Name of the page's cookie, which carries a token. The prefix makes browsers insist on TLS and on this host alone.
pub const COOKIE_HTTPS: &str = "__Host-whypaid";
/// Likewise where the public URL is plain HTTP: a machine of one's own.
pub const COOKIE_HTTP: &str = "whypaid";
/// Everybody's name in the demo.
const DEMO: &str = "demo";
/// Tokens are shorter; a longer one is not ours.
const TOKEN_BYTES_MAX: usize = 200;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// As shown in the history.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Proof that the asker may at least read.
#[derive(Clone, Debug)]
pub struct Viewer(pub Principal);

/// Proof that the asker may change things.
#[derive(Clone, Debug)]
pub struct Editor(pub Principal);

/// Proof that the asker may do everything: people, tokens, settings.
#[derive(Clone, Debug)]
pub struct Owner(pub Principal);

/// Hash under which a token is stored. Tokens are random, so a fast hash without salt is enough.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Makes a token and returns its secret, which is shown this once.
pub async fn make_token(db: &Db, clock: &Clock, role: Role, name: &str) -> store::Result<String> {
    let token = format!("why_{}", secret());
    let id = Ids::new(clock.clone()).make(IdKind::Token);
    let stored = StoredToken { id, name: name.to_owned(), role: role.as_str().to_owned() };
    let mut conn = db.write().await?;
    tokens::insert(&mut conn, &stored, &token_hash(&token), clock.now_ms()).await?;
    conn.commit().await?;
    Ok(token)
}

/// What a request carries to say who sent it.
enum Carried {
    /// `Authorization`: `None` when it is not a bearer token.
    Bearer(Option<String>),
    Cookie(String),
    Nothing,
}

fn carried(headers: &HeaderMap) -> Carried {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let pair = value.to_str().ok().and_then(|text| text.split_once(' '));
        let token = pair.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return Carried::Bearer(token.map(|(_, token)| token.trim().to_owned()));
    }
    let cookies =
        headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    let ours = pairs.find(|(name, _)| [COOKIE_HTTPS, COOKIE_HTTP].contains(name));
    ours.map_or(Carried::Nothing, |(_, token)| Carried::Cookie(token.to_owned()))
}

/// Who holds a token.
pub async fn principal_of(app: &App, token: &str) -> Result<Option<Principal>, Problem> {
    if token.len() > TOKEN_BYTES_MAX {
        return Ok(None);
    }
    let mut conn = app.db.read().await?;
    let found = tokens::by_hash(&mut conn, &token_hash(token)).await?;
    Ok(found.and_then(|t| Role::parse(&t.role).map(|role| Principal { name: t.name, role })))
}

/// Who sent a request, if its token is good.
pub async fn signed_in(parts: &Parts, app: &App) -> Result<Option<Principal>, Problem> {
    match carried(&parts.headers) {
        Carried::Bearer(Some(token)) => principal_of(app, &token).await,
        Carried::Cookie(token) => {
            let found = principal_of(app, &token).await?;
            // A browser sends the cookie along with other sites' forms too.
            if found.is_some() && !parts.method.is_safe() {
                own_page::require(parts, app)?;
            }
            Ok(found)
        }
        Carried::Bearer(None) | Carried::Nothing => Ok(None),
    }
}

/// Likewise; in the demo, whose data is made up, everybody else is its owner.
pub async fn principal(parts: &Parts, app: &App) -> Result<Option<Principal>, Problem> {
    let found = signed_in(parts, app).await?;
    if found.is_some() || !app.open_pages || parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok(found);
    }
    if !parts.method.is_safe() {
        own_page::require(parts, app)?;
    }
    Ok(Some(Principal { name: DEMO.to_owned(), role: Role::Owner }))
}

async fn require(parts: &Parts, app: &App, role: Role) -> Result<Principal, Problem> {
    let Some(principal) = principal(parts, app).await? else {
        let detail =
            "Send a good API token as `Authorization: Bearer <token>`; `whypaid token create` makes one.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail));
    };
    if principal.role < role {
        let detail =
            format!("This needs the role {}; the token is a {}'s.", role.as_str(), principal.role.as_str());
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail));
    }
    Ok(principal)
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, Role::Viewer).await.map(Self)
    }
}

impl FromRequestParts<App> for Editor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, Role::Editor).await.map(Self)
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(parts, app, Role::Owner).await.map(Self)
    }
}
