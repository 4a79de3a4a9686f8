//! The one error type of the HTTP edge: RFC 9457 problems with a stable `code`. Internals are logged, never returned.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use store::StoreError;
use utoipa::ToSchema;

/// Shorthand of the handlers.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// Seconds after which a sender should try again.
const RETRY_AFTER_S: &str = "1";

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Path of the field: `hypothesis.statement`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// An answer that something is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16)]
    pub status: StatusCode,
    /// In a few words.
    pub title: &'static str,
    /// Never changes; for programs.
    pub code: &'static str,
    /// What happened and what to do.
    pub detail: String,
    /// Fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Of `changed_meanwhile` only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub meanwhile: Option<Box<Meanwhile>>,
}

/// Both sides of two changes that met.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meanwhile {
    /// The record as somebody else left it.
    pub current: serde_json::Value,
    /// What was sent and not stored.
    pub yours: serde_json::Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn status_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem without fields.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self { status, title, code, detail: detail.into(), errors: Vec::new(), meanwhile: None }
    }

    /// 400: the body is not JSON.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 422: fields at fault.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields are not right.");
        problem.errors = errors;
        problem
    }

    /// 422: one field at fault.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 409.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409: somebody else saved since the asker read. Carries both, so that nothing written is lost.
    pub fn changed_meanwhile(current: serde_json::Value, yours: serde_json::Value) -> Self {
        let detail = "Somebody else saved this since you read it. Nothing of yours was stored: compare `current` with \
                      `yours`, and send again with the `revision` of `current`.";
        let problem = Self::conflict("changed_meanwhile", detail);
        Self { meanwhile: Some(Box::new(Meanwhile { current, yours })), ..problem }
    }

    /// 503: try again.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let shared = Arc::new(self);
        let mut response = (status, Json(&*shared)).into_response();
        // `pages` shows it in words to whoever reads pages.
        response.extensions_mut().insert(shared);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "a request could not reach the database");
            return Self::unavailable(
                "The database cannot be used right now. Nothing was changed; please try again.",
            );
        }
        tracing::error!(%error, "a request failed in the store");
        let detail = "Something went wrong on the server. Nothing was changed; the server's log says more.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

/// Answer for a path that does not exist.
pub async fn no_such_path() -> Problem {
    Problem::not_found("path")
}

/// Answer for a path that exists with another method.
pub async fn method_not_allowed() -> Problem {
    let detail = "This path does not take that method; /openapi.json lists what it takes.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
