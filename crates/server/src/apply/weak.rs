//! The weak rungs of the ladder: payments that name only a client or a customer.
//!
//! Which journey such a payment means depends on all other payments of the same clients, so they are settled together
//! and anew whenever one of them changes (`ledger::matching::assign`): the order of arrival cannot matter.

use super::{hints, matching};
use ledger::matching::{Assignment, Candidate, Suggestion, Weak, assign};
use std::collections::{BTreeMap, BTreeSet};
use store::clients::{self, StoredClient};
use store::journeys;
use store::payments::{self, HintKind, StoredPayment};
use store::{Conn, Result};

/// Rounds of "which clients do these payments name, which payments name these clients"; real data needs one or two.
const ROUNDS_MAX: usize = 8;
/// Journeys suggested for one payment because its e-mail address fits.
const SUGGESTIONS_MAX: usize = 10;

/// Settles the weak payments around a batch. Returns the journeys that won or lost a payment.
pub async fn settle(
    conn: &mut Conn,
    before: &BTreeMap<String, StoredPayment>,
    batch: Vec<StoredPayment>,
) -> Result<BTreeSet<String>> {
    // A strong payment that has just arrived, or left, may decide which journey a weak one means.
    let paid = |p: Option<&StoredPayment>| p.filter(|p| p.facts.captured).and_then(|p| p.journey_id.clone());
    let moved = batch.iter().filter(|p| paid(Some(p)) != paid(before.get(&p.id)));
    let journeys: BTreeSet<String> =
        moved.flat_map(|p| [paid(Some(p)), paid(before.get(&p.id))]).flatten().collect();
    let mut scope = Scope::default();
    scope.add_clients_of(conn, journeys).await?;
    let unsettled = batch.into_iter().filter(|p| p.matched_by.is_none_or(hints::is_weak) && settleable(p));
    scope.payments.extend(unsettled.map(|p| (p.id.clone(), p)));
    scope.settle(conn).await
}

/// Settles everything that a client's record could decide: called when it, or a journey of it, arrives.
pub async fn settle_client(conn: &mut Conn, client_id: &str) -> Result<BTreeSet<String>> {
    let mut scope = Scope::default();
    scope.add_clients(clients::by_ids(conn, vec![client_id.to_owned()]).await?);
    let emails = scope.clients.values().map(|c| c.email.clone()).collect();
    let suggesting = payments::hinted(conn, HintKind::Email, emails).await?;
    let mut found = payments::by_ids(conn, suggesting).await?;
    // What the record said before may have matched payments that it does not name any more.
    let journeys = journeys::by_clients(conn, vec![client_id.to_owned()]).await?;
    let matched = payments::by_journeys(conn, journeys.into_iter().map(|j| j.id).collect()).await?;
    found.extend(matched.into_iter().filter(|p| p.matched_by.is_some_and(hints::is_weak)));
    scope.payments.extend(found.into_iter().map(|p| (p.id.clone(), p)));
    scope.settle(conn).await
}

/// A payment that names nobody, and was given nothing before, stays as it is.
fn settleable(payment: &StoredPayment) -> bool {
    let evidence = &payment.facts.evidence;
    let names =
        evidence.customer.is_some() || evidence.email.is_some() || hints::weak_client(payment).is_some();
    names || payment.matched_by.is_some() || !payment.suggestions.is_empty()
}

#[derive(Default)]
struct Scope {
    clients: BTreeMap<String, StoredClient>,
    payments: BTreeMap<String, StoredPayment>,
}

impl Scope {
    fn add_clients(&mut self, clients: Vec<StoredClient>) {
        self.clients.extend(clients.into_iter().map(|c| (c.id.clone(), c)));
    }

