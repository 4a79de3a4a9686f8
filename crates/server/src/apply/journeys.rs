//! Step 3: journeys whose payments, marks or override changed are judged again, and each change of outcome gets its
//! row of history.

use super::{Change, Context};
use crate::ids::IdKind;
use ledger::journey::{JourneyPayment, OpenedCheckout};
use ledger::{JourneyFacts, Judgement, Money, Outcome, OutcomeSource, Payment, judge, note};
use std::collections::{BTreeMap, BTreeSet};
use store::checkouts::{self, StoredCheckout};
use store::history::{self, HistoryRow};
use store::journeys::{self, StoredJourney};
use store::payments::{self, StoredPayment};
use store::{Conn, Result};

/// All that the outcomes of some journeys depend on.
pub struct Facts {
    /// The journeys.
    pub journeys: Vec<StoredJourney>,
    payments: BTreeMap<String, Vec<StoredPayment>>,
    checkouts: BTreeMap<String, Vec<StoredCheckout>>,
}

impl Facts {
    /// Loads them.
    pub async fn load(conn: &mut Conn, ids: &BTreeSet<String>) -> Result<Self> {
        let ids: Vec<String> = ids.iter().cloned().collect();
        let mut facts = Self {
            journeys: journeys::by_ids(conn, ids.clone()).await?,
            payments: BTreeMap::new(),
            checkouts: BTreeMap::new(),
        };
        for payment in payments::by_journeys(conn, ids.clone()).await? {
            let journey_id = payment.journey_id.clone().unwrap_or_default();
            facts.payments.entry(journey_id).or_default().push(payment);
        }
        for checkout in checkouts::by_journeys(conn, ids).await? {
            facts.checkouts.entry(checkout.journey_id.clone()).or_default().push(checkout);
        }
        Ok(facts)
    }

    /// What the ledger says of one of them.
    pub fn judge(&self, journey: &StoredJourney) -> Judgement {
        let checkouts = self.checkouts.get(&journey.id).map_or(&[][..], Vec::as_slice);
        let of_session = |id: &String| checkouts.iter().find(|c| c.session_id == *id);
        let expected = |p: &StoredPayment| -> Money {
            let frozen = p.facts.evidence.session_ids.iter().find_map(of_session);
            frozen.map_or(journey.price, |c| c.price)
        };
        let payments: Vec<JourneyPayment<'_>> = self
            .payments_of(&journey.id)
            .iter()
            .map(|p| JourneyPayment { id: &p.id, payment: &p.facts, expected: expected(p) })
            .collect();
        let opened: Vec<OpenedCheckout> = checkouts
            .iter()
            .map(|c| OpenedCheckout { session_id: c.session_id.clone(), opened_at_ms: c.opened_at_ms })
            .collect();
        judge(&JourneyFacts {
            price: journey.price,
            payments: &payments,
            opened: &opened,
            mark: journey.mark.as_ref(),
            pinned: journey.pinned.as_ref(),
        })
    }

    fn payments_of(&self, journey_id: &str) -> &[StoredPayment] {
        self.payments.get(journey_id).map_or(&[], Vec::as_slice)
    }

    fn payment(&self, journey_id: &str, payment_id: Option<&str>) -> Option<&Payment> {
        let mut all = self.payments_of(journey_id).iter();
        all.find(|p| Some(p.id.as_str()) == payment_id).map(|p| &p.facts)
    }
}

/// Judges journeys again after their payments changed. Writes and returns what changed.
pub async fn rejudge(conn: &mut Conn, context: &Context, ids: &BTreeSet<String>) -> Result<Vec<Change>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let facts = Facts::load(conn, ids).await?;
    let now_ms = context.clock.now_ms();
    let (mut before, mut dirty, mut rows, mut changes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for journey in &facts.journeys {
        let judgement = facts.judge(journey);
        if judgement == journey.judgement {
            continue;
        }
        let mut now = journey.clone();
        if judgement.outcome != journey.judgement.outcome {
            now.history_count += 1;
            let payment = facts.payment(&journey.id, judgement.payment_id.as_deref());
            rows.push(automatic_row(context, &now, journey.judgement.outcome, &judgement, payment));
        }
        now.judgement = judgement;
        now.changed_at_ms = now_ms;
        changes.push(change(&now, "payment"));
        before.push(journey.clone());
        dirty.push(now);
    }
    journeys::replace(conn, &before, &dirty).await?;
    history::insert(conn, &rows).await?;
    Ok(changes)
}

fn automatic_row(
    context: &Context,
    journey: &StoredJourney,
    from: Outcome,
    judgement: &Judgement,
    payment: Option<&Payment>,
) -> HistoryRow {
    HistoryRow {
        seq: journey.history_count,
        id: context.ids.make(IdKind::History),
        journey_id: journey.id.clone(),
        at_ms: context.clock.now_ms(),
        from,
        to: judgement.outcome,
        source: judgement.source,
        event_id: judgement.told.as_ref().map(|told| told.event_id.clone()),
        actor: None,
        note: note::automatic(from, judgement, payment),
        outranked: false,
    }
}

/// What a person did to a journey's outcome.
pub struct Said<'a> {
    /// `mark`, `override`, `release` or `undo`.
    pub change: &'static str,
    /// Who.
    pub actor: &'a str,
    /// For the history.
    pub note: String,
}

/// Judges a journey whose mark or override `journey` already carries. Always writes a row of history: a person's word
/// is kept even when it changes nothing.
pub async fn record(
    conn: &mut Conn,
    context: &Context,
    mut journey: StoredJourney,
    said: Said<'_>,
) -> Result<(StoredJourney, Change)> {
    let facts = Facts::load(conn, &BTreeSet::from([journey.id.clone()])).await?;
    let from = journey.judgement.outcome;
    journey.judgement = facts.judge(&journey);
    journey.history_count += 1;
    journey.changed_at_ms = context.clock.now_ms();
    let row = said_row(context, &journey, from, &said);
    journeys::replace(conn, &facts.journeys, std::slice::from_ref(&journey)).await?;
    history::insert(conn, &[row]).await?;
    let change = change(&journey, said.change);
    Ok((journey, change))
}

/// The row of history about what a person said of a journey, which carries it already.
pub(super) fn said_row(
    context: &Context,
    journey: &StoredJourney,
    from: Outcome,
    said: &Said<'_>,
) -> HistoryRow {
    let source = match said.change {
        "mark" => OutcomeSource::Mark,
        "override" => OutcomeSource::Override,
        _ => journey.judgement.source,
    };
    HistoryRow {
        seq: journey.history_count,
        id: context.ids.make(IdKind::History),
        journey_id: journey.id.clone(),
        at_ms: journey.changed_at_ms,
        from,
        to: journey.judgement.outcome,
        source,
        event_id: None,
        actor: Some(said.actor.to_owned()),
        note: said.note.clone(),
        outranked: said.change == "mark" && journey.judgement.source != OutcomeSource::Mark,
    }
}

/// What the live stream tells of a journey.
pub fn change(journey: &StoredJourney, change: &'static str) -> Change {
    Change {
        journey_id: journey.id.clone(),
        outcome: journey.judgement.outcome,
        payment_status: journey.judgement.payment_status,
        change,
    }
}
