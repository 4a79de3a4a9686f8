//! The HTTP server: routes, layers, start and graceful stop.

use crate::app::{self, App, Parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::random_fraction;
use crate::ingest::COMMIT_TIMEOUT;
use crate::reconcile::hourly::run_hourly;
use crate::{api, pages};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;
use store::Db;
use stripe::api::{Api, ApiConfig, SecretKey};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// A year, for this host alone: what else the domain serves is not ours to decide.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";
/// Longest time until an answer, and for a request's body to arrive. A stream answers at once and then lasts.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest wait at a stop for requests under way: a bit more than a commit may take.
const DRAIN_TIMEOUT: Duration = COMMIT_TIMEOUT.saturating_add(Duration::from_secs(1));
/// Then, for what was taken in to be stored and applied.
const FINISH_TIMEOUT: Duration = Duration::from_secs(10);
/// Then, for the database's connections to be closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// All routes.
pub fn router(app: App) -> Router {
    let body_bytes_max = app.config.body_bytes_max;
    let https = app.config.https();
    let router = Router::new()
        .merge(api::router())
        .merge(pages::router(&app))
        .fallback(api::problem::no_such_path)
        // As one layer, since each is a box of its own around every route. The first is the outermost.
        .layer((
            axum::middleware::from_fn(pages::as_html),
            SetResponseHeaderLayer::if_not_present(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            CatchPanicLayer::custom(panicked),
            axum::middleware::from_fn(in_time),
            DefaultBodyLimit::max(body_bytes_max),
        ))
        .with_state(app);
    if !https {
        return router;
    }
    router.layer(SetResponseHeaderLayer::overriding(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static(STRICT_TRANSPORT_SECURITY),
    ))
}

async fn in_time(request: Request, next: Next) -> Response {
    let late = |_| api::Problem::unavailable("This took too long. Please try again.").into_response();
    timeout(REQUEST_TIMEOUT, next.run(request)).await.unwrap_or_else(late)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let detail = "Something went wrong on the server. Nothing was changed; the server's log says more.";
    api::Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
}

/// The process has one recorder of metrics, however many servers a test starts.
pub fn metrics_handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics are recorded elsewhere; /metrics stays empty");
        }
        handle
    };
    HANDLE.get_or_init(install).clone()
}

/// Stripe's API as configured; absent without a key.
pub fn stripe_api(config: &Config) -> Result<Option<Api>, String> {
    let Some(key) = &config.stripe_secret_key else { return Ok(None) };
    let key = SecretKey::new(key.clone());
    let usual = ApiConfig::new(config.stripe_api_base.clone(), key, random_fraction);
    let (try_timeout, backoff_first) = (config.stripe_try_timeout, config.stripe_backoff_first);
    Api::new(ApiConfig { try_timeout, backoff_first, ..usual }).map(Some)
}

/// A server that listens, and what it takes to stop it.
pub struct Server {
    /// Shared state.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: app::Tasks,
    hourly: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts everything on `listener`.
    pub fn start(
        config: Config,
        db: Db,
        clock: Clock,
        open_pages: bool,
        listener: TcpListener,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let stripe = stripe_api(&config).map_err(std::io::Error::other)?;
        let metrics = metrics_handle();
        let (app, tasks) = app::start(Parts { config, db, clock, stripe, metrics, open_pages });
        let stop = app.stop.clone();
        let router = router(app.clone());
        let serving = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
        });
        let hourly = tokio::spawn(run_hourly(app.clone()));
        Ok(Self { app, address, serving, tasks, hourly })
    }

    /// Stops taking requests, finishes those under way, applies what was taken in. Waits for none of them without end:
    /// what is stored and not applied by then is applied at the next start.
    pub async fn stop(self) -> std::io::Result<()> {
        self.app.stop.cancel();
        let served = if let Ok(served) = timeout(DRAIN_TIMEOUT, self.serving).await {
            served.unwrap_or(Ok(()))
        } else {
            tracing::warn!("some requests were not sent to their end; they are cut off");
            Ok(())
        };
        // They end at once; what they were at is gone on with.
        let _ = timeout(FINISH_TIMEOUT, self.hourly).await;
        self.app.background.close();
        let _ = timeout(FINISH_TIMEOUT, self.app.background.wait()).await;
        if timeout(FINISH_TIMEOUT, self.tasks.finish()).await.is_err() {
            tracing::warn!("the database does not answer; stored events are applied at the next start");
        }
        let _ = timeout(CLOSE_TIMEOUT, self.app.db.close()).await;
        served
    }
}

/// Ctrl-C, or SIGTERM from a service manager. Listens from the call on, so that none is missed before it is awaited.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    async move {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        interrupt.await;
    }
}
