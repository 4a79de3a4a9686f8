//! The HTTP server: routes, layers, start and graceful stop.

use crate::app::{self, App, Parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::{api, pages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use store::Db;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// All routes.
pub fn router(app: App) -> Router {
    let body_bytes_max = app.config.body_bytes_max;
    Router::new()
        .merge(api::router())
        .merge(pages::router())
        .fallback(api::problem::no_such_path)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(app)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer wants")]
fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
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

/// A server that listens, and what it takes to stop it.
pub struct Server {
    /// Shared state.
    pub app: App,
    /// Where it listens.
    pub address: std::net::SocketAddr,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: app::Tasks,
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
        let (app, tasks) = app::start(Parts { config, db, clock, metrics: metrics_handle(), open_pages });
        let stop = app.stop.clone();
        let router = router(app.clone());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
        });
        Ok(Self { app, address, serving, tasks })
    }

    /// Stops taking requests, finishes those under way, applies what was taken in.
    pub async fn stop(self) -> std::io::Result<()> {
        self.app.stop.cancel();
        let served = self.serving.await.unwrap_or(Ok(()));
        let db = self.app.db.clone();
        drop(self.app);
        self.tasks.finish().await;
        db.close().await;
        served
    }
}

/// Ctrl-C, or SIGTERM from a service manager.
pub async fn asked_to_stop() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            return interrupt.await;
        };
        tokio::select! {
            () = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
