//! `GET /events.csv`: the events that the filters show, without their payloads.

use super::query::Query;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::events as inbox;
use axum::extract::State;
use axum::response::Response;
use store::events::Event;

/// Events of one file; filter by days to get the others.
const ROWS_MAX: usize = 10_000;
/// Events loaded in one go.
const PAGE: i64 = 500;
/// Pages looked through, each of so many events at most.
const PAGES_MAX: usize = 100;
const COLUMNS: [&str; 8] =
    ["id", "type", "status", "livemode", "created_at", "received_at", "attempts", "last_error"];

/// The file. Its name tells when it does not hold everything.
pub(super) async fn file(State(app): State<App>, _may: Viewer, query: Query) -> Result<Response> {
    let mut conn = app.events().await?;
    let (mut rows, mut after): (Vec<[String; 8]>, Option<String>) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let found = inbox::find(&mut conn, &query.wanted, after.as_deref(), PAGE).await?;
        rows.extend(found.events.into_iter().map(cells));
        after = found.next;
        if after.is_none() || rows.len() >= ROWS_MAX {
            break;
        }
    }
    let mode = if query.asked.livemode() { "live" } else { "test" };
    let count = rows.len();
    let name =
        if after.is_some() { format!("events-{mode}-newest-{count}") } else { format!("events-{mode}") };
    csv_file::answer(&name, COLUMNS, rows)
}

fn cells(e: Event) -> [String; 8] {
    [
        e.id,
        e.kind,
        e.status.as_str().to_owned(),
        e.livemode.to_string(),
        rfc3339(e.created_at_ms),
        rfc3339(e.received_at_ms),
        e.attempts.to_string(),
        e.last_error.unwrap_or_default(),
    ]
}
