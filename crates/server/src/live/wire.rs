//! How nodes tell each other of changes: JSON, in pieces that PostgreSQL passes on.

use crate::apply::{CHANGES, Change};
use ledger::{Outcome, PaymentStatus};
use serde::{Deserialize, Serialize};
use store::news::PAYLOAD_BYTES_MAX;

/// Changes of one payload: id, outcome, status and kind are under 110 bytes together.
const PAYLOAD_CHANGES: usize = 70;
/// Beyond this many, "many" says enough: every stream loads afresh.
const CHANGES_MAX: usize = 1024;

/// `by` tells the node.
#[derive(Serialize, Deserialize)]
struct Payload {
    by: String,
    /// Absent: too many to name.
    changes: Option<Vec<(String, Outcome, PaymentStatus, String)>>,
}

/// What a payload says.
#[derive(Debug)]
pub(super) enum Told {
    /// This node's own words.
    Own,
    /// These changed.
    Changes(Vec<Change>),
    /// More than could be named, or something that this version cannot read.
    Many,
}

/// What `node` tells of `changes`.
pub(super) fn payloads(node: &str, changes: &[Change]) -> Vec<String> {
    let told = |c: &Change| (c.journey_id.clone(), c.outcome, c.payment_status, c.change.to_owned());
    let text = |changes: Option<&[Change]>| {
        let changes = changes.map(|changes| changes.iter().map(told).collect());
        serde_json::to_string(&Payload { by: node.to_owned(), changes }).unwrap_or_default()
    };
    if changes.len() > CHANGES_MAX {
        return vec![text(None)];
    }
    let payloads = changes.chunks(PAYLOAD_CHANGES).map(|some| text(Some(some)));
    payloads.map(|payload| if payload.len() > PAYLOAD_BYTES_MAX { text(None) } else { payload }).collect()
}

/// Reads it back, as `node`.
pub(super) fn read(node: &str, payload: &str) -> Told {
    let Ok(Payload { by, changes }) = serde_json::from_str(payload) else { return Told::Many };
    if by == node {
        return Told::Own;
    }
    let Some(changes) = changes else { return Told::Many };
    let change = |(journey_id, outcome, payment_status, kind): (String, _, _, String)| {
        let change = CHANGES.into_iter().find(|known| *known == kind)?;
        Some(Change { journey_id, outcome, payment_status, change })
    };
    changes.into_iter().map(change).collect::<Option<Vec<_>>>().map_or(Told::Many, Told::Changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_fit_and_say_the_same() {
        let change = |n| Change {
            journey_id: format!("jrn_{n:032}"),
            outcome: Outcome::Responded,
            payment_status: PaymentStatus::PartiallyRefunded,
            change: CHANGES[n % CHANGES.len()],
        };
        for count in [0, 1, PAYLOAD_CHANGES, 500, CHANGES_MAX] {
            let changes: Vec<Change> = (0..count).map(change).collect();
            let payloads = payloads("0123456789ab", &changes);
            assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD_BYTES_MAX));
            let told = payloads.iter().flat_map(|payload| match read("me", payload) {
                Told::Changes(changes) => changes,
                other => panic!("{other:?}"),
            });
            assert_eq!(told.collect::<Vec<_>>(), changes);
        }
        assert!(
            matches!(read("me", "junk"), Told::Many)
                && matches!(read("me", r#"{"by":"me","changes":null}"#), Told::Own)
        );
    }
}
