//! One HTTP exchange: TLS by rustls with Mozilla's roots, a bounded answer, a bounded wait.

use super::config::ApiConfig;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::time::Duration;

/// Largest answer that is read: a page of a hundred events, each far larger than usual.
pub(super) const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an unused connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Unused connections kept.
const IDLE_MAX: usize = 4;

const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");
const STRIPE_ACCOUNT: HeaderName = HeaderName::from_static("stripe-account");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What to send.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    pub(super) method: Method,
    /// `/v1/events?limit=100`
    pub(super) path: String,
    /// Of a POST, encoded.
    pub(super) body: String,
    pub(super) idempotency_key: Option<String>,
    /// `acct_…` whose object is asked for.
    pub(super) account: Option<String>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why nothing usable came back, in words without secrets.
pub(super) struct Cut {
    pub(super) why: String,
    pub(super) request_id: Option<String>,
}

#[derive(Clone)]
pub(super) struct Transport {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    authorization: HeaderValue,
    base: String,
    try_timeout: Duration,
}

impl Transport {
    pub(super) fn new(config: &ApiConfig) -> Result<Self, String> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|e| format!("TLS cannot be set up: {e}"))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(https);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", config.key.reveal()))
            .map_err(|_| "STRIPE_SECRET_KEY has characters that no key has".to_owned())?;
        authorization.set_sensitive(true);
        let base = config.base.trim_end_matches('/').to_owned();
        Ok(Self { http, authorization, base, try_timeout: config.try_timeout })
    }

    /// Sends once.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, Cut> {
        let request = self.request(call).map_err(|why| Cut { why, request_id: None })?;
        let mut request_id = None;
        let exchange = self.exchange(request, &mut request_id);
        match tokio::time::timeout(self.try_timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(why)) => Err(Cut { why, request_id }),
            Err(_) => Err(Cut { why: format!("no answer within {:?}", self.try_timeout), request_id }),
        }
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        request_id: &mut Option<String>,
    ) -> Result<Answer, String> {
        let response = self.http.request(request).await.map_err(|e| reasons(&e))?;
        let (head, body) = response.into_parts();
        *request_id = header(&head.headers, "request-id");
        let body: Limited<Incoming> = Limited::new(body, ANSWER_BYTES_MAX);
        let body = body.collect().await.map_err(|e| format!("the answer was cut off: {e}"))?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, String> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{}", self.base, call.path))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(STRIPE_VERSION, super::VERSION)
            .header(USER_AGENT, concat!("whypaid/", env!("CARGO_PKG_VERSION")));
        if call.method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(account) = &call.account {
            request = request.header(STRIPE_ACCOUNT, account);
        }
        request.body(Full::from(call.body.clone())).map_err(|e| format!("the request cannot be built: {e}"))
    }
}

/// A header as text.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// An error with its causes; hyper's own text names none of them.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
