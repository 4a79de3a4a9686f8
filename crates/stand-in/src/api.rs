//! Stripe's API over one account: a request in, an answer out. Everything but the socket.
//!
//! Must never do I/O, nor know how the account does what it does.

mod create;
mod keys;
mod lists;
mod replays;

pub(crate) use replays::Replays;

use crate::account::{Account, Kind};
use crate::event::Cause;
use crate::form::Params;
use crate::refused::Refused;
use crate::shape;
use serde_json::Value;

/// A call of the API.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    /// `/v1/…`
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) request_id: String,
    /// The request whose answer this is, when it is given again.
    pub(crate) replay_of: Option<String>,
}

/// Answers a call. `request_id`: this one's, which every answer names.
pub(crate) fn answer(account: &mut Account, replays: &mut Replays, call: &Call, request_id: &str) -> Answer {
    let refused = |refused: &Refused| Answer {
        status: refused.status,
        body: pretty(&refused.body()),
        request_id: request_id.to_owned(),
        replay_of: None,
    };
    let admitted = keys::check(call, account.shown.livemode).and_then(|()| replays.look_up(account, call));
    match admitted {
        Err(error) => return refused(&error),
        Ok(Some(earlier)) => {
            return Answer {
                replay_of: Some(earlier.request_id.clone()),
                request_id: request_id.to_owned(),
                ..earlier
            };
        }
        Ok(None) => {}
    }
    let posts = call.method == "POST";
    account.caused_by(Cause {
        request_id: Some(request_id.to_owned()),
        idempotency_key: call.idempotency_key.map(str::to_owned),
    });
    let done = perform(account, call);
    account.caused_by(Cause::default());
    match done {
        Err(error) => refused(&error),
        Ok(value) => {
            let (body, request_id) = (pretty(&value), request_id.to_owned());
            let answer = Answer { status: 200, body, request_id, replay_of: None };
            if posts {
                replays.keep(account, call, &answer);
            }
            answer
        }
    }
}

/// Stripe is unwell, or thinks that this is too much. <https://docs.stripe.com/rate-limits>
pub(crate) fn failure(status: u16, request_id: &str) -> Answer {
    let refused = match status {
        429 => Refused {
            code: Some("rate_limit"),
            ..Refused::plain(
                status,
                "Request rate limit exceeded. Learn more at https://docs.stripe.com/rate-limits.",
            )
        },
        500.. => {
            Refused { kind: "api_error", ..Refused::plain(status, "Sorry! There was an error on our side.") }
        }
        _ => Refused::plain(status, "The stand-in was told to refuse this."),
    };
    let body = pretty(&refused.body());
    Answer { status, body, request_id: request_id.to_owned(), replay_of: None }
}

/// What a proxy in between might say.
pub(crate) fn garbage(request_id: &str) -> Answer {
    let body = "<html><body>It works!</body></html>".to_owned();
    Answer { status: 200, body, request_id: request_id.to_owned(), replay_of: None }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn perform(account: &mut Account, call: &Call) -> Result<Value, Refused> {
    let mut params = Params::parse(&[call.query.as_bytes(), call.body])?;
    let expand = params.texts("expand")?;
    let path: Vec<&str> = call.path.trim_start_matches("/v1/").split('/').collect();
    let mut value = match call.method {
        "GET" => get(account, &path, params, call.path)?,
        "POST" => post(account, &path, params).ok_or_else(|| unknown(call))??,
        _ => return Err(unknown(call)),
    };
    expand.iter().try_for_each(|path| account.expand(&mut value, path))?;
    Ok(value)
}

fn unknown(call: &Call) -> Refused {
    let message = format!(
        "Unrecognized request URL ({}: {}). The stand-in speaks the part of Stripe's API that whypaid needs.",
        call.method, call.path
    );
    Refused::plain(404, message)
}

fn kind_of(path: &[&str]) -> Option<(Kind, &'static str)> {
    Some(match path {
        ["checkout", "sessions"] => (Kind::Session, "checkout.session"),
        ["payment_intents"] => (Kind::Intent, "payment_intent"),
        ["charges"] => (Kind::Charge, "charge"),
        ["refunds"] => (Kind::Refund, "refund"),
        ["disputes"] => (Kind::Dispute, "dispute"),
        ["customers"] => (Kind::Customer, "customer"),
        ["events"] => (Kind::Event, "event"),
        _ => return None,
    })
}

fn get(account: &Account, path: &[&str], params: Params, url: &str) -> Result<Value, Refused> {
    if let ["account" | "balance"] = path {
        params.finish()?;
        return Ok(if *path == ["account"] {
            shape::account(&account.shown)
        } else {
            shape::balance(&account.shown)
        });
    }
    if let Some((kind, _)) = kind_of(path) {
        return lists::list(account, kind, params, url);
    }
    let Some((id, nouns)) = path.split_last() else { return Err(Refused::plain(404, "No such URL")) };
    let Some((_, noun)) = kind_of(nouns) else {
        return Err(Refused::plain(404, format!("Unrecognized request URL (GET: {url}).")));
    };
    params.finish()?;
    let found = account.object(id).filter(|object| object["object"] == noun);
    found.ok_or_else(|| Refused::missing(noun, id, "id"))
}

/// `None`: there is no such call.
fn post(account: &mut Account, path: &[&str], params: Params) -> Option<Result<Value, Refused>> {
    let made = match *path {
        ["checkout", "sessions"] => create::session(account, params),
        ["checkout", "sessions", id, "expire"] => {
            params.finish().and_then(|()| account.expire(id)).map(|()| id.to_owned())
        }
        ["refunds"] => create::refund(account, params),
        ["customers"] => create::customer(account, params),
        ["disputes", id, "close"] => {
            params.finish().and_then(|()| account.close_dispute(id)).map(|()| id.to_owned())
        }
        ["payment_intents", id, "capture"] => create::capture(account, id, params),
        ["payment_intents", id, "cancel"] => create::cancel(account, id, params),
        _ => return None,
    };
    Some(made.and_then(|id| account.object(&id).ok_or_else(|| Refused::missing("object", &id, "id"))))
}
