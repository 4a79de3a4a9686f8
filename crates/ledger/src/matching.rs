//! Whose payment is it? The correlation ladder of SPEC H5 and 9.8, as pure functions of all that is known.
//!
//! The *strong* rungs name a journey: its id in metadata, our own checkout, the client reference. The *weak* ones name
//! only a client or customer, and match when exactly one journey can be meant. [`assign`] settles the weak ones of a
//! group of clients together, in Stripe's order of time, so that the order of arrival cannot matter.

use crate::object::{Object, ObjectId};
use crate::snapshot::Snapshot;
use crate::status::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// How a payment found its journey.
    MatchedBy {
        /// `journeyId` in the metadata.
        JourneyMetadata = "journey_metadata",
        /// A Checkout Session that we opened.
        Checkout = "checkout",
        /// `client_reference_id` of the session.
        ClientReference = "client_reference",
        /// `clientId` in the metadata.
        ClientMetadata = "client_metadata",
        /// The Stripe customer.
        Customer = "customer",
        /// A person linked it.
        Manual = "manual",
    }
}

/// What a payment's objects say about whose it is. Where several disagree, the first in the order session, intent,
/// charge, invoice counts, then the lower id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// `journeyId` metadata, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub journey_ids: Vec<String>,
    /// The sessions themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub session_ids: Vec<String>,
    /// `client_reference_id`s.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_references: Vec<String>,
    /// `clientId` metadata.
    pub client_id: Option<String>,
    /// Stripe customer.
    pub customer: Option<String>,
    /// E-mail address: only ever suggests.
    pub email: Option<String>,
    /// `contentVersionId` metadata.
    pub content_version_id: Option<String>,
    /// `hypothesisId` metadata.
    pub hypothesis_id: Option<String>,
}

impl Evidence {
    /// Collects from all members of a payment; `members` ascending by id.
    pub(crate) fn gather(members: &[(&ObjectId, &Snapshot)]) -> Self {
        let mut evidence = Self::default();
        let mut ordered: Vec<_> =
            members.iter().map(|(id, s)| (rank(&s.current().object), *id, *s)).collect();
        ordered.sort_by_key(|&(rank, id, _)| (rank, id));
        for (_, id, snapshot) in ordered {
            evidence.add(id, &snapshot.current().object);
        }
        evidence
    }

    fn add(&mut self, id: &ObjectId, object: &Object) {
        if let Object::Session(session) = object {
            self.session_ids.push(id.clone());
            self.client_references.extend(session.client_reference_id.clone());
        }
        let Some(tags) = object.tags() else { return };
        if let Some(journey) = &tags.journey_id
            && !self.journey_ids.contains(journey)
        {
            self.journey_ids.push(journey.clone());
        }
        let keep = |slot: &mut Option<String>, value: &Option<String>| {
            if slot.is_none() {
                slot.clone_from(value);
            }
        };
        keep(&mut self.client_id, &tags.client_id);
        keep(&mut self.customer, &tags.customer);
        keep(&mut self.email, &tags.email);
        keep(&mut self.content_version_id, &tags.content_version_id);
        keep(&mut self.hypothesis_id, &tags.hypothesis_id);
    }

    /// The strong rungs. `is_journey` says whether an id is a journey of the payment's mode, `of_checkout` which
    /// journey a session was opened for.
    pub fn strong(
        &self,
        is_journey: impl Fn(&str) -> bool,
        of_checkout: impl Fn(&str) -> Option<String>,
    ) -> Option<(MatchedBy, String)> {
        let known = |ids: &[String]| ids.iter().find(|id| is_journey(id)).cloned();
        known(&self.journey_ids)
            .map(|id| (MatchedBy::JourneyMetadata, id))
            .or_else(|| {
                let mut ours = self.session_ids.iter().filter_map(|id| of_checkout(id));
                ours.find(|id| is_journey(id)).map(|id| (MatchedBy::Checkout, id))
            })
            .or_else(|| known(&self.client_references).map(|id| (MatchedBy::ClientReference, id)))
    }
}

fn rank(object: &Object) -> u8 {
    match object {
        Object::Session(_) => 0,
        Object::Intent(_) => 1,
        Object::Charge(_) => 2,
        Object::Invoice(_) => 3,
        _ => 4,
    }
}

/// A journey that a weak payment could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `jrn_…`
    pub journey_id: String,
    /// `cli_…`
    pub client_id: String,
    /// The client's Stripe customer.
    pub customer: Option<String>,
    /// Unix ms.
    pub started_at_ms: i64,
    /// Live or test.
    pub livemode: bool,
    /// A strongly matched or hand-linked payment has paid it.
    pub paid: bool,
}

