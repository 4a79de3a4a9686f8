//! The tab *Payment*: the money, its way here, and what the client saw when they paid.

mod frozen;
mod stripe_link;
mod timeline;

pub(in crate::pages) use frozen::rendered;
pub(in crate::pages) use stripe_link::StripeId;

use super::head::Record;
use crate::api::Result;
use crate::app::App;
use crate::pages::journeys::badge::{self, Badge, status_words};
use crate::pages::words::{When, duration, second};
use askama::Template;
use frozen::Frozen;
use ledger::payment::CheckoutState;
use ledger::{MatchedBy, Money};
use std::collections::{BTreeMap, BTreeSet};
use store::checkouts::{self, StoredCheckout};
use store::payments::StoredPayment;
use store::{Conn, agreements, contents, snapshots, views};
use timeline::Moment;

/// Page views looked at.
const VIEWS_MAX: i64 = 500;
/// Acceptances shown.
const AGREEMENTS_MAX: i64 = 10;

/// The panel.
#[derive(Template)]
#[template(path = "journey/payment.html")]
pub(super) struct PaymentPanel {
    price: String,
    payments: Vec<Line>,
    moments: Vec<Moment>,
    sessions: Vec<Session>,
    views: Vec<Seen>,
    agreed: Vec<String>,
    link: String,
}

/// One payment in words.
struct Line {
    badge: Badge,
    /// Name, amount, and a look when it is worth one.
    amounts: Vec<(&'static str, String, &'static str)>,
    method: Option<String>,
    paid: Option<(When, String)>,
    took: Option<String>,
    ids: Vec<(&'static str, StripeId)>,
    matched: Option<&'static str>,
    test: bool,
    failure: Option<String>,
    frozen: Option<Frozen>,
}

/// A checkout that was opened.
struct Session {
    id: StripeId,
    state: &'static str,
    opened: String,
    price: Option<String>,
}

/// How often and how long a page was looked at.
struct Seen {
    title: &'static str,
    count: usize,
    visible: Option<String>,
    last: When,
}

impl PaymentPanel {
    pub(super) async fn load(app: &App, conn: &mut Conn, record: &Record) -> Result<Self> {
        let id = || vec![record.journey.id.clone()];
        let opened = checkouts::by_journeys(conn, id()).await?;
        let payment_ids: Vec<String> = record.payments.iter().map(|p| p.id.clone()).collect();
        let snapshots = snapshots::by_payments(conn, payment_ids).await?;
        let frozen: BTreeSet<String> =
            record.payments.iter().filter_map(|p| p.content_version_id.clone()).collect();
        let versions = contents::versions_by_ids(conn, frozen.into_iter().collect()).await?;
        let made_up = app.open_pages;
        let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for snapshot in &snapshots {
            ids.entry(&snapshot.payment_id).or_default().push(snapshot.id.clone());
        }
        let now_ms = app.context.clock.now_ms();
        let paid = |payment: &StoredPayment| Line {
            ids: stripe_ids(payment, ids.get(payment.id.as_str()).map_or(&[], Vec::as_slice), made_up),
            frozen: frozen::of(record, payment, &versions, &opened),
            ..in_words(record, payment, now_ms)
        };
        let mut money: Vec<&StoredPayment> = record.payments.iter().filter(|p| p.facts.is_money).collect();
        money.sort_by_key(|p| std::cmp::Reverse((p.facts.happened_at_s, p.id.clone())));
        Ok(Self {
            price: record.journey.price.to_string(),
            payments: money.into_iter().map(paid).collect(),
            moments: timeline::moments(&snapshots, made_up),
            sessions: sessions(record, &opened, made_up),
            views: seen(conn, record, now_ms).await?,
            agreed: agreed(conn, record).await?,
            link: format!("{}/j/{}", app.config.public_url, record.journey.token),
        })
    }
}

fn in_words(record: &Record, payment: &StoredPayment, now_ms: i64) -> Line {
    let facts = &payment.facts;
    let took_ms = facts.paid_at_ms.map(|at| at.saturating_sub(record.journey.started_at_ms));
    Line {
        badge: Badge { look: facts.status.as_str(), words: status_words(facts.status).to_owned() },
        amounts: amounts(payment),
        method: facts.method.as_deref().map(badge::method),
        paid: facts.paid_at_ms.map(|at| (When::ago(at, now_ms), second(at))),
        took: took_ms.map(duration),
        ids: Vec::new(),
        matched: payment.matched_by.map(matched),
        test: !facts.livemode,
        failure: facts.failure.as_deref().filter(|_| !facts.captured).map(badge::failure),
        frozen: None,
    }
}

/// What came in and what is left are always told; what went back or may go only where it did.
fn amounts(payment: &StoredPayment) -> Vec<(&'static str, String, &'static str)> {
    let facts = &payment.facts;
    let Some(currency) = facts.currency else { return Vec::new() };
    let all = [
        ("Gross", facts.gross_minor, "", true),
        ("Refunded", facts.refunded_minor, "is-refunded", facts.refunded_minor > 0),
        ("Lost to disputes", facts.lost_minor, "is-lost", facts.lost_minor > 0),
        ("Net", facts.net_minor, "is-net", true),
        ("Disputed, at risk", facts.at_risk_minor, "is-at_risk", facts.at_risk_minor > 0),
    ];
    let shown = all.into_iter().filter(|(.., shown)| *shown);
    shown.map(|(name, minor, look, _)| (name, Money::new(minor, currency).to_string(), look)).collect()
}

const fn matched(by: MatchedBy) -> &'static str {
    match by {
        MatchedBy::JourneyMetadata => "by the journey’s id in its metadata",
        MatchedBy::Checkout => "by the checkout that this journey opened",
        MatchedBy::ClientReference => "by the client reference of its checkout",
        MatchedBy::ClientMetadata => "by the client’s id in its metadata",
        MatchedBy::Customer => "by its Stripe customer",
        MatchedBy::Manual => "by hand",
    }
}

