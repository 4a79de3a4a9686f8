//! One journey as a row of the list.

use super::badge::{self, Badge, PaymentBadge};
use super::loaded::Loaded;
use crate::app::App;
use crate::pages::words::{When, duration};
use askama::Template;
use ledger::{Judgement, OutcomeSource, Payment};
use store::journeys::JourneyLine;

/// One row. Everything in it is already in words.
#[derive(Template)]
#[template(path = "journeys/row.html")]
pub(super) struct Row {
    /// `jrn_…`
    pub(super) id: String,
    /// Said to those who do not see the row change.
    pub(super) say: String,
    name: String,
    /// Company, else address.
    under_name: String,
    content: String,
    version: i64,
    outcome: Badge,
    /// Who decided it, when a person did.
    decided: Option<String>,
    payment: Option<PaymentBadge>,
    flags: Vec<Badge>,
    price: String,
    started: When,
    to_payment: Option<String>,
    /// Differs when anything about the row does.
    revision: i64,
    /// On the page, but no longer what its filters ask for.
    pub(super) misfit: bool,
}

/// Rows for `lines`, in their order; their payments are `loaded`.
pub(super) fn rows(app: &App, loaded: &Loaded, lines: Vec<JourneyLine>) -> Vec<Row> {
    let now_ms = app.context.clock.now_ms();
    let row = |line: JourneyLine| {
        let payment = loaded.payment_of(&line);
        Row::new(line, payment, now_ms)
    };
    lines.into_iter().map(row).collect()
}

impl Row {
    fn new(line: JourneyLine, payment: Option<&Payment>, now_ms: i64) -> Self {
        let JourneyLine { journey, client_name, client_email, client_company, content_name, .. } = line;
        let judgement = &journey.judgement;
        let badge = PaymentBadge::of(judgement, payment, now_ms);
        let outcome = Badge::outcome(judgement.outcome);
        Self {
            say: format!("{client_name}: {}", said(&outcome, badge.as_ref())),
            flags: badge::flags(judgement, journey.pinned.as_ref()),
            decided: decided(judgement, &journey),
            price: journey.price.to_string(),
            started: When::ago(journey.started_at_ms, now_ms),
            to_payment: judgement.paid_at_ms.map(|paid| duration(paid.saturating_sub(journey.started_at_ms))),
            revision: journey.changed_at_ms,
            id: journey.id,
            name: client_name,
            under_name: client_company.unwrap_or(client_email),
            content: content_name,
            version: line.version_number,
            outcome,
            payment: badge,
            misfit: false,
        }
    }
}

/// `paid $500.00`, or the outcome while there is no money to speak of.
fn said(outcome: &Badge, payment: Option<&PaymentBadge>) -> String {
    let words = payment.map_or_else(|| outcome.words.clone(), PaymentBadge::said);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn decided(judgement: &Judgement, journey: &store::journeys::StoredJourney) -> Option<String> {
    match judgement.source {
        OutcomeSource::Override => journey.pinned.as_ref().map(|pin| format!("pinned by {}", pin.by)),
        OutcomeSource::Mark => journey.mark.as_ref().map(|mark| format!("marked by {}", mark.by)),
        OutcomeSource::None | OutcomeSource::Payment => None,
    }
}
