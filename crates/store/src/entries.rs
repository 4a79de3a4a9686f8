//! What lists look up: a narrow row per journey, its segments, and the words of its client. Kept by the functions that
//! write journeys and clients, in the same transaction; [`differences`] says whether they were.

use crate::args::args;
use crate::clients::{self, StoredClient};
use crate::db::Conn;
use crate::error::Result;
use crate::journeys::StoredJourney;
use crate::sql::statements;
use crate::words;
use ledger::{Outcome, PaymentStatus};
use std::collections::{BTreeMap, BTreeSet};

statements! {
    ENTER = "INSERT INTO journey_entry (journey_id, livemode, started_at_ms, outcome, payment_status, content_id, \
             category, currency, amount_minor, changed_at_ms, words) \
             SELECT j.id, j.livemode, j.started_at_ms, j.outcome, j.payment_status, v.content_id, h.category, \
             j.currency, j.amount_minor, j.changed_at_ms, c.words \
             FROM journey j JOIN content_version v ON v.id = j.content_version_id \
             JOIN hypothesis h ON h.id = j.hypothesis_id JOIN client c ON c.id = j.client_id WHERE j.id = ANY($1) \
             ON CONFLICT (journey_id) DO UPDATE SET outcome = excluded.outcome, \
             payment_status = excluded.payment_status, content_id = excluded.content_id, \
             category = excluded.category, currency = excluded.currency, amount_minor = excluded.amount_minor, \
             changed_at_ms = excluded.changed_at_ms, words = excluded.words";
    FOLLOW = "UPDATE journey_entry SET (outcome, payment_status, changed_at_ms) = \
              (SELECT outcome, payment_status, changed_at_ms FROM journey WHERE id = journey_entry.journey_id) \
              WHERE journey_id = ANY($1)";
    WRONG = "SELECT j.id FROM journey j JOIN content_version v ON v.id = j.content_version_id \
             JOIN hypothesis h ON h.id = j.hypothesis_id JOIN client c ON c.id = j.client_id \
             LEFT JOIN journey_entry e ON e.journey_id = j.id WHERE j.id = ANY($1) AND (e.journey_id IS NULL \
             OR e.livemode <> j.livemode OR e.started_at_ms <> j.started_at_ms OR e.outcome <> j.outcome \
             OR e.payment_status <> j.payment_status OR e.content_id <> v.content_id OR e.category <> h.category \
             OR e.currency <> j.currency OR e.amount_minor <> j.amount_minor \
             OR e.changed_at_ms <> j.changed_at_ms OR e.words <> c.words) ORDER BY j.id";
    SEGMENTS = "SELECT livemode, pair, started_at_ms, journey_id FROM journey_segment WHERE livemode = $1 \
                AND pair = ANY($2) AND started_at_ms = $3 AND journey_id = $4";
    LEAVE_SEGMENT = "DELETE FROM journey_segment WHERE livemode = $1 AND pair = ANY($2) AND started_at_ms = $3 \
                     AND journey_id = $4";
    SET_WORDS = "UPDATE client SET words = $2 WHERE id = $1";
    FORGET_WORDS = "DELETE FROM client_word WHERE client_id = $1 AND word = ANY($2)";
    CHANGED_SINCE = "SELECT journey_id, outcome, payment_status FROM journey_entry \
                     WHERE livemode = $1 AND changed_at_ms >= $2 ORDER BY changed_at_ms, journey_id LIMIT $3";
    ANY_MISSING = "SELECT id FROM journey WHERE NOT EXISTS (SELECT 1 FROM journey_entry) LIMIT 1";
    ANY_WORDLESS = "SELECT id FROM client WHERE words = '' AND id > $1 ORDER BY id LIMIT $2";
    @many INSERT_SEGMENTS = "journey_segment" (livemode: Bool, pair: Text, started_at_ms: Int, journey_id: Text)
                            "ON CONFLICT DO NOTHING";
    @many INSERT_WORDS = "client_word" (word: Text, client_id: Text) "ON CONFLICT DO NOTHING";
}

/// Rows of a migrated database that are entered in one go.
const FILL_ROWS: i64 = 1000;

/// A segment as the address names it.
pub fn pair(key: &str, value: &str) -> String {
    format!("{key}={value}")
}

/// Enters new journeys, and those whose content or client changed.
pub async fn enter(conn: &mut Conn, ids: Vec<String>) -> Result<()> {
    conn.execute(&ENTER, args![ids]).await?;
    Ok(())
}

/// Follows a change of outcome or payment.
pub(crate) async fn follow(conn: &mut Conn, ids: Vec<String>) -> Result<()> {
    conn.execute(&FOLLOW, args![ids]).await?;
    Ok(())
}

