//! Groups observations into payments, as the store does: every object hangs on the best parent that anything ever
//! named, and a payment is the tree below a root.

use ledger::{Observation, Payment, Snapshot, fold};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Forest {
    pub(crate) snapshots: BTreeMap<String, Snapshot>,
    parents: BTreeMap<String, String>,
}

/// Intents before charges before invoices before sessions before subscriptions, then the lower id.
fn rank(id: &str) -> (usize, &str) {
    let kinds = ["pi", "ch", "py", "in", "cs", "sub"];
    let prefix = id.split('_').next().unwrap_or("");
    let kind = kinds.iter().position(|kind| *kind == prefix).unwrap_or(kinds.len());
    (if kind == 2 { 1 } else { kind }, id)
}

impl Forest {
    pub(crate) fn add(&mut self, observation: Observation) {
        let id = observation.id.clone();
        let object = &observation.version.object;
        let own = object.parent().map(|parent| (&id, parent));
        let named: Vec<(String, String)> =
            own.into_iter().chain(object.claims(&id)).map(|(a, b)| (a.clone(), b.clone())).collect();
        for (child, parent) in named {
            self.hang(child, parent);
        }
        self.join(id, Snapshot::new(observation));
    }

    fn join(&mut self, id: String, told: Snapshot) {
        let joined = match self.snapshots.remove(&id) {
            Some(known) => known.merge(told),
            None => told,
        };
        self.snapshots.insert(id, joined);
    }

    fn hang(&mut self, child: String, parent: String) {
        if child == parent {
            return;
        }
        match self.parents.get_mut(&child) {
            Some(known) if rank(known) <= rank(&parent) => {}
            Some(known) => *known = parent,
            None => {
                self.parents.insert(child, parent);
            }
        }
    }

    /// What two halves of the facts say together.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (id, snapshot) in other.snapshots {
            self.join(id, snapshot);
        }
        for (child, parent) in other.parents {
            self.hang(child, parent);
        }
        self
    }

    fn root<'a>(&'a self, id: &'a str) -> &'a str {
        let mut at = id;
        for _ in 0..8 {
            match self.parents.get(at) {
                Some(parent) => at = parent,
                None => return at,
            }
        }
        panic!("{id} hangs in a circle");
    }

    pub(crate) fn payments(&self) -> BTreeMap<String, Payment> {
        let mut members: BTreeMap<&str, Vec<(&String, &Snapshot)>> = BTreeMap::new();
        for (id, snapshot) in &self.snapshots {
            members.entry(self.root(id)).or_default().push((id, snapshot));
        }
        let folded = members.into_iter().filter_map(|(root, of)| Some((root.to_owned(), fold(&of)?)));
        folded.collect()
    }
}
