//! Payments that failed, newest first, with the link to send the client once more.

use super::loaded::Loaded;
use super::query::Query;
use super::tiles::Counts;
use crate::app::App;
use crate::pages::href::with_query;
use crate::pages::words::number;
use askama::Template;
use ledger::PaymentStatus;
use store::journeys::JourneyLine;
use store::{Conn, Result, lists};

/// Failures named; the rest is a link to the list of them.
const NAMED_MAX: i64 = 3;

/// What stands above the filters while a payment needs somebody.
#[derive(Template)]
#[template(path = "journeys/alerts.html")]
pub(super) struct Alerts {
    named: Vec<Alert>,
    count: i64,
    count_words: String,
    /// The list of all of them.
    all: Option<String>,
}

struct Alert {
    id: String,
    name: String,
    price: String,
    /// Stripe's reason, as part of a line.
    why: Option<String>,
    /// The client's page.
    link: String,
}

impl Alerts {
    /// Ids of the journeys to name, of the mode that `query` shows.
    pub(super) async fn find(conn: &mut Conn, query: &Query, counts: &Counts) -> Result<Vec<String>> {
        if counts.of(query.livemode()).failed() == 0 {
            return Ok(Vec::new());
        }
        lists::newest_with_status(conn, query.livemode(), PaymentStatus::Failed.as_str(), NAMED_MAX).await
    }

    /// Names those of `ids` that are `loaded`.
    pub(super) fn of(app: &App, query: &Query, counts: &Counts, ids: &[String], loaded: &Loaded) -> Self {
        let count = counts.of(query.livemode()).failed();
        let alert = |line: &JourneyLine| Alert {
            link: format!("{}/j/{}", app.config.public_url, line.journey.token),
            price: line.journey.price.to_string(),
            why: loaded.payment_of(line).and_then(|payment| payment.failure.clone()),
            name: line.client_name.clone(),
            id: line.journey.id.clone(),
        };
        let named = ids.iter().filter_map(|id| loaded.line(id)).map(alert).collect();
        let mode = query.livemode().to_string();
        let all = with_query("/", [("livemode", Some(mode.as_str())), ("payment_status", Some("failed"))]);
        Self { all: (count > NAMED_MAX).then_some(all), named, count, count_words: number(count) }
    }
}
