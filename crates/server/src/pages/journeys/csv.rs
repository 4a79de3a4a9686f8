//! `GET /journeys.csv`: what the list shows, as a file (SPEC D10).

use super::query::Query;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::journey_list::Place;
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use axum::extract::State;
use axum::response::Response;
use store::journeys::JourneyLine;

/// Journeys of one file at most; a name says so when there are more.
pub(super) const ROWS_MAX: usize = 10_000;
/// Rows loaded in one go.
const PAGE_ROWS: i64 = 200;

const COLUMNS: [&str; 19] = [
    "id",
    "client",
    "email",
    "company",
    "content",
    "version",
    "category",
    "outcome",
    "outcome_source",
    "payment_status",
    "price_minor",
    "currency",
    "net_minor",
    "net_currency",
    "started_at",
    "first_viewed_at",
    "paid_at",
    "changed_at",
    "mode",
];

/// The list from its first row, with the page's filters and order.
pub(in crate::pages) async fn file(State(app): State<App>, _may: Viewer, query: Query) -> Result<Response> {
    let mut query = query.first();
    query.asked.limit = PAGE_ROWS;
    let (mut lines, mut more): (Vec<JourneyLine>, bool) = (Vec::new(), true);
    while more && lines.len() < ROWS_MAX {
        // A connection for each page: a file must not keep others waiting.
        let listed = query.asked.list(&mut app.db.read().await?).await?;
        lines.extend(listed.lines);
        more = listed.next.is_some();
        if let Some(next) = listed.next {
            query.asked.from = Place::After(query.asked.cursor(&next));
        }
    }
    let more = more || lines.len() > ROWS_MAX;
    lines.truncate(ROWS_MAX);
    let suffix = if query.livemode() { "" } else { "-test" };
    let name = if more { format!("journeys{suffix}-first-{ROWS_MAX}") } else { format!("journeys{suffix}") };
    csv_file::answer(&name, COLUMNS, lines.into_iter().map(row))
}

fn row(line: JourneyLine) -> [String; COLUMNS.len()] {
    let (j, judgement) = (&line.journey, &line.journey.judgement);
    let time = |ms: Option<i64>| ms.map(rfc3339).unwrap_or_default();
    [
        j.id.clone(),
        line.client_name,
        line.client_email,
        line.client_company.unwrap_or_default(),
        line.content_name,
        line.version_number.to_string(),
        line.category,
        judgement.outcome.to_string(),
        judgement.source.as_str().to_owned(),
        judgement.payment_status.to_string(),
        j.price.amount_minor.to_string(),
        j.price.currency.to_string(),
        judgement.net_minor.to_string(),
        judgement.currency.to_string(),
        rfc3339(j.started_at_ms),
        time(j.first_viewed_at_ms),
        time(judgement.paid_at_ms),
        rfc3339(j.changed_at_ms),
        if j.livemode { "live" } else { "test" }.to_owned(),
    ]
}
