//! Why something cannot be done, in Stripe's own terms. <https://docs.stripe.com/api/errors>

use serde_json::{Map, Value, json};

/// An error as Stripe's API answers it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// `type`: `invalid_request_error`, `idempotency_error`, `api_error`.
    pub kind: &'static str,
    /// `code`, which never changes.
    pub code: Option<&'static str>,
    /// The parameter at fault, spelled as it was sent.
    pub param: Option<String>,
    /// For people.
    pub message: String,
}

impl Refused {
    /// 400 about a parameter.
    pub(crate) fn param(param: &str, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { param: Some(param.to_owned()), code, ..Self::plain(400, message) }
    }

    /// 400 about the state of things.
    pub(crate) fn state(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::plain(400, message) }
    }

    /// An `invalid_request_error` with nothing more to say.
    pub(crate) fn plain(status: u16, message: impl Into<String>) -> Self {
        Self { status, kind: "invalid_request_error", code: None, param: None, message: message.into() }
    }

    /// 404, in Stripe's words.
    pub(crate) fn missing(noun: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {noun}: '{id}'");
        Self { code: Some("resource_missing"), param: Some(param.to_owned()), ..Self::plain(404, message) }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".to_owned(), code.into());
            let page = code.replace('_', "-");
            error.insert("doc_url".to_owned(), format!("https://docs.stripe.com/error-codes#{page}").into());
        }
        error.insert("message".to_owned(), self.message.clone().into());
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), param.clone().into());
        }
        error.insert("type".to_owned(), self.kind.into());
        json!({"error": error})
    }
}
