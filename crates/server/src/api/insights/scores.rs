//! `GET /api/v1/insights/scores`.

use super::cells::{InCsv, number};
use super::params::{QuestionParams, question};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::ids::IdKind;
use crate::insights::answer::Scores;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Open journeys younger than the horizon with their chance of being paid, by id.
#[utoipa::path(get, path = "/api/v1/insights/scores", tag = "insights",
    params(QuestionParams, ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = Scores), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let asked = question(&app, &mut params, By::Everything, app.insights.thresholds().await?);
    let page = params.page(|after| IdKind::Journey.fits(after))?;
    let limit = usize::try_from(page.limit).unwrap_or(1);
    let answer = app.insights.scores(&asked.ask, page.after.as_deref(), limit).await?;
    asked.answer(&*answer)
}

impl InCsv for Scores {
    fn in_csv(&self) -> Result<Response> {
        let columns = ["journey_id", "client", "probability", "median_days_left", "method", "as_of"];
        let rows = self.items.iter().map(|scored| {
            [
                scored.journey_id.clone(),
                scored.label.clone(),
                number(scored.probability),
                number(scored.median_days_left),
                scored.method.to_owned(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("scores", columns, rows)
    }
}
