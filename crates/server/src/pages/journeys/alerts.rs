//! Payments that failed, newest first, with the link to send the client once more.

use super::query::Query;
use super::tiles::Counts;
use crate::app::App;
use crate::pages::list::address;
use crate::pages::words::number;
use askama::Template;
use ledger::PaymentStatus;
use std::collections::BTreeMap;
use store::lists::{self, From, JourneyFilter, Sort};
use store::{Conn, Result, payments};

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
    /// Of the mode that `query` shows.
    pub(super) async fn load(app: &App, conn: &mut Conn, query: &Query, counts: &Counts) -> Result<Self> {
        let count = counts.of(query.livemode()).failed();
        let none = Self { named: Vec::new(), count, count_words: number(count), all: None };
        if count == 0 {
            return Ok(none);
        }
        let filter = JourneyFilter {
            livemode: Some(query.livemode()),
            payment_status: Some(PaymentStatus::Failed.as_str().to_owned()),
            ..JourneyFilter::default()
        };
        let lines = lists::list(conn, &filter, Sort::Newest, &From::Start, NAMED_MAX).await?.lines;
        let named = lines.iter().filter_map(|line| line.journey.judgement.payment_id.clone()).collect();
        let mut why: BTreeMap<String, Option<String>> =
            payments::by_ids(conn, named).await?.into_iter().map(|p| (p.id, p.facts.failure)).collect();
        let alert = |line: store::journeys::JourneyLine| Alert {
            link: format!("{}/j/{}", app.config.public_url, line.journey.token),
            price: line.journey.price.to_string(),
            why: line.journey.judgement.payment_id.and_then(|id| why.remove(&id)?),
            name: line.client_name,
            id: line.journey.id,
        };
        let alerts: Vec<Alert> = lines.into_iter().map(alert).collect();
        let mode = query.livemode().to_string();
        let all = address("/", &[("livemode", Some(&mode)), ("payment_status", Some("failed"))]);
        Ok(Self { all: (count > NAMED_MAX).then_some(all), named: alerts, ..none })
    }
}