    async fn add_clients_of(&mut self, conn: &mut Conn, journey_ids: BTreeSet<String>) -> Result<()> {
        if journey_ids.is_empty() {
            return Ok(());
        }
        let journeys = journeys::by_ids(conn, journey_ids.into_iter().collect()).await?;
        let ids: BTreeSet<String> = journeys.into_iter().map(|j| j.client_id).collect();
        let found = clients::by_ids(conn, ids.into_iter().collect()).await?;
        self.add_clients(found);
        Ok(())
    }

    async fn settle(mut self, conn: &mut Conn) -> Result<BTreeSet<String>> {
        for _ in 0..ROUNDS_MAX {
            let size = (self.clients.len(), self.payments.len());
            self.grow(conn).await?;
            if size == (self.clients.len(), self.payments.len()) {
                break;
            }
        }
        if self.payments.is_empty() {
            return Ok(BTreeSet::new());
        }
        let candidates = self.candidates(conn).await?;
        let weak: Vec<Weak> = self.payments.values().map(weak).collect();
        let assignments = assign(&candidates, &weak);
        let suggestions = self.by_email(conn, &assignments).await?;
        self.write(conn, assignments, suggestions).await
    }

    /// Adds the clients that the payments name, and the weak payments that name the clients.
    async fn grow(&mut self, conn: &mut Conn) -> Result<()> {
        let named: BTreeSet<String> = self.payments.values().filter_map(hints::weak_client).collect();
        let unknown: Vec<String> = named.into_iter().filter(|id| !self.clients.contains_key(id)).collect();
        let customers: BTreeSet<String> =
            self.payments.values().filter_map(|p| p.facts.evidence.customer.clone()).collect();
        if !unknown.is_empty() {
            let found = clients::by_ids(conn, unknown).await?;
            self.add_clients(found);
        }
        if !customers.is_empty() {
            let found = clients::by_customers(conn, customers.into_iter().collect()).await?;
            self.add_clients(found);
        }
        if self.clients.is_empty() {
            return Ok(());
        }
        let ids = self.clients.keys().cloned().collect();
        let customers: BTreeSet<String> =
            self.clients.values().filter_map(|c| c.stripe_customer_id.clone()).collect();
        let mut naming = payments::hinted(conn, HintKind::Client, ids).await?;
        if !customers.is_empty() {
            naming.extend(payments::hinted(conn, HintKind::Customer, customers.into_iter().collect()).await?);
        }
        naming.retain(|id| !self.payments.contains_key(id));
        if !naming.is_empty() {
            let found = payments::by_ids(conn, naming).await?;
            self.payments.extend(found.into_iter().map(|p| (p.id.clone(), p)));
        }
        Ok(())
    }

    async fn candidates(&self, conn: &mut Conn) -> Result<Vec<Candidate>> {
        if self.clients.is_empty() {
            return Ok(Vec::new());
        }
        let journeys = journeys::by_clients(conn, self.clients.keys().cloned().collect()).await?;
        let ids = journeys.iter().map(|j| j.id.clone()).collect();
        let strong = payments::by_journeys(conn, ids).await?;
        let strong = strong.iter().filter(|p| p.facts.captured && !p.matched_by.is_none_or(hints::is_weak));
        let paid: BTreeSet<&String> = strong.filter_map(|p| p.journey_id.as_ref()).collect();
        let candidate = |j: &journeys::StoredJourney| Candidate {
            journey_id: j.id.clone(),
            client_id: j.client_id.clone(),
            customer: self.clients.get(&j.client_id).and_then(|c| c.stripe_customer_id.clone()),
            started_at_ms: j.started_at_ms,
            livemode: j.livemode,
            paid: paid.contains(&j.id),
        };
        Ok(journeys.iter().map(candidate).collect())
    }

