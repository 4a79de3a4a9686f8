//! Comparisons, and what one of them found, as files.

use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::path::Path;
use crate::api::query::Params;
use crate::api::reconciliations as api;
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::pages::inbox::Asked;
use crate::reconcile::Progress;
use axum::extract::State;
use axum::response::Response;
use store::reconciliations::{self, Difference, StoredReconciliation};

/// Comparisons of one file: more than a year of hourly ones.
const RUNS_MAX: i64 = 10_000;
/// Differences of one file.
const DIFFERENCES_MAX: i64 = 20_000;

/// `GET /reconciliations.csv`
pub(super) async fn runs(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let mut filter = api::filter(&mut params);
    let asked = Asked::read(&app, &mut params, &[]);
    params.finish(())?;
    filter.livemode = Some(asked.livemode());
    let mut rows = reconciliations::list(&mut app.db.read().await?, filter, None, RUNS_MAX + 1).await?;
    let name =
        cut(&mut rows, RUNS_MAX, if asked.livemode() { "comparisons-live" } else { "comparisons-test" });
    let columns = [
        "id",
        "started_at",
        "finished_at",
        "since",
        "livemode",
        "events_listed",
        "events_taken_in",
        "objects_listed",
        "objects_taken_in",
        "differences",
        "error",
    ];
    let rows = rows.into_iter().map(run).collect::<Result<Vec<_>>>()?;
    csv_file::answer(&name, columns, rows)
}

fn run(stored: StoredReconciliation) -> Result<[String; 11]> {
    let found = Progress::read(&stored)?;
    Ok([
        stored.id,
        rfc3339(stored.started_at_ms),
        stored.finished_at_ms.map(rfc3339).unwrap_or_default(),
        stored.since_s.map(|s| rfc3339(s.saturating_mul(1000))).unwrap_or_default(),
        stored.livemode.to_string(),
        found.events_listed.to_string(),
        found.events_taken_in.to_string(),
        found.objects_listed.to_string(),
        found.objects_taken_in.to_string(),
        found.differences.to_string(),
        found.error.unwrap_or_default(),
    ])
}

/// `GET /reconciliations/{id}/differences.csv`
pub(super) async fn differences(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response> {
    let filter = api::difference_filter(&params);
    params.finish(())?;
    let mut conn = app.db.read().await?;
    let stored = api::get(&mut conn, &id).await?;
    let mut rows =
        reconciliations::differences(&mut conn, &stored.id, &filter, "", DIFFERENCES_MAX + 1).await?;
    let name = cut(&mut rows, DIFFERENCES_MAX, &format!("differences-{}", stored.id));
    let cells = |d: Difference| {
        let [currency, stripe, ours] = [d.currency, d.stripe, d.ours].map(Option::unwrap_or_default);
        [d.object_id, d.kind, currency, d.what, stripe, ours]
    };
    let columns = ["object_id", "kind", "currency", "what", "stripe", "ours"];
    csv_file::answer(&name, columns, rows.into_iter().map(cells))
}

/// Cuts what is too much, and says so in the file's name.
fn cut<T>(rows: &mut Vec<T>, most: i64, name: &str) -> String {
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return name.to_owned();
    }
    rows.truncate(limit);
    format!("{name}-first-{most}")
}
