//! The ledger: payments newest first, and their sums by currency.

use super::query::Query;
use super::row::{self, Row};
use super::{LEDGER, csv, tabs};
use crate::api::Result;
use crate::api::access::Viewer;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::inbox::{Tab, count_of, frame, pager};
use crate::pages::journeys::badge::{method, status_words};
use crate::pages::layout::{Layout, Section};
use crate::pages::list::{Choice, Pager};
use crate::payments as book;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use ledger::{Currency, Money, PaymentStatus};
use std::collections::BTreeSet;
use store::payment_list::Place;
use store::payment_totals::{self, Sums};
use store::payments::StoredPayment;
use store::{Conn, StoreError};

#[derive(Template)]
#[template(path = "payments/list.html")]
struct LedgerPage {
    layout: Layout,
    tabs: Vec<Tab>,
    query: Query,
    choices: Choices,
    sums: Vec<SumRow>,
    rows: Vec<Row>,
    count: String,
    /// The search found more than it looks at.
    cut: bool,
    pager: Pager,
    export: csv::Link,
    clear: String,
    /// Where Stripe's events go.
    webhook_url: String,
}

/// Sums of one currency, in words.
struct SumRow {
    currency: String,
    payments: String,
    gross: String,
    refunded: Option<String>,
    lost: Option<String>,
    at_risk: Option<String>,
    net: String,
}

impl SumRow {
    fn of(sums: &Sums) -> Self {
        let currency = Currency::parse(&sums.currency);
        let money = |minor| currency.map_or_else(|| "–".to_owned(), |c| Money::new(minor, c).to_string());
        let some = |minor| (minor != 0).then(|| money(minor));
        Self {
            currency: currency.map_or_else(|| "Unknown".to_owned(), |c| c.to_string().to_uppercase()),
            payments: count_of(sums.payments, ""),
            gross: money(sums.gross_minor),
            refunded: some(sums.refunded_minor),
            lost: some(sums.lost_minor),
            at_risk: some(sums.at_risk_minor),
            net: money(sums.net_minor),
        }
    }
}

/// What the filters offer.
pub(super) struct Choices {
    pub(super) statuses: Vec<Choice>,
    pub(super) currencies: Vec<Choice>,
    pub(super) methods: Vec<Choice>,
    pub(super) matched: Vec<Choice>,
}

impl Choices {
    /// Currencies and methods are those that there are.
    pub(super) async fn of(conn: &mut Conn, query: &Query) -> Result<Self, StoreError> {
        let asked = &query.asked;
        let kinds = payment_totals::kinds(conn, query.livemode()).await?;
        let (currencies, methods): (BTreeSet<String>, BTreeSet<String>) = kinds.into_iter().unzip();
        let named = |all: BTreeSet<String>, asked: Option<&str>, words: fn(&str) -> String| {
            let all = all.into_iter().chain(asked.map(str::to_lowercase)).filter(|value| !value.is_empty());
            let all: BTreeSet<String> = all.collect();
            Choice::all(all.into_iter().map(|value| (value.clone(), words(&value))), asked)
        };
        let statuses =
            PaymentStatus::ALL.iter().map(|s| (s.as_str().to_owned(), status_words(*s).to_owned()));
        let matched = [("true", "To a journey"), ("false", "Not yet")];
        let matched = matched.map(|(value, words)| (value.to_owned(), words.to_owned()));
        Ok(Self {
            statuses: Choice::all(statuses, asked.some("status")),
            currencies: named(currencies, asked.some("currency"), str::to_uppercase),
            methods: named(methods, asked.some("method"), method),
            matched: Choice::all(matched, asked.some("matched")),
        })
    }
}

/// A page's payments, with the link to the next.
pub(super) async fn load(
    conn: &mut Conn,
    query: &Query,
) -> Result<(Vec<StoredPayment>, Option<Vec<Sums>>, bool, Pager)> {
    let mut found = book::find(conn, &query.wanted, query.after.as_ref(), query.limit + 1).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = found.payments.len() > limit;
    found.payments.truncate(limit);
    let last = found.payments.last().filter(|_| more);
    let next = last.map(|last| Place::of(last).to_text());
    let pager = pager(&query.asked, query.path, next.as_deref(), "Older");
    Ok((found.payments, found.sums, found.cut, pager))
}

/// `GET /payments`
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, query: Query) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let (payments, found_sums, cut, pager) = load(&mut conn, &query).await?;
    let sums = match found_sums {
        Some(sums) => sums,
        None => payment_totals::sums(&mut conn, &query.wanted.filter, query.livemode()).await?,
    };
    let count: i64 = sums.iter().map(|sums| sums.payments).sum();
    let unmatched = book::unmatched_count(&mut conn, query.livemode()).await?;
    Ok(html(&LedgerPage {
        layout: frame(&app, &who, "Payments", Section::Payments, &query.asked, LEDGER),
        tabs: tabs(&query, unmatched),
        choices: Choices::of(&mut conn, &query).await?,
        sums: sums.iter().map(SumRow::of).collect(),
        rows: row::rows(&app, &mut conn, &payments).await?,
        count: count_of(count, "payment"),
        cut,
        pager,
        export: csv::Link::of(&query, count),
        clear: query.asked.unfiltered().href(LEDGER),
        webhook_url: format!("{}/api/webhooks/stripe", app.config.public_url),
        query,
    }))
}
