//! `GET /payments.csv`: every payment that the filters show, up to a limit that the file's name tells.

use super::query::Query;
use super::row;
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::pages::inbox::count_of;
use crate::payments as book;
use axum::extract::State;
use axum::response::Response;
use ledger::MatchedBy;
use store::Conn;
use store::journeys::JourneyLine;
use store::payment_list::Place;
use store::payments::StoredPayment;

/// Payments of one file; filter by days to get the others.
const ROWS_MAX: i64 = 20_000;
/// Payments loaded in one go.
const PAGE: i64 = 1_000;
const COLUMNS: [&str; 15] = [
    "id",
    "status",
    "currency",
    "gross_minor",
    "refunded_minor",
    "lost_minor",
    "at_risk_minor",
    "net_minor",
    "method",
    "paid_at",
    "livemode",
    "matched_by",
    "journey_id",
    "client",
    "email",
];

/// The link to the file, which says when it will not hold everything.
pub(super) struct Link {
    pub(super) href: String,
    pub(super) words: String,
}

impl Link {
    /// For a list of `count` payments.
    pub(super) fn of(query: &Query, count: i64) -> Self {
        let mut asked = query.asked.with("limit", None);
        if query.wanted.filter.matched == Some(false) {
            asked = asked.with("matched", Some("false"));
        }
        let cut = count > ROWS_MAX;
        let words = if cut { format!("CSV (newest {})", count_of(ROWS_MAX, "")) } else { "CSV".to_owned() };
        Self { href: asked.href("/payments.csv"), words }
    }
}

/// The file.
pub(super) async fn file(State(app): State<App>, _may: Viewer, query: Query) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let (mut rows, mut after): (Vec<[String; 15]>, Option<Place>) = (Vec::new(), None);
    let mut room = ROWS_MAX;
    while room > 0 {
        let asked = PAGE.min(room);
        let payments = book::find(&mut conn, &query.wanted, after.as_ref(), asked).await?.payments;
        let count = i64::try_from(payments.len()).unwrap_or(i64::MAX);
        after = payments.last().map(Place::of);
        rows.extend(page(&mut conn, &payments).await?);
        room = if count < asked { -1 } else { room - count };
    }
    let cut = match &after {
        Some(_) if room == 0 => {
            !book::find(&mut conn, &query.wanted, after.as_ref(), 1).await?.payments.is_empty()
        }
        _ => false,
    };
    let mode = if query.livemode() { "live" } else { "test" };
    let name = if cut { format!("payments-{mode}-newest-{ROWS_MAX}") } else { format!("payments-{mode}") };
    csv_file::answer(&name, COLUMNS, rows)
}

async fn page(conn: &mut Conn, payments: &[StoredPayment]) -> Result<Vec<[String; 15]>> {
    let ids = payments.iter().filter_map(|p| p.journey_id.clone()).collect();
    let lines = row::lines(conn, ids).await?;
    let line = |p: &StoredPayment| p.journey_id.as_ref().and_then(|id| lines.get(id));
    Ok(payments.iter().map(|p| cells(p, line(p))).collect())
}

fn cells(p: &StoredPayment, line: Option<&JourneyLine>) -> [String; 15] {
    let f = &p.facts;
    let email = line.map(|line| line.client_email.clone()).or_else(|| f.evidence.email.clone());
    [
        p.id.clone(),
        f.status.as_str().to_owned(),
        f.currency.map(|c| c.to_string()).unwrap_or_default(),
        f.gross_minor.to_string(),
        f.refunded_minor.to_string(),
        f.lost_minor.to_string(),
        f.at_risk_minor.to_string(),
        f.net_minor.to_string(),
        f.method.clone().unwrap_or_default(),
        f.paid_at_ms.map(rfc3339).unwrap_or_default(),
        f.livemode.to_string(),
        p.matched_by.map(MatchedBy::as_str).unwrap_or_default().to_owned(),
        p.journey_id.clone().unwrap_or_default(),
        line.map(|line| line.client_name.clone()).unwrap_or_default(),
        email.unwrap_or_default(),
    ]
}
