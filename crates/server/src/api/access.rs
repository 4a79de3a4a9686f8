//! Who may do what, on the API and on the pages alike. A handler names the role it needs by the type it extracts, so that
//! neither the check nor the protection from other sites' forms (CSRF) can be forgotten.

use super::own_page;
use super::problem::Problem;
use crate::app::App;
use crate::ids::hex;
use crate::people::{sessions, tokens};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};

/// What a person or a token may do; each role may all that the ones before it may.
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

/// Name of the cookie with a session's secret. The prefix makes browsers insist on TLS and on this host alone.
const COOKIE_HTTPS: &str = "__Host-whypaid";
/// Likewise where the public URL is plain HTTP: a machine of one's own.
const COOKIE_HTTP: &str = "whypaid";
/// Everybody's name in the demo.
const DEMO: &str = "demo";
/// Whoever has the server's command line.
const COMMAND_LINE: &str = "command line";
/// Secrets are shorter; a longer one is not ours.
const SECRET_BYTES_MAX: usize = 200;
/// What a stream asks for. A page that is left open asks again and again; nobody need be looking.
const STREAM: &str = "text/event-stream";

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// `per_…` or `tok_…`; of the demo and the command line their name.
    pub id: String,
    /// As shown in the history.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// `ses_…` of a person in a browser.
    pub session_id: Option<String>,
}

impl Principal {
    /// Whoever has the server's command line may do everything.
    pub fn command_line() -> Self {
        Self::owner(COMMAND_LINE)
    }

    /// Everybody in the demo.
    pub fn demo() -> Self {
        Self::owner(DEMO)
    }

    fn owner(name: &str) -> Self {
        Self { id: name.to_owned(), name: name.to_owned(), role: Role::Owner, session_id: None }
    }
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

/// Hash under which a secret of ours is stored. They are random, so a fast hash without salt is enough.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// What a request carries to say who sent it.
enum Carried {
    /// `Authorization`: `None` when it is not a bearer token.
    Bearer(Option<String>),
    Cookie(String),
    Nothing,
}

fn carried(headers: &HeaderMap, https: bool) -> Carried {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let pair = value.to_str().ok().and_then(|text| text.split_once(' '));
        let token = pair.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return Carried::Bearer(token.map(|(_, token)| token.trim().to_owned()));
    }
    cookie(headers, session_cookie(https)).map_or(Carried::Nothing, Carried::Cookie)
}

/// The name of the session's cookie. Over TLS the one without the prefix is not looked at: a neighbouring host could have
/// set it.
pub const fn session_cookie(https: bool) -> &'static str {
    if https { COOKIE_HTTPS } else { COOKIE_HTTP }
}

/// A cookie's value, unless it is longer than any of ours.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
    value.filter(|value| !value.is_empty() && value.len() <= SECRET_BYTES_MAX).map(str::to_owned)
}

/// Who sent a request, if its token or session is good.
pub async fn signed_in(parts: &Parts, app: &App) -> Result<Option<Principal>, Problem> {
    match carried(&parts.headers, app.config.https()) {
        Carried::Bearer(Some(token)) if token.len() <= SECRET_BYTES_MAX => tokens::holder(app, &token).await,
        Carried::Cookie(secret) => {
            let streams = own_page::text(parts, &header::ACCEPT) == Some(STREAM);
            let found = sessions::holder(app, &secret, !streams).await?;
            // A browser sends the cookie along with other sites' forms too.
            if found.is_some() && !parts.method.is_safe() {
                own_page::require(parts, app)?;
            }
            Ok(found)
        }
        Carried::Bearer(_) | Carried::Nothing => Ok(None),
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
    Ok(Some(Principal::demo()))
}

async fn require(parts: &Parts, app: &App, role: Role) -> Result<Principal, Problem> {
    let Some(principal) = principal(parts, app).await? else {
        let detail =
            "Send a good API token as `Authorization: Bearer <token>`; `whypaid token create` makes one.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail));
    };
    if principal.role < role {
        let detail =
            format!("This needs the role {}; you are here as a {}.", role.as_str(), principal.role.as_str());
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
