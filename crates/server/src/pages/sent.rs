//! What a form of a page sends: read by the same [`Form`] as the API's bodies, so that both take the same.

use crate::api::access::{cookie, session_cookie};
use crate::api::form::Form;
use crate::api::problem::Problem;
use crate::app::App;
use crate::pages::cookies::browser_cookie;
use crate::peer;
use crate::people::sign_in::Asker;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The fields of a form.
pub(super) struct Sent(BTreeMap<String, String>);

impl FromRequest<App> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let read = axum::Form::<Vec<(String, String)>>::from_request(request, app).await;
        let axum::Form(pairs) =
            read.map_err(|_| Problem::malformed("The form arrived incomplete. Please try again."))?;
        Ok(Self(pairs.into_iter().collect()))
    }
}

impl Sent {
    /// A field, when it is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What to fill the field with again.
    pub(super) fn again(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }

    /// Of these fields those that are not empty, to be read one by one.
    pub(super) fn form(&self, names: &[&str]) -> Form {
        let fields = names.iter().filter_map(|name| {
            self.text(name).map(|value| ((*name).to_owned(), Value::String(value.to_owned())))
        });
        Form::of(fields.collect())
    }
}

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let https = app.config.https();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: peer::behind(peer, &parts.headers, app.config.proxies),
            agent: agent.map(str::to_owned),
            browser: cookie(&parts.headers, browser_cookie(https)),
            session: cookie(&parts.headers, session_cookie(https)),
        })
    }
}
