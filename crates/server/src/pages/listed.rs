//! A router that knows its routes, so that a test can ask for every one of them who may call it.

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{get, post};

/// Routes, and the router made of them.
pub(super) struct Listed {
    router: Router<App>,
    routes: Vec<(&'static str, &'static str)>,
}

impl Listed {
    /// Without routes.
    pub(super) fn new() -> Self {
        Self { router: Router::new(), routes: Vec::new() }
    }

    /// `GET path`
    pub(super) fn get<T: 'static>(mut self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.routes.push(("GET", path));
        Self { router: self.router.route(path, get(handler)), routes: self.routes }
    }

    /// `POST path`
    pub(super) fn post<T: 'static>(mut self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.routes.push(("POST", path));
        Self { router: self.router.route(path, post(handler)), routes: self.routes }
    }

    /// With the routes of `other`.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        Self { router: self.router.merge(other.router), routes: self.routes }
    }

    /// With forms of up to `bytes` on the routes so far.
    pub(super) fn taking(self, bytes: usize) -> Self {
        Self { router: self.router.layer(DefaultBodyLimit::max(bytes)), routes: self.routes }
    }

    /// (method, path) of each.
    pub(super) fn routes(self) -> Vec<(&'static str, &'static str)> {
        self.routes
    }

    /// The router.
    pub(super) fn router(self) -> Router<App> {
        self.router
    }
}
