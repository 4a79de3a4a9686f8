//! `GET /contents/{id}/versions/{version}/{step}`: a page as the client sees it, of no journey.

use super::show::find_version;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::path::Path;
use crate::app::App;
use crate::pages::client;
use axum::extract::State;
use axum::response::Response;

/// One step.
pub(super) async fn page(
    State(app): State<App>,
    _may: Viewer,
    Path((id, version_id, step)): Path<(String, String, String)>,
) -> Result<Response> {
    let version = find_version(&mut app.db.read().await?, &id, &version_id).await?;
    client::sample(&version, &step, &format!("/contents/{id}/versions/{version_id}"))
}