fn stripe_ids(payment: &StoredPayment, members: &[String], made_up: bool) -> Vec<(&'static str, StripeId)> {
    let all: BTreeSet<&String> =
        members.iter().chain([&payment.id]).chain(&payment.facts.evidence.customer).collect();
    let link = |id: &&String| StripeId::of(id, payment.facts.livemode, made_up);
    let mut named: Vec<_> = all.iter().map(|id| (kind(id), link(id))).collect();
    named.sort_by_key(|(kind, id)| (rank(kind), id.id.clone()));
    named.into_iter().map(|((_, words), id)| (words, id)).collect()
}

/// What ids begin with, in the order to show them.
const KINDS: &[(&str, &str)] = &[
    ("pi_", "Payment"),
    ("ch_", "Charge"),
    ("py_", "Charge"),
    ("re_", "Refund"),
    ("pyr_", "Refund"),
    ("dp_", "Dispute"),
    ("du_", "Dispute"),
    ("issfr_", "Fraud warning"),
    ("cs_", "Checkout"),
    ("in_", "Invoice"),
    ("sub_", "Subscription"),
    ("cus_", "Customer"),
];

fn kind(id: &str) -> (usize, &'static str) {
    let known = KINDS.iter().enumerate().find(|(_, (prefix, _))| id.starts_with(prefix));
    known.map_or((KINDS.len(), "Object"), |(n, (_, words))| (n, *words))
}

const fn rank(kind: &(usize, &'static str)) -> usize {
    kind.0
}

/// Sessions that we opened, and those that only Stripe told of.
fn sessions(record: &Record, opened: &[StoredCheckout], made_up: bool) -> Vec<Session> {
    let told = || record.payments.iter().flat_map(|p| p.facts.checkouts.iter());
    let ids: BTreeSet<&String> = opened.iter().map(|c| &c.session_id).chain(told().map(|c| &c.id)).collect();
    let line = |id: &String| {
        let ours = opened.iter().find(|c| c.session_id == *id);
        let theirs = told().find(|c| c.id == *id);
        let at_ms = theirs.and_then(|c| c.opened_at_s).map(|s| s.saturating_mul(1000));
        let at_ms = at_ms.or_else(|| ours.map(|c| c.opened_at_ms));
        let state = match theirs.map(|c| c.state) {
            None | Some(CheckoutState::Open) => "Open",
            Some(CheckoutState::Complete) => "Completed",
            Some(CheckoutState::Expired) => "Expired",
        };
        let session = Session {
            id: StripeId::of(id, record.journey.livemode, made_up),
            state,
            opened: at_ms.map(second).unwrap_or_default(),
            price: ours.map(|c| c.price.to_string()),
        };
        (at_ms, session)
    };
    let mut lines: Vec<_> = ids.into_iter().map(line).collect();
    lines.sort_by_key(|(at_ms, _)| std::cmp::Reverse(*at_ms));
    lines.into_iter().map(|(_, session)| session).collect()
}

async fn seen(conn: &mut Conn, record: &Record, now_ms: i64) -> Result<Vec<Seen>> {
    let all = views::of_journey(conn, &record.journey.id, None, VIEWS_MAX).await?;
    let titles = [
        ("activation", "Welcome"),
        ("agreement", "Agreement"),
        ("confirmation", "Payment"),
        ("processing", "What happens next"),
    ];
    let of_step = |(step, title): (&str, &'static str)| {
        let of = || all.iter().filter(|view| view.step == step);
        let last_ms = of().map(|view| view.at_ms).max()?;
        let visible_ms: i64 = of().map(|view| view.visible_ms).sum();
        let visible = (visible_ms > 0).then(|| looked_at(visible_ms));
        Some(Seen { title, count: of().count(), visible, last: When::ago(last_ms, now_ms) })
    };
    Ok(titles.into_iter().filter_map(of_step).collect())
}

/// Below a minute in seconds: a page is often no longer looked at.
fn looked_at(ms: i64) -> String {
    if ms < 60_000 { format!("{} s", (ms / 1000).max(1)) } else { duration(ms) }
}

async fn agreed(conn: &mut Conn, record: &Record) -> Result<Vec<String>> {
    let all = agreements::of_journey(conn, &record.journey.id, None, AGREEMENTS_MAX).await?;
    Ok(all.into_iter().map(|agreement| second(agreement.at_ms)).collect())
}