    /// Journeys whose client has the payment's address, for payments that nothing else could place.
    async fn by_email(
        &self,
        conn: &mut Conn,
        assignments: &BTreeMap<String, Assignment>,
    ) -> Result<BTreeMap<String, Vec<Suggestion>>> {
        let open =
            |id: &String| assignments.get(id).is_none_or(|a| a.matched.is_none() && a.suggestions.is_empty());
        let lost = self.payments.values().filter(|p| open(&p.id));
        let emails: BTreeMap<&String, String> =
            lost.filter_map(|p| Some((&p.id, p.facts.evidence.email.as_ref()?.to_lowercase()))).collect();
        if emails.is_empty() {
            return Ok(BTreeMap::new());
        }
        let unique: BTreeSet<String> = emails.values().cloned().collect();
        let found = clients::by_emails(conn, unique.into_iter().collect()).await?;
        let journeys = journeys::by_clients(conn, found.iter().map(|c| c.id.clone()).collect()).await?;
        let suggest = |(id, email): (&&String, &String)| {
            let same: BTreeSet<&String> = found.iter().filter(|c| c.email == *email).map(|c| &c.id).collect();
            let livemode = self.payments[*id].facts.livemode;
            let fitting = journeys.iter().filter(|j| same.contains(&j.client_id) && j.livemode == livemode);
            let suggestions = fitting.take(SUGGESTIONS_MAX).map(|j| Suggestion {
                journey_id: j.id.clone(),
                client_id: j.client_id.clone(),
                why: "its client has the e-mail address of this payment".to_owned(),
            });
            ((*id).clone(), suggestions.collect())
        };
        Ok(emails.iter().map(suggest).collect())
    }

    async fn write(
        self,
        conn: &mut Conn,
        mut assignments: BTreeMap<String, Assignment>,
        mut by_email: BTreeMap<String, Vec<Suggestion>>,
    ) -> Result<BTreeSet<String>> {
        let mut dirty = Vec::new();
        let mut journeys = BTreeSet::new();
        for payment in self.payments.values() {
            let assignment = assignments.remove(&payment.id).unwrap_or_default();
            let (matched_by, journey_id) = assignment.matched.unzip();
            let mut suggestions = assignment.suggestions;
            suggestions.extend(by_email.remove(&payment.id).unwrap_or_default());
            let was = (payment.matched_by, &payment.journey_id, &payment.suggestions);
            if was == (matched_by, &journey_id, &suggestions) {
                continue;
            }
            let mut now = StoredPayment { matched_by, journey_id, suggestions, ..payment.clone() };
            if now.journey_id != payment.journey_id {
                (now.content_version_id, now.hypothesis_id) = (None, None);
                journeys.extend([&now.journey_id, &payment.journey_id].into_iter().flatten().cloned());
            }
            dirty.push(now);
        }
        freeze(conn, &mut dirty).await?;
        matching::save(conn, &self.payments, &dirty.iter().collect::<Vec<_>>()).await?;
        Ok(journeys)
    }
}

/// A weak match belongs to what its journey had been given when the payment happened.
async fn freeze(conn: &mut Conn, dirty: &mut [StoredPayment]) -> Result<()> {
    let ids: BTreeSet<String> = dirty.iter().filter_map(|p| p.journey_id.clone()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let given = journeys::versions(conn, ids.into_iter().collect()).await?;
    for payment in dirty.iter_mut().filter(|p| p.content_version_id.is_none()) {
        let until_ms = payment.facts.happened_at_s.saturating_mul(1000).saturating_add(999);
        let mut own = given.iter().filter(|g| Some(&g.journey_id) == payment.journey_id.as_ref());
        let first = own.clone().next();
        if let Some(then) = own.rfind(|g| g.given_at_ms <= until_ms).or(first) {
            payment.content_version_id = Some(then.content_version_id.clone());
            payment.hypothesis_id = Some(then.hypothesis_id.clone());
        }
    }
    Ok(())
}

fn weak(payment: &StoredPayment) -> Weak {
    Weak {
        payment_id: payment.id.clone(),
        client_id: hints::weak_client(payment),
        customer: payment.facts.evidence.customer.clone(),
        happened_at_s: payment.facts.happened_at_s,
        captured: payment.facts.captured,
        livemode: payment.facts.livemode,
    }
}
