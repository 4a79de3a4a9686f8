//! `GET /api/v1/insights/recommendations`.

use super::cells::{InCsv, bounds, count, number};
use super::params::{QuestionParams, question};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::ids::IdKind;
use crate::insights::answer::Recommendations;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;
use store::clients;

/// What to send next, with the evidence and how sure it is. `client_id` prefers evidence from clients that share an
/// attribute with this one.
#[utoipa::path(get, path = "/api/v1/insights/recommendations", tag = "insights",
    params(QuestionParams, ("client_id" = Option<String>, Query)),
    responses((status = 200, body = Recommendations), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let mut asked = question(&app, &mut params, By::Everything, app.insights.thresholds().await?);
    let client_id = params.text("client_id");
    let client = match &client_id {
        Some(id) if IdKind::Client.fits(id) => clients::get(&mut app.db.read().await?, id).await?,
        _ => None,
    };
    if client_id.is_some() && client.is_none() {
        params.fault("client_id", "there is no such client");
    }
    params.finish(())?;
    if let Some(client) = client.filter(|_| asked.ask.filter.segment.is_none()) {
        let pairs = client.attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
        asked.ask.filter.segment = app.insights.largest_segment(asked.ask.filter.livemode, pairs)?;
    }
    let answer = app.insights.recommendations(&asked.ask).await?;
    asked.answer(&*answer)
}

impl InCsv for Recommendations {
    fn in_csv(&self) -> Result<Response> {
        let columns =
            ["choice", "advice", "key", "label", "n", "paid", "rate", "low", "high", "more_needed", "as_of"];
        let rows = self.items.iter().flat_map(|item| {
            let known = item.options.iter().map(|option| {
                let [low, high] = bounds(option.interval);
                let counts = [count(option.n), count(option.paid)];
                (&option.key, &option.label, counts, [number(option.rate), low, high], String::new())
            });
            let unknown = item.unknown.iter().map(|option| {
                (
                    &option.key,
                    &option.label,
                    <[String; 2]>::default(),
                    <[String; 3]>::default(),
                    count(option.more_needed),
                )
            });
            let all: Vec<_> = known.chain(unknown).collect();
            all.into_iter().map(|(key, label, [n, paid], [rate, low, high], more)| {
                let (choice, advice) = (item.choice.clone(), item.advice.to_owned());
                [
                    choice,
                    advice,
                    key.clone(),
                    label.clone(),
                    n,
                    paid,
                    rate,
                    low,
                    high,
                    more,
                    self.as_of.clone(),
                ]
            })
        });
        csv_file::answer("recommendations", columns, rows)
    }
}
