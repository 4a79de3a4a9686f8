//! Step 1: what events said about objects goes into their snapshots, and objects that belong together get the same
//! payment.
//!
//! Each object hangs on at most one parent (`ledger::Object::parent`, or another object's claim), the best of all that
//! were ever named. So a payment's objects form a tree, its root's id is the payment's id, and the shape of the tree
//! does not depend on the order of arrival. An object that is only mentioned gets a row without facts.

use super::Touched;
use ledger::{Observation, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use store::snapshots::{self, StoredSnapshot};
use store::{Conn, Result};

/// dispute → charge → intent, session → invoice → charge → intent: no tree is deeper.
const DEPTH_MAX: usize = 8;

/// A payment's objects after a batch, by payment.
pub type Trees = BTreeMap<String, Vec<StoredSnapshot>>;

/// Merges observations into the stored snapshots. Returns the trees they touched.
pub async fn absorb(conn: &mut Conn, observations: Vec<Observation>) -> Result<(Touched, Trees)> {
    let mut forest = Forest::load(conn, &observations).await?;
    for observation in observations {
        forest.add(observation);
    }
    forest.find_roots();
    let dirty = forest.dirty();
    let touched = forest.touched(&dirty);
    snapshots::upsert(conn, dirty).await?;
    let trees = forest.into_trees(&touched);
    Ok((touched, trees))
}

/// Rows by id, as they were and as they become.
struct Forest {
    before: BTreeMap<String, StoredSnapshot>,
    now: BTreeMap<String, StoredSnapshot>,
}

impl Forest {
    async fn load(conn: &mut Conn, observations: &[Observation]) -> Result<Self> {
        let ids: BTreeSet<String> = observations.iter().flat_map(mentioned).collect();
        let direct = snapshots::by_ids(conn, ids.into_iter().collect()).await?;
        let payments: BTreeSet<String> = direct.iter().map(|s| s.payment_id.clone()).collect();
        let whole = if payments.is_empty() {
            Vec::new()
        } else {
            snapshots::by_payments(conn, payments.into_iter().collect()).await?
        };
        let before: BTreeMap<_, _> = whole.into_iter().map(|s| (s.id.clone(), s)).collect();
        Ok(Self { now: before.clone(), before })
    }

    fn row(&mut self, id: &str) -> &mut StoredSnapshot {
        self.now.entry(id.to_owned()).or_insert_with(|| StoredSnapshot {
            id: id.to_owned(),
            parent_id: None,
            payment_id: id.to_owned(),
            facts: None,
        })
    }

    fn add(&mut self, observation: Observation) {
        let id = observation.id.clone();
        let object = &observation.version.object;
        let own = object.parent().map(|parent| (&id, parent));
        let claims = object.claims(&id).into_iter();
        let hung: Vec<_> = own.into_iter().chain(claims).map(|(a, b)| (a.clone(), b.clone())).collect();
        let row = self.row(&id);
        let told = Snapshot::new(observation);
        row.facts = Some(match row.facts.take() {
            Some(known) => known.merge(told),
            None => told,
        });
        for (child, parent) in hung {
            self.hang(&child, &parent);
        }
    }

    /// Notes that `child` belongs to `parent`, unless a better parent is known.
    fn hang(&mut self, child: &str, parent: &str) {
        if child == parent {
            return;
        }
        self.row(parent);
        let row = self.row(child);
        let better = row.parent_id.as_deref().is_none_or(|known| rank(parent) < rank(known));
        if better {
            row.parent_id = Some(parent.to_owned());
        }
    }

    fn root<'a>(&'a self, id: &'a str) -> &'a str {
        let mut at = id;
        for _ in 0..DEPTH_MAX {
            match self.now.get(at).and_then(|row| row.parent_id.as_deref()) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    fn find_roots(&mut self) {
        let roots = self.now.iter().map(|(id, row)| (id, self.root(id), row));
        let moved = roots.filter(|(_, root, row)| row.payment_id != *root);
        let moved: Vec<_> = moved.map(|(id, root, _)| (id.clone(), root.to_owned())).collect();
        for (id, root) in moved {
            self.row(&id).payment_id = root;
        }
    }

    fn dirty(&self) -> Vec<&StoredSnapshot> {
        self.now.values().filter(|row| self.before.get(&row.id) != Some(row)).collect()
    }

    fn touched(&self, dirty: &[&StoredSnapshot]) -> Touched {
        let mut touched = Touched::default();
        for row in dirty {
            touched.payments.insert(row.payment_id.clone());
            let was = self.before.get(&row.id).map(|before| &before.payment_id);
            if let Some(was) = was.filter(|was| **was != row.payment_id) {
                touched.payments.insert(was.clone());
                if self.now.get(was).is_some_and(|old_root| old_root.payment_id != *was) {
                    touched.moved.insert(was.clone(), row.payment_id.clone());
                }
            }
        }
        touched
    }

    /// Of the payments that were touched.
    fn into_trees(self, touched: &Touched) -> Trees {
        let mut trees = Trees::new();
        for (_, row) in self.now {
            if touched.payments.contains(&row.payment_id) {
                trees.entry(row.payment_id.clone()).or_default().push(row);
            }
        }
        trees
    }
}

/// Every object an observation names.
fn mentioned(observation: &Observation) -> Vec<String> {
    let object = &observation.version.object;
    let claims = object.claims(&observation.id);
    let claimed = claims.into_iter().flat_map(|(child, parent)| [child, parent]);
    let all = object.parent().into_iter().chain(claimed).chain([&observation.id]);
    all.cloned().collect()
}

/// Which parent is the better one: an intent, then a charge, then an invoice; then the lower id.
fn rank(id: &str) -> (u8, &str) {
    let kind = match id.split_once('_').map_or("", |(prefix, _)| prefix) {
        "pi" => 0,
        "ch" | "py" => 1,
        "in" => 2,
        _ => 3,
    };
    (kind, id)
}

/// Loads whole trees, for recomputing without new observations.
pub async fn trees(conn: &mut Conn, payment_ids: &BTreeSet<String>) -> Result<Trees> {
    let mut trees = Trees::new();
    if !payment_ids.is_empty() {
        for row in snapshots::by_payments(conn, payment_ids.iter().cloned().collect()).await? {
            trees.entry(row.payment_id.clone()).or_default().push(row);
        }
    }
    Ok(trees)
}
