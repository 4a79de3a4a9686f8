//! Step 2: each touched payment is folded from its tree and matched to a journey by the ladder of SPEC H5.

use super::objects::Trees;
use super::{Touched, hints, weak};
use ledger::{MatchedBy, Snapshot, fold};
use std::collections::{BTreeMap, BTreeSet};
use store::checkouts::{self, StoredCheckout};
use store::journeys::{self, StoredJourney};
use store::payments::{self, StoredPayment};
use store::{Conn, Result, contents, payment_totals};

/// Folds and matches payments, and writes them. Returns the journeys whose payments changed.
pub async fn refold(conn: &mut Conn, touched: &Touched, trees: &Trees) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = touched.payments.iter().cloned().collect();
    let before: BTreeMap<String, StoredPayment> =
        payments::by_ids(conn, ids).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
    let mut folded = fold_all(touched, trees);
    let known = Known::load(conn, &folded, trees).await?;
    for payment in &mut folded {
        let was = before.get(&payment.id);
        known.match_strongly(payment, &trees[&payment.id]);
        if payment.matched_by.is_none() {
            keep_weak_match(payment, was);
        }
        known.freeze(payment);
    }
    let mut changed = write(conn, &before, &folded).await?;
    changed.extend(weak::settle(conn, &before, folded).await?);
    Ok(changed)
}

fn fold_all(touched: &Touched, trees: &Trees) -> Vec<StoredPayment> {
    let present = touched.payments.iter().filter_map(|id| trees.get(id).map(|rows| (id, rows)));
    let folded = present.filter_map(|(id, rows)| {
        let members: Vec<(&String, &Snapshot)> =
            rows.iter().filter_map(|row| row.facts.as_ref().map(|facts| (&row.id, facts))).collect();
        let facts = fold(&members)?;
        Some(StoredPayment {
            id: id.clone(),
            journey_id: None,
            matched_by: None,
            content_version_id: None,
            hypothesis_id: None,
            suggestions: Vec::new(),
            facts,
        })
    });
    folded.collect()
}

/// A weak match stands until [`weak::settle`] has looked at the whole client again.
fn keep_weak_match(payment: &mut StoredPayment, was: Option<&StoredPayment>) {
    let Some(was) = was else { return };
    if was.matched_by.is_none_or(hints::is_weak) {
        payment.journey_id.clone_from(&was.journey_id);
        payment.matched_by = was.matched_by;
        payment.suggestions.clone_from(&was.suggestions);
        payment.content_version_id.clone_from(&was.content_version_id);
        payment.hypothesis_id.clone_from(&was.hypothesis_id);
    }
}

/// The records that a batch of payments could belong to.
struct Known {
    journeys: BTreeMap<String, StoredJourney>,
    checkouts: BTreeMap<String, StoredCheckout>,
    links: BTreeMap<String, String>,
    versions: BTreeMap<String, String>,
    hypotheses: BTreeSet<String>,
    given: BTreeMap<String, Vec<journeys::GivenVersion>>,
}

impl Known {
    async fn load(conn: &mut Conn, folded: &[StoredPayment], trees: &Trees) -> Result<Self> {
        let evidence = || folded.iter().map(|p| &p.facts.evidence);
        let sessions: BTreeSet<&String> = evidence().flat_map(|e| &e.session_ids).collect();
        let checkouts = if sessions.is_empty() {
            Vec::new()
        } else {
            checkouts::by_sessions(conn, sessions.into_iter().cloned().collect()).await?
        };
        let objects = folded.iter().flat_map(|p| trees[&p.id].iter().map(|row| row.id.clone()));
        let links = payments::links(conn, objects.collect()).await?;
        let named = evidence().flat_map(|e| e.journey_ids.iter().chain(&e.client_references));
        let ours = checkouts.iter().map(|c| &c.journey_id);
        let ids: BTreeSet<String> = named.chain(ours).chain(links.values()).cloned().collect();
        let rows = journeys::by_ids(conn, ids.into_iter().collect()).await?;
        let journeys: BTreeMap<_, _> = rows.into_iter().map(|j| (j.id.clone(), j)).collect();
        let mut known = Self {
            journeys,
            checkouts: checkouts.into_iter().map(|c| (c.session_id.clone(), c)).collect(),
            links,
            versions: BTreeMap::new(),
            hypotheses: BTreeSet::new(),
            given: BTreeMap::new(),
        };
        known.load_versions(conn, folded).await?;
        Ok(known)
    }

    /// Versions named in metadata are looked up only where they are not the journey's own.
    async fn load_versions(&mut self, conn: &mut Conn, folded: &[StoredPayment]) -> Result<()> {
        let own: BTreeSet<&String> =
            self.journeys.values().flat_map(|j| [&j.content_version_id, &j.hypothesis_id]).collect();
        let other = |id: &&String| !own.contains(*id);
        let evidence = || folded.iter().map(|p| &p.facts.evidence);
        let versions: BTreeSet<String> =
            evidence().filter_map(|e| e.content_version_id.as_ref()).filter(other).cloned().collect();
        let hypotheses: BTreeSet<String> =
            evidence().filter_map(|e| e.hypothesis_id.as_ref()).filter(other).cloned().collect();
        if !versions.is_empty() {
            self.versions =
                contents::version_ids(conn, versions.into_iter().collect()).await?.into_iter().collect();
        }
        if !hypotheses.is_empty() {
            let ids = hypotheses.into_iter().collect();
            self.hypotheses = contents::hypothesis_ids(conn, ids).await?.into_iter().collect();
        }
        if !self.journeys.is_empty() {
            for given in journeys::versions(conn, self.journeys.keys().cloned().collect()).await? {
                self.given.entry(given.journey_id.clone()).or_default().push(given);
            }
        }
        Ok(())
    }

