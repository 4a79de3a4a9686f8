//! `GET /payments/unmatched`: payments that nobody could be found for, each with whom it may be from, and what was
//! linked just now, so that it can be taken back.

use super::list::{Choices, load};
use super::query::Query;
use super::row::{self, Row, Whose};
use super::{UNMATCHED, csv, tabs};
use crate::api::Result;
use crate::api::access::Viewer;
use crate::api::query::is_stripe_id;
use crate::app::App;
use crate::pages::errors::html;
use crate::pages::inbox::{Tab, frame, may_change};
use crate::pages::layout::{Layout, Section};
use crate::pages::list::Pager;
use crate::payments as book;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet};
use store::Conn;
use store::journeys::JourneyLine;
use store::payments::{self, StoredPayment};

/// Journeys suggested in the list; the payment's own page has them all.
const SUGGESTED_MAX: usize = 3;

#[derive(Template)]
#[template(path = "payments/unmatched.html")]
struct UnmatchedPage {
    layout: Layout,
    tabs: Vec<Tab>,
    query: Query,
    choices: Choices,
    waiting: Vec<Waiting>,
    done: Option<Done>,
    pager: Pager,
    export: csv::Link,
    clear: String,
    may_change: bool,
}

/// A payment with whom it may be from.
struct Waiting {
    row: Row,
    suggestions: Vec<Suggested>,
    more: usize,
}

/// A journey that a payment may be for.
pub(super) struct Suggested {
    pub(super) whose: Whose,
    pub(super) why: String,
}

/// What somebody did just now.
struct Done {
    row: Row,
    /// Linked; else taken back.
    linked: bool,
}

/// Journeys suggested for payments, in their order.
pub(super) async fn suggested(
    app: &App,
    conn: &mut Conn,
    payment: &StoredPayment,
    most: usize,
) -> Result<Vec<Suggested>> {
    let ids = payment.suggestions.iter().take(most).map(|s| s.journey_id.clone()).collect();
    let lines = row::lines(conn, ids).await?;
    Ok(in_words(payment, most, &lines, app.context.clock.now_ms()))
}

fn in_words(
    payment: &StoredPayment,
    most: usize,
    lines: &BTreeMap<String, JourneyLine>,
    now_ms: i64,
) -> Vec<Suggested> {
    let suggested = payment.suggestions.iter().take(most).filter_map(|s| {
        let whose = Whose::of(lines.get(&s.journey_id)?.clone(), now_ms);
        Some(Suggested { whose, why: s.why.clone() })
    });
    suggested.collect()
}

async fn done(app: &App, conn: &mut Conn, query: &Query) -> Result<Option<Done>> {
    let (linked, unlinked) = (query.asked.some("linked"), query.asked.some("unlinked"));
    let Some(id) = linked.or(unlinked).filter(|id| is_stripe_id(id)) else { return Ok(None) };
    let found = payments::by_ids(conn, vec![id.to_owned()]).await?;
    let row = row::rows(app, conn, &found).await?.pop();
    let row = row.filter(|row| row.linked_by_hand == linked.is_some());
    Ok(row.map(|row| Done { row, linked: linked.is_some() }))
}

/// The inbox.
pub(super) async fn page(State(app): State<App>, Viewer(who): Viewer, query: Query) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let (found, _, _, pager) = load(&mut conn, &query).await?;
    let ids: BTreeSet<&String> =
        found.iter().flat_map(|p| p.suggestions.iter().take(SUGGESTED_MAX)).map(|s| &s.journey_id).collect();
    let lines = row::lines(&mut conn, ids.into_iter().cloned().collect()).await?;
    let now_ms = app.context.clock.now_ms();
    let item = |(payment, row): (&StoredPayment, Row)| {
        let suggestions = in_words(payment, SUGGESTED_MAX, &lines, now_ms);
        Waiting { row, more: payment.suggestions.len() - suggestions.len(), suggestions }
    };
    let waiting = found.iter().zip(row::rows(&app, &mut conn, &found).await?).map(item).collect();
    let count = book::unmatched_count(&mut conn, query.livemode()).await?;
    let done = done(&app, &mut conn, &query).await?;
    let query = Query { asked: query.asked.with("linked", None).with("unlinked", None), ..query };
    Ok(html(&UnmatchedPage {
        layout: frame(&app, &who, "Unmatched payments", Section::Payments, &query.asked, UNMATCHED),
        tabs: tabs(&query, count),
        choices: Choices::of(&mut conn, &query).await?,
        waiting,
        done,
        pager,
        export: csv::Link::of(&query, count),
        clear: query.asked.unfiltered().href(UNMATCHED),
        may_change: may_change(&who),
        query,
    }))
}
