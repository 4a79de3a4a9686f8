//! `/clients/import`: many clients from CSV, pasted or read from a file; checked first, then all of them or none.

use crate::api::Result;
use crate::api::access::{Editor, Principal};
use crate::api::client_file::{self, ImportError, Options, Report};
use crate::api::problem::FieldError;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::fields::Fields;
use crate::pages::layout::{Layout, Section};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

#[derive(Template)]
#[template(path = "clients/import.html")]
struct ImportPage {
    layout: Layout,
    csv: String,
    skip_existing: bool,
    /// What was done, or would be.
    report: Option<Report>,
    done: bool,
    faults: Vec<FieldError>,
    more: usize,
}

/// `GET`
pub(super) async fn form(State(app): State<App>, Editor(who): Editor) -> Response {
    html(&page(&app, &who, &Fields::default()))
}

fn page(app: &App, who: &Principal, fields: &Fields) -> ImportPage {
    ImportPage {
        layout: Layout::of(app, who, "Import clients", Section::Journeys),
        csv: fields.text("csv"),
        skip_existing: fields.has("skip_existing"),
        report: None,
        done: false,
        faults: Vec::new(),
        more: 0,
    }
}

/// `POST`: checks, or imports.
pub(super) async fn submit(State(app): State<App>, Editor(who): Editor, fields: Fields) -> Result<Response> {
    let mut page = page(&app, &who, &fields);
    let dry_run = fields.text("do") != "import";
    let options = Options { dry_run, skip_existing: page.skip_existing };
    let file = page.csv.clone().into_bytes();
    match client_file::clients(&app.db, &app.context, &who, &file, options, |_, _, _| {}).await {
        Ok(report) => {
            if !dry_run {
                page.csv = String::new();
            }
            page.done = !dry_run;
            page.report = Some(report);
            Ok(html(&page))
        }
        Err(ImportError::Store(error)) => Err(error.into()),
        Err(ImportError::Faults { told, count }) => {
            page.more = count - told.len();
            page.faults = told
                .into_iter()
                .map(|fault| FieldError { field: fault.place(), message: fault.message })
                .collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
        }
    }
}
