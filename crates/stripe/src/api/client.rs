//! [`Api`]: a call with all its tries.

use super::config::ApiConfig;
use super::error::{ApiError, Refusal, refusal};
use super::pace::Pace;
use super::retry::{self, Outcome, TRIES_MAX};
use super::transport::{Answer, Call, Cut, Transport, header};
use hyper::Method;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Speaks with Stripe; cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    config: ApiConfig,
    transport: Transport,
    pace: Pace,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Api").field(&self.0.config).finish()
    }
}

/// A success: a JSON text, and Stripe's clock when it was made, Unix seconds.
pub(super) struct Success {
    pub(super) json: String,
    pub(super) date_s: Option<i64>,
    pub(super) request_id: Option<String>,
}

impl Success {
    /// An error about this answer.
    pub(super) fn garbled(&self, why: impl Into<String>) -> ApiError {
        ApiError::Garbled { why: why.into(), request_id: self.request_id.clone() }
    }
}

impl Api {
    /// Fails only for a key or base that no request can be made with; says which.
    pub fn new(config: ApiConfig) -> Result<Self, String> {
        let transport = Transport::new(&config)?;
        Ok(Self(Arc::new(Inner { config, transport, pace: Pace::default() })))
    }

    /// True when the key is for live money.
    pub fn livemode(&self) -> bool {
        self.0.config.key.livemode()
    }

    /// Likewise with more patience, for work that nobody waits for.
    #[must_use]
    pub fn patient(&self, deadline: Duration) -> Self {
        let config = ApiConfig { deadline, ..self.0.config.clone() };
        Self(Arc::new(Inner { config, transport: self.0.transport.clone(), pace: Pace::default() }))
    }

    pub(super) async fn get(&self, path: String, account: Option<&str>) -> Result<Success, ApiError> {
        let account = account.map(str::to_owned);
        self.call(Call { method: Method::GET, path, account, ..Call::default() }).await
    }

    pub(super) async fn post(&self, path: String, body: String, key: &str) -> Result<Success, ApiError> {
        let idempotency_key = Some(key.to_owned());
        self.call(Call { method: Method::POST, path, body, idempotency_key, account: None }).await
    }

    /// Waits for a turn at the lists.
    pub(super) async fn turn(&self) {
        self.0.pace.turn().await;
    }

    async fn call(&self, call: Call) -> Result<Success, ApiError> {
        let config = &self.0.config;
        let ends = Instant::now() + config.deadline;
        let mut tried = 0;
        loop {
            tried += 1;
            let left = ends.saturating_duration_since(Instant::now());
            let came = tokio::time::timeout(left, self.0.transport.send(&call)).await;
            let late = || Cut { why: format!("no answer within {:?}", config.deadline), request_id: None };
            let failed = match self.judge(came.unwrap_or_else(|_| Err(late()))) {
                Ok(success) => return Ok(success),
                Err(failed) => failed,
            };
            let wait = retry::wait(tried, config.backoff_first, (config.jitter)(), failed.retry_after);
            let in_time = Instant::now() + wait < ends;
            if !failed.may_help || tried >= TRIES_MAX || !in_time {
                return Err(failed.error);
            }
            tracing::info!(
                request_id = failed.error.request_id(),
                path = path_only(&call.path),
                tried,
                why = %failed.error,
                "Stripe did not answer well; asking again"
            );
            sleep(wait).await;
        }
    }

    /// A success, or what went wrong and whether trying again may help.
    fn judge(&self, came: Result<Answer, Cut>) -> Result<Success, Failed> {
        let answer = match came {
            Ok(answer) => answer,
            Err(cut) => return Err(self.failed_without_answer(cut)),
        };
        let request_id = header(&answer.headers, "request-id");
        if (200..300).contains(&answer.status) {
            return success(&answer, request_id).map_err(|why| {
                let error = ApiError::Garbled { why, request_id: header(&answer.headers, "request-id") };
                Failed { error, may_help: true, retry_after: None }
            });
        }
        let mut refused = refusal(answer.status, &answer.body, request_id);
        refused.message = self.0.config.key.scrub(&refused.message);
        Err(failed(&answer, refused))
    }

    fn failed_without_answer(&self, cut: Cut) -> Failed {
        let why = self.0.config.key.scrub(&cut.why);
        let error = ApiError::Unavailable { why, request_id: cut.request_id, replayed: false };
        Failed { error, may_help: true, retry_after: None }
    }
}

struct Failed {
    error: ApiError,
    may_help: bool,
    retry_after: Option<Duration>,
}

fn success(answer: &Answer, request_id: Option<String>) -> Result<Success, String> {
    let json = std::str::from_utf8(&answer.body).map_err(|_| "it is not UTF-8".to_owned())?;
    serde_json::from_str::<&serde_json::value::RawValue>(json).map_err(|e| format!("it is not JSON: {e}"))?;
    if !json.trim_ascii_start().starts_with('{') {
        return Err("it is no JSON object".to_owned());
    }
    let date_s = header(&answer.headers, "date").as_deref().and_then(date);
    Ok(Success { json: json.to_owned(), date_s, request_id })
}

/// `Sun, 22 Nov 2026 02:14:15 GMT`, RFC 9110 section 5.6.7.
fn date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second())
}

fn failed(answer: &Answer, refused: Refusal) -> Failed {
    let flag = |name| header(&answer.headers, name).and_then(|text| text.parse::<bool>().ok());
    let after = header(&answer.headers, "retry-after").and_then(|text| text.trim().parse::<u64>().ok());
    let retry_after = after.map(Duration::from_secs);
    let replayed = flag("idempotent-replayed") == Some(true);
    let may_help = retry::may_help(Outcome {
        status: Some(answer.status),
        code: refused.code.as_deref(),
        should_retry: flag("stripe-should-retry"),
        replayed,
        retry_after,
    });
    Failed { error: sorted(refused, replayed), may_help, retry_after }
}

fn sorted(refused: Refusal, replayed: bool) -> ApiError {
    let refused = Box::new(refused);
    match refused.status {
        401 | 403 => ApiError::Auth(refused),
        404 => ApiError::NotFound(refused),
        429 => ApiError::RateLimited(refused),
        // Timed out, held by another request, or too early: these pass.
        status @ (408 | 409 | 425 | 300..=399 | 500..) => {
            let why = format!("it answered {status}: {}", refused.message);
            ApiError::Unavailable { why, request_id: refused.request_id, replayed }
        }
        _ => ApiError::Invalid(refused),
    }
}

/// A path for the log: queries are long and say little.
fn path_only(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}