/// A payment that no strong rung matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weak {
    /// `pi_…`
    pub payment_id: String,
    /// `clientId` metadata.
    pub client_id: Option<String>,
    /// Stripe customer.
    pub customer: Option<String>,
    /// When it happened, Unix seconds.
    pub happened_at_s: i64,
    /// Its money arrived.
    pub captured: bool,
    /// Live or test.
    pub livemode: bool,
}

/// What became of one weak payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The one journey it must mean.
    pub matched: Option<(MatchedBy, String)>,
    /// When not matched: the journeys it could mean, and why.
    pub suggestions: Vec<Suggestion>,
}

/// A journey that a person may want to link an unmatched payment to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// `jrn_…`
    pub journey_id: String,
    /// `cli_…`
    pub client_id: String,
    /// In words.
    pub why: String,
}

/// Settles the weak payments of one group of clients. A journey is a candidate when it was started before the
/// payment, has the same mode, and no strong or earlier weak payment has paid it.
pub fn assign(journeys: &[Candidate], payments: &[Weak]) -> BTreeMap<String, Assignment> {
    let mut paid: BTreeSet<&str> =
        journeys.iter().filter(|j| j.paid).map(|j| j.journey_id.as_str()).collect();
    let groups = Groups::new(journeys);
    let mut ordered: Vec<&Weak> = payments.iter().collect();
    ordered.sort_by_key(|p| (p.happened_at_s, &p.payment_id));
    let mut result = BTreeMap::new();
    for payment in ordered {
        let (rung, meant) = groups.meant(payment);
        let (matched, suggestions) = choose(rung, meant, &paid, payment);
        if let Some(journey) = matched.filter(|_| payment.captured) {
            paid.insert(&journey.journey_id);
        }
        let matched = matched.map(|journey| (rung, journey.journey_id.clone()));
        result.insert(payment.payment_id.clone(), Assignment { matched, suggestions });
    }
    result
}

/// Journeys by whom a payment may name, since a batch names many and looks for each.
struct Groups<'a> {
    of_client: BTreeMap<&'a str, Vec<&'a Candidate>>,
    of_customer: BTreeMap<&'a str, Vec<&'a Candidate>>,
}

impl<'a> Groups<'a> {
    fn new(journeys: &'a [Candidate]) -> Self {
        let mut groups = Self { of_client: BTreeMap::new(), of_customer: BTreeMap::new() };
        for journey in journeys {
            groups.of_client.entry(&journey.client_id).or_default().push(journey);
            if let Some(customer) = &journey.customer {
                groups.of_customer.entry(customer).or_default().push(journey);
            }
        }
        groups
    }

    /// A client that is known but has nothing left to pay is no reason to pay another client's journey.
    fn meant(&self, payment: &Weak) -> (MatchedBy, &[&'a Candidate]) {
        let of_client = payment.client_id.as_deref().and_then(|id| self.of_client.get(id));
        if let Some(journeys) = of_client {
            return (MatchedBy::ClientMetadata, journeys);
        }
        let of_customer = payment.customer.as_deref().and_then(|id| self.of_customer.get(id));
        (MatchedBy::Customer, of_customer.map_or(&[], Vec::as_slice))
    }
}

/// The only journey that can be meant, or all that can.
fn choose<'a>(
    rung: MatchedBy,
    meant: &[&'a Candidate],
    paid: &BTreeSet<&str>,
    payment: &Weak,
) -> (Option<&'a Candidate>, Vec<Suggestion>) {
    // Stripe's second may have begun before the journey's millisecond.
    let until_ms = payment.happened_at_s.saturating_mul(1000).saturating_add(999);
    let open = |j: &&&Candidate| {
        j.livemode == payment.livemode && j.started_at_ms <= until_ms && !paid.contains(j.journey_id.as_str())
    };
    let why = match rung {
        MatchedBy::ClientMetadata => "one of several unpaid journeys of the client it names",
        _ => "one of several unpaid journeys of its Stripe customer",
    };
    let candidates: Vec<&Candidate> = meant.iter().filter(open).copied().collect();
    match candidates.as_slice() {
        [only] => (Some(*only), Vec::new()),
        several => (None, several.iter().map(|j| suggest(j, why)).collect()),
    }
}

fn suggest(journey: &Candidate, why: &str) -> Suggestion {
    Suggestion {
        journey_id: journey.journey_id.clone(),
        client_id: journey.client_id.clone(),
        why: why.to_owned(),
    }
}