/// Puts new journeys into their clients' segments.
pub(crate) async fn segment(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<()> {
    let ids: BTreeSet<String> = journeys.iter().map(|j| j.client_id.clone()).collect();
    let found = clients::by_ids(conn, ids.into_iter().collect()).await?;
    let of: BTreeMap<&String, &StoredClient> = found.iter().map(|c| (&c.id, c)).collect();
    let mut rows = Vec::new();
    for j in journeys {
        let attributes = of.get(&j.client_id).into_iter().flat_map(|client| &client.attributes);
        rows.extend(attributes.map(|(k, v)| args![j.livemode, pair(k, v), j.started_at_ms, &j.id]));
    }
    conn.insert_many(&INSERT_SEGMENTS, rows).await
}

/// Writes the words of new clients.
pub(crate) async fn word(conn: &mut Conn, clients: &[StoredClient]) -> Result<()> {
    let kept = |c: &StoredClient| {
        let words = kept(c).into_iter().filter(|word| word.chars().count() > 1);
        words.map(|word| (word, c.id.clone())).collect::<Vec<_>>()
    };
    let mut rows: Vec<(String, String)> = clients.iter().flat_map(kept).collect();
    // In order, as the table is: a page of it is then written once.
    rows.sort();
    conn.insert_many(&INSERT_WORDS, rows.into_iter().map(|(word, id)| args![word, id]).collect()).await
}

fn kept(c: &StoredClient) -> BTreeSet<String> {
    words::kept(&[&c.name, &c.email, c.company.as_deref().unwrap_or_default()])
}

/// A client's `words`.
pub(crate) fn line(c: &StoredClient) -> String {
    words::line(&kept(c))
}

/// Brings the lists up to date with a client that was changed; `before` is what was stored.
pub async fn client_changed(conn: &mut Conn, before: &StoredClient, after: &StoredClient) -> Result<()> {
    let old: Vec<String> = kept(before).into_iter().collect();
    conn.execute(&FORGET_WORDS, args![&after.id, old]).await?;
    conn.execute(&SET_WORDS, args![&after.id, line(after)]).await?;
    word(conn, std::slice::from_ref(after)).await?;
    let journeys = crate::journeys::by_clients(conn, vec![after.id.clone()]).await?;
    let pairs: Vec<String> = before.attributes.iter().map(|(k, v)| pair(k, v)).collect();
    for j in &journeys {
        conn.execute(&LEAVE_SEGMENT, args![j.livemode, pairs.clone(), j.started_at_ms, &j.id]).await?;
    }
    segment(conn, &journeys).await?;
    enter(conn, journeys.into_iter().map(|j| j.id).collect()).await
}

/// A journey as the lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the words they mean")]
pub struct ChangedEntry {
    pub journey_id: String,
    pub outcome: Outcome,
    pub payment_status: PaymentStatus,
}

/// Journeys of either mode that changed at `since_ms` or later, at most `limit` of each.
pub async fn changed_since(conn: &mut Conn, since_ms: i64, limit: i64) -> Result<Vec<ChangedEntry>> {
    let mut changed = Vec::new();
    for livemode in [true, false] {
        for row in conn.fetch_all(&CHANGED_SINCE, args![livemode, since_ms, limit]).await? {
            changed.push(ChangedEntry {
                journey_id: row.get(0)?,
                outcome: row.parse(1, "journey_entry", Outcome::parse)?,
                payment_status: row.parse(2, "journey_entry", PaymentStatus::parse)?,
            });
        }
    }
    Ok(changed)
}

/// Those of these journeys whose row in the lists is missing or not right.
pub async fn differences(conn: &mut Conn, journeys: &[StoredJourney]) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = journeys.iter().map(|j| j.id.clone()).collect();
    let rows = conn.fetch_all(&WRONG, args![ids]).await?;
    let mut wrong = rows.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>>>()?;
    let clients = clients::by_ids(conn, journeys.iter().map(|j| j.client_id.clone()).collect()).await?;
    let of: BTreeMap<&String, &StoredClient> = clients.iter().map(|c| (&c.id, c)).collect();
    for j in journeys {
        let Some(client) = of.get(&j.client_id).filter(|c| !c.attributes.is_empty()) else { continue };
        let pairs: Vec<String> = client.attributes.iter().map(|(k, v)| pair(k, v)).collect();
        let count = pairs.len();
        let found = conn.fetch_all(&SEGMENTS, args![j.livemode, pairs, j.started_at_ms, &j.id]).await?;
        if found.len() != count {
            wrong.insert(j.id.clone());
        }
    }
    Ok(wrong)
}

/// True when journeys were stored before there were lists.
pub(crate) async fn is_unfilled(conn: &mut Conn) -> Result<bool> {
    Ok(conn.fetch_optional(&ANY_MISSING, args![]).await?.is_some())
}

/// Enters everything that was stored before there were lists.
pub(crate) async fn fill(conn: &mut Conn) -> Result<()> {
    let mut after = String::new();
    loop {
        let rows = conn.fetch_all(&ANY_WORDLESS, args![&after, FILL_ROWS]).await?;
        let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<String>>>()?;
        let Some(last) = ids.last() else { break };
        after.clone_from(last);
        let clients = clients::by_ids(conn, ids).await?;
        for client in &clients {
            conn.execute(&SET_WORDS, args![&client.id, line(client)]).await?;
        }
        word(conn, &clients).await?;
    }
    let mut after = String::new();
    loop {
        let ids = crate::journeys::ids(conn, &after, FILL_ROWS).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after.clone_from(last);
        let journeys = crate::journeys::by_ids(conn, ids.clone()).await?;
        enter(conn, ids).await?;
        segment(conn, &journeys).await?;
        crate::tally::change(conn, &[], &journeys).await?;
    }
}