    fn match_strongly(&self, payment: &mut StoredPayment, tree: &[store::snapshots::StoredSnapshot]) {
        let of_mode = |id: &str| self.journeys.get(id).is_some_and(|j| j.livemode == payment.facts.livemode);
        let linked = tree.iter().find_map(|row| self.links.get(&row.id)).filter(|id| of_mode(id));
        let by_hand = linked.map(|id| (MatchedBy::Manual, id.clone()));
        let of_checkout = |session: &str| self.checkouts.get(session).map(|c| c.journey_id.clone());
        let found = by_hand.or_else(|| payment.facts.evidence.strong(of_mode, of_checkout));
        if let Some((rung, journey_id)) = found {
            payment.matched_by = Some(rung);
            payment.journey_id = Some(journey_id);
        }
    }

    /// Which content was paid for: what its checkout froze, else what its metadata names, else what the journey had
    /// been given when the payment happened.
    fn freeze(&self, payment: &mut StoredPayment) {
        let Some(journey) = payment.journey_id.as_ref().and_then(|id| self.journeys.get(id)) else { return };
        let evidence = &payment.facts.evidence;
        let frozen = evidence.session_ids.iter().find_map(|id| self.checkouts.get(id));
        if let Some(checkout) = frozen.filter(|c| c.journey_id == journey.id) {
            payment.content_version_id = Some(checkout.content_version_id.clone());
            payment.hypothesis_id = Some(checkout.hypothesis_id.clone());
            return;
        }
        let until_ms = payment.facts.happened_at_s.saturating_mul(1000).saturating_add(999);
        let given = self.given.get(&journey.id).map_or(&[][..], Vec::as_slice);
        let then = given.iter().rev().find(|g| g.given_at_ms <= until_ms).or(given.first());
        let own_version = then.map_or(&journey.content_version_id, |g| &g.content_version_id);
        let own_hypothesis = then.map_or(&journey.hypothesis_id, |g| &g.hypothesis_id);
        let version = evidence.content_version_id.as_ref().filter(|id| {
            *id == own_version || *id == &journey.content_version_id || self.versions.contains_key(*id)
        });
        let hypothesis = evidence.hypothesis_id.as_ref().filter(|id| {
            *id == own_hypothesis || *id == &journey.hypothesis_id || self.hypotheses.contains(*id)
        });
        payment.content_version_id = Some(version.unwrap_or(own_version).clone());
        payment.hypothesis_id = Some(hypothesis.unwrap_or(own_hypothesis).clone());
    }
}

/// Writes what differs, and forgets payments that no longer exist. Returns the journeys concerned.
async fn write(
    conn: &mut Conn,
    before: &BTreeMap<String, StoredPayment>,
    folded: &[StoredPayment],
) -> Result<BTreeSet<String>> {
    let now: BTreeSet<&String> = folded.iter().map(|p| &p.id).collect();
    let gone: Vec<&StoredPayment> = before.values().filter(|p| !now.contains(&p.id)).collect();
    let dirty: Vec<&StoredPayment> = folded.iter().filter(|p| before.get(&p.id) != Some(p)).collect();
    if !gone.is_empty() {
        let hints = gone.iter().flat_map(|p| keyed(p, hints::of(p))).collect();
        payments::delete(conn, gone.iter().map(|p| p.id.clone()).collect(), hints).await?;
        let mut delta = payment_totals::Delta::default();
        for payment in &gone {
            delta.remove(payment);
        }
        payment_totals::apply(conn, delta).await?;
    }
    save(conn, before, &dirty).await?;
    let was = dirty.iter().filter_map(|p| before.get(&p.id)).chain(gone);
    Ok(was.chain(dirty.iter().copied()).filter_map(|p| p.journey_id.clone()).collect())
}

/// Writes payments, the sums they are part of and, where they changed, their hints.
pub async fn save(
    conn: &mut Conn,
    before: &BTreeMap<String, StoredPayment>,
    dirty: &[&StoredPayment],
) -> Result<()> {
    payments::upsert(conn, dirty.iter().copied()).await?;
    let mut delta = payment_totals::Delta::default();
    for payment in dirty {
        if let Some(was) = before.get(&payment.id) {
            delta.remove(was);
        }
        delta.add(payment);
    }
    payment_totals::apply(conn, delta).await?;
    let hinted =
        dirty.iter().map(|p| (*p, before.get(&p.id).map(hints::of).unwrap_or_default(), hints::of(p)));
    let changed: Vec<_> = hinted.filter(|(_, was, now)| was != now).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let (mut stale, mut fresh) = (Vec::new(), Vec::new());
    for (payment, was, now) in changed {
        stale.extend(keyed(payment, was));
        fresh.extend(keyed(payment, now));
    }
    payments::set_hints(conn, stale, fresh).await
}

/// Hints as rows of their payment.
fn keyed<K>(
    payment: &StoredPayment,
    hints: impl IntoIterator<Item = (K, String)>,
) -> impl Iterator<Item = (K, String, String)> {
    hints.into_iter().map(|(kind, value)| (kind, value, payment.id.clone()))
}
