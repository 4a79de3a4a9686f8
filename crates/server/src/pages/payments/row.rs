//! One payment as a row: the money, whose it is, and where Stripe shows it.

use crate::app::App;
use crate::pages::inbox::StripeId;
use crate::pages::journeys::badge::{Badge, method, status_words};
use crate::pages::words::When;
use ledger::{Currency, MatchedBy, Money};
use std::collections::BTreeMap;
use store::journeys::{self, JourneyLine};
use store::payments::StoredPayment;
use store::{Conn, Result};

/// A journey by the names a person knows it by.
pub(super) struct Whose {
    /// `jrn_…`
    pub(super) journey_id: String,
    /// The client.
    pub(super) name: String,
    /// Their company, else their address.
    pub(super) under_name: String,
    /// `Guarantee offer v2`
    pub(super) content: String,
    /// What it asks for.
    pub(super) price: String,
    /// What became of it.
    pub(super) outcome: Badge,
    /// When it was started.
    pub(super) started: When,
}

impl Whose {
    /// As a row shows it.
    pub(super) fn of(line: JourneyLine, now_ms: i64) -> Self {
        Self {
            name: line.client_name,
            under_name: line.client_company.unwrap_or(line.client_email),
            content: format!("{} v{}", line.content_name, line.version_number),
            price: line.journey.price.to_string(),
            outcome: Badge::outcome(line.journey.judgement.outcome),
            started: When::ago(line.journey.started_at_ms, now_ms),
            journey_id: line.journey.id,
        }
    }
}

/// A payment. Amounts are absent where there is nothing to tell.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) at: When,
    pub(super) status: Badge,
    pub(super) gross: Option<String>,
    pub(super) refunded: Option<String>,
    pub(super) lost: Option<String>,
    pub(super) at_risk: Option<String>,
    pub(super) net: Option<String>,
    pub(super) currency: String,
    pub(super) method: Option<String>,
    pub(super) failure: Option<String>,
    pub(super) whose: Option<Whose>,
    pub(super) matched_by: Option<&'static str>,
    pub(super) linked_by_hand: bool,
    /// As Stripe was told.
    pub(super) email: Option<String>,
    pub(super) stripe: StripeId,
}

/// How a payment found its journey, in words.
pub(super) const fn matched_words(by: MatchedBy) -> &'static str {
    match by {
        MatchedBy::JourneyMetadata => "metadata",
        MatchedBy::Checkout => "checkout",
        MatchedBy::ClientReference => "client reference",
        MatchedBy::ClientMetadata => "client’s metadata",
        MatchedBy::Customer => "Stripe customer",
        MatchedBy::Manual => "hand",
    }
}

/// An amount that there is, or nothing for 0.
pub(super) fn amount(minor: i64, currency: Option<Currency>) -> Option<String> {
    let currency = currency.filter(|_| minor != 0)?;
    Some(Money::new(minor, currency).to_string())
}

/// Journeys by id.
pub(super) async fn lines(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, JourneyLine>> {
    let lines = if ids.is_empty() { Vec::new() } else { journeys::lines(conn, ids).await? };
    Ok(lines.into_iter().map(|line| (line.journey.id.clone(), line)).collect())
}

/// Rows with the clients they belong to.
pub(super) async fn rows(app: &App, conn: &mut Conn, payments: &[StoredPayment]) -> Result<Vec<Row>> {
    let ids = payments.iter().filter_map(|p| p.journey_id.clone()).collect();
    let lines = lines(conn, ids).await?;
    let now_ms = app.context.clock.now_ms();
    let row = |p: &StoredPayment| {
        let line = p.journey_id.as_ref().and_then(|id| lines.get(id)).cloned();
        Row::of(app, p, line.map(|line| Whose::of(line, now_ms)), now_ms)
    };
    Ok(payments.iter().map(row).collect())
}

impl Row {
    fn of(app: &App, p: &StoredPayment, whose: Option<Whose>, now_ms: i64) -> Self {
        let f = &p.facts;
        let money = |minor| amount(minor, f.currency);
        Self {
            id: p.id.clone(),
            at: When::ago(p.at_ms(), now_ms),
            status: Badge { look: f.status.as_str(), words: status_words(f.status).to_owned() },
            gross: money(f.gross_minor),
            refunded: money(f.refunded_minor),
            lost: money(f.lost_minor),
            at_risk: money(f.at_risk_minor),
            // What came in and went back again leaves a plain 0.
            net: f.currency.filter(|_| f.gross_minor != 0).map(|c| Money::new(f.net_minor, c).to_string()),
            currency: f.currency.map(|c| c.to_string().to_uppercase()).unwrap_or_default(),
            method: f.method.as_deref().map(method),
            failure: f.failure.clone(),
            whose,
            matched_by: p.matched_by.map(matched_words),
            linked_by_hand: p.matched_by == Some(MatchedBy::Manual),
            email: f.evidence.email.clone(),
            stripe: StripeId::of(app, &p.id, f.livemode),
        }
    }
}
