//! Records from files.

use super::access::Editor;
use super::form::body_problem;
use super::problem::{FieldError, Problem, Result};
use super::query::Params;
use crate::api::client_file::{self, FILE_BYTES_MAX, ImportError, Options};
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    dry_run: bool,
    /// Rows with a client.
    rows: usize,
    /// New clients.
    created: usize,
    /// Left out, as a client has the address already.
    skipped: usize,
    /// Columns that became attributes.
    attributes: Vec<String>,
}

/// A file may be larger than other bodies.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(clients)).layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
}

/// Import clients from a CSV file: all of them, or none when any row is at fault. `dry_run=true` only checks. The first
/// row names the columns: `name` and `email`, if you like `company` and `stripe_customer_id`; others become attributes.
#[utoipa::path(post, path = "/api/v1/clients/import", tag = "clients",
    params(("dry_run" = Option<bool>, Query), ("skip_existing" = Option<bool>, Query)),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = Imported), (status = 200, body = Imported, description = "Only checked"),
        (status = 422, body = Problem)))]
pub async fn clients(
    State(app): State<App>,
    Editor(who): Editor,
    mut params: Params,
    file: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Imported>)> {
    let dry_run = params.truth("dry_run").unwrap_or(false);
    let skip_existing = params.truth("skip_existing").unwrap_or(false);
    params.finish(())?;
    let file = file.map_err(|rejection| body_problem(&rejection))?;
    let options = Options { dry_run, skip_existing };
    let report = client_file::clients(&app.db, &app.context, &who, &file, options, |_, _, _| {}).await;
    let report = report.map_err(problem)?;
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((
        status,
        Json(Imported {
            dry_run,
            rows: report.rows,
            created: report.created,
            skipped: report.skipped,
            attributes: report.attributes,
        }),
    ))
}

fn problem(error: ImportError) -> Problem {
    match error {
        ImportError::Store(error) => error.into(),
        ImportError::Faults { told, count } => {
            let more = count - told.len();
            let errors = told.into_iter().map(|f| FieldError { field: f.place(), message: f.message });
            let mut problem = Problem::invalid(errors.collect());
            problem.detail = match more {
                0 => "The file is not right as it is. Nothing was imported.".to_owned(),
                more => format!(
                    "The file is not right as it is. Nothing was imported. {more} more faults are not told."
                ),
            };
            problem
        }
    }
}
