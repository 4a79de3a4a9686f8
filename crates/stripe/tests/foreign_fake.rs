//! Our client against a Stripe that somebody else imitated: localstripe, from PyPI, unmodified. It has no checkout and no
//! disputes; its lists, paging, events and refunds are what is compared.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use ledger::{Snapshot, fold};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use stripe::Asked;
use stripe::api::{Api, ApiConfig, ApiError, ListKind, ListQuery, SecretKey};

/// Fewer than there are, so that lists have several pages.
const PAGE: usize = 3;

#[derive(Deserialize)]
struct Holds {
    base: String,
    payments: Vec<String>,
    refunds: Vec<String>,
}

/// Ends with this value: its standard input closes.
struct Fake {
    child: Child,
    holds: Holds,
}

impl Fake {
    fn start() -> Option<Self> {
        let python = common::interpreter("foreign_fake")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign_fake.py");
        let mut command = Command::new(python);
        let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let holds =
            serde_json::from_str(&line).expect("foreign_fake.py says where it listens; its error is above");
        Some(Self { child, holds })
    }

    fn api(&self) -> Api {
        Api::new(ApiConfig::new(&self.holds.base, SecretKey::new("sk_test_123"), || 0.5)).unwrap()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

async fn all(api: &Api, kind: ListKind) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        let starting_after = found.last().map(|(id, _)| id.clone());
        let page =
            api.list(kind, &ListQuery { starting_after, limit: Some(PAGE), ..ListQuery::default() }).await;
        let page = page.unwrap();
        found.extend(page.items.into_iter().map(|item| (item.id, item.json.get().to_owned())));
        if !page.has_more {
            return found;
        }
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

/// One test, since localstripe keeps what it holds in one file for all that run.
#[tokio::test]
async fn localstripe_is_understood() {
    let Some(fake) = Fake::start() else { return };
    let api = fake.api();
    for (kind, want) in [(ListKind::Intents, &fake.holds.payments), (ListKind::Refunds, &fake.holds.refunds)]
    {
        let found = all(&api, kind).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(sorted(found), sorted(want.clone()), "{kind:?}");
    }
    let one = api.object(ListKind::Intents, &fake.holds.payments[0]).await.unwrap();
    assert!(one.json.contains(&fake.holds.payments[0]));
    let none = api.object(ListKind::Intents, "pi_none").await;
    assert!(matches!(none, Err(ApiError::NotFound(_))), "{none:?}");
    assert_eq!(totals(&api, &fake.holds.payments).await, (7 * 5000, 5000 + 1200));
}

/// What its events and refunds say (it has no events of refunds), folded: captured and given back.
async fn totals(api: &Api, payments: &[String]) -> (i64, i64) {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    bodies.extend(all(api, ListKind::Events).await.into_iter().map(|(_, json)| json.into_bytes()));
    for (_, json) in all(api, ListKind::Refunds).await {
        let asked = Asked { at_s: 4_000_000_000, livemode: false, account: None, told: None };
        bodies.push(stripe::wrap(&json, &asked).expect("an object").body);
    }
    let mut snapshots: BTreeMap<String, Snapshot> = BTreeMap::new();
    for said in bodies.iter().flat_map(|body| stripe::observe(body, 0).unwrap()) {
        let id = said.id.clone();
        let told = Snapshot::new(said);
        let merged = match snapshots.remove(&id) {
            Some(known) => known.merge(told),
            None => told,
        };
        snapshots.insert(id, merged);
    }
    let root = |id: &String| {
        let mut at = id;
        while let Some(parent) = snapshots.get(at).and_then(|s| s.current().object.parent()) {
            at = parent;
        }
        at.clone()
    };
    let mut trees: BTreeMap<String, Vec<(&String, &Snapshot)>> = BTreeMap::new();
    for (id, snapshot) in &snapshots {
        trees.entry(root(id)).or_default().push((id, snapshot));
    }
    let folded = payments.iter().map(|id| fold(&trees[id]).expect("a payment"));
    folded.fold((0, 0), |sum, p| (sum.0 + p.gross_minor, sum.1 + p.refunded_minor))
}
