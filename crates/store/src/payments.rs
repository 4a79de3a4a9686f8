//! Payments as folded, whom they were matched to, and what could still match them.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::row::{Row, to_json};
use crate::sql::statements;
use ledger::matching::Suggestion;
use ledger::{MatchedBy, Payment};
use std::collections::BTreeMap;

statements! {
    BY_IDS = "SELECT id, journey_id, matched_by, content_version_id, hypothesis_id, suggestions, facts \
              FROM payment WHERE id = ANY($1)";
    BY_JOURNEYS = "SELECT id, journey_id, matched_by, content_version_id, hypothesis_id, suggestions, facts \
                   FROM payment WHERE journey_id = ANY($1) ORDER BY id";
    DELETE = "DELETE FROM payment WHERE id = ANY($1)";
    HINTED = "SELECT DISTINCT payment_id FROM payment_hint WHERE kind = $1 AND value = ANY($2)";
    HINTS_OF = "SELECT kind, value FROM payment_hint WHERE payment_id = ANY($1)";
    DELETE_HINTS = "DELETE FROM payment_hint WHERE kind = $1 AND value = ANY($2) AND payment_id = ANY($3)";
    LINKS = "SELECT object_id, journey_id FROM payment_link WHERE object_id = ANY($1)";
    SET_LINK = "INSERT INTO payment_link (object_id, journey_id, actor, at_ms) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (object_id) DO UPDATE SET journey_id = excluded.journey_id, actor = excluded.actor, \
                at_ms = excluded.at_ms";
    DELETE_LINKS = "DELETE FROM payment_link WHERE object_id = ANY($1)";
    @many UPSERT = "payment" (id: Text, status: Text, livemode: Bool, is_money: Bool, journey_id: Text, matched_by: Text,
                             content_version_id: Text, hypothesis_id: Text, suggestions: Text, facts: Text, at_ms: Int,
                             currency: Text, method: Text)
                  "ON CONFLICT (id) DO UPDATE SET status = excluded.status, livemode = excluded.livemode, \
                   is_money = excluded.is_money, journey_id = excluded.journey_id, matched_by = excluded.matched_by, \
                   content_version_id = excluded.content_version_id, hypothesis_id = excluded.hypothesis_id, \
                   suggestions = excluded.suggestions, facts = excluded.facts, at_ms = excluded.at_ms, \
                   currency = excluded.currency, method = excluded.method";
    @many INSERT_HINTS = "payment_hint" (kind: Text, value: Text, payment_id: Text) "ON CONFLICT DO NOTHING";
}

/// A payment and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPayment {
    /// `pi_…`, or `ch_…` of a lone charge.
    pub id: String,
    /// Matched journey.
    pub journey_id: Option<String>,
    /// How.
    pub matched_by: Option<MatchedBy>,
    /// The content version it belongs to.
    pub content_version_id: Option<String>,
    /// Likewise.
    pub hypothesis_id: Option<String>,
    /// While unmatched.
    pub suggestions: Vec<Suggestion>,
    /// The money.
    pub facts: Payment,
}

impl StoredPayment {
    /// When it was paid, else when it happened: the order of the ledger. Unix ms.
    pub fn at_ms(&self) -> i64 {
        self.facts.paid_at_ms.unwrap_or_else(|| self.facts.happened_at_s.saturating_mul(1000))
    }
}

/// What could match a payment later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintKind {
    /// A journey id nobody knows yet.
    Journey,
    /// A session that we may have opened.
    Session,
    /// `clientId` metadata.
    Client,
    /// A Stripe customer.
    Customer,
    /// An e-mail address, for suggestions.
    Email,
}

impl HintKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Journey => "journey",
            Self::Session => "session",
            Self::Client => "client",
            Self::Customer => "customer",
            Self::Email => "email",
        }
    }
}

pub(crate) fn stored(row: &Row) -> Result<StoredPayment> {
    Ok(StoredPayment {
        id: row.get(0)?,
        journey_id: row.get(1)?,
        matched_by: row.parse_opt(2, "payment", MatchedBy::parse)?,
        content_version_id: row.get(3)?,
        hypothesis_id: row.get(4)?,
        suggestions: row.json(5, "payment")?,
        facts: row.json(6, "payment")?,
    })
}

/// These payments.
pub async fn by_ids(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredPayment>> {
    conn.fetch_all(&BY_IDS, args![ids]).await?.iter().map(stored).collect()
}

/// All payments matched to these journeys, ascending by id.
pub async fn by_journeys(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<StoredPayment>> {
    conn.fetch_all(&BY_JOURNEYS, args![ids]).await?.iter().map(stored).collect()
}

/// Writes payments, new or known; at most one per id.
pub async fn upsert(conn: &mut Conn, payments: impl IntoIterator<Item = &StoredPayment>) -> Result<()> {
    let rows = payments.into_iter().map(|p| {
        Ok(args![
            &p.id,
            p.facts.status.as_str(),
            p.facts.livemode,
            p.facts.is_money,
            &p.journey_id,
            p.matched_by.map(MatchedBy::as_str),
            &p.content_version_id,
            &p.hypothesis_id,
            to_json(&p.suggestions)?,
            to_json(&p.facts)?,
            p.at_ms(),
            p.facts.currency.as_ref().map_or("", |c| c.as_str()),
            p.facts.method.as_deref().unwrap_or_default()
        ])
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    conn.insert_many(&UPSERT, rows).await?;
    Ok(())
}

/// Forgets payments whose objects turned out to belong to another one, and their hints.
pub async fn delete(conn: &mut Conn, ids: Vec<String>, hints: Vec<Hint>) -> Result<()> {
    conn.execute(&DELETE, args![ids]).await?;
    set_hints(conn, hints, Vec::new()).await
}

/// Payments that one of `values` could match.
pub async fn hinted(conn: &mut Conn, kind: HintKind, values: Vec<String>) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&HINTED, args![kind.as_str(), values]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// What could match a payment: kind, value, payment.
pub type Hint = (HintKind, String, String);

/// Replaces all the hints of some payments.
pub async fn set_hints(conn: &mut Conn, stale: Vec<Hint>, hints: Vec<Hint>) -> Result<()> {
    let mut by_kind: BTreeMap<HintKind, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for (kind, value, payment_id) in stale {
        let (values, payment_ids) = by_kind.entry(kind).or_default();
        values.push(value);
        payment_ids.push(payment_id);
    }
    for (kind, (values, payment_ids)) in by_kind {
        conn.execute(&DELETE_HINTS, args![kind.as_str(), values, payment_ids]).await?;
    }
    let rows = hints.into_iter().map(|(kind, value, id)| args![kind.as_str(), value, id]).collect();
    conn.insert_many(&INSERT_HINTS, rows).await
}

/// (kind, value) hints of payments; for tests and the doctor.
pub async fn hints_of(conn: &mut Conn, payment_ids: Vec<String>) -> Result<Vec<(String, String)>> {
    let rows = conn.fetch_all(&HINTS_OF, args![payment_ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Links that people made, by the object they were made on.
pub async fn links(conn: &mut Conn, object_ids: Vec<String>) -> Result<BTreeMap<String, String>> {
    let rows = conn.fetch_all(&LINKS, args![object_ids]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// A person links an object's payment to a journey.
pub async fn set_link(
    conn: &mut Conn,
    object_id: &str,
    journey_id: &str,
    actor: &str,
    at_ms: i64,
) -> Result<()> {
    conn.execute(&SET_LINK, args![object_id, journey_id, actor, at_ms]).await?;
    Ok(())
}

/// Takes back what people linked on these objects. Returns how many links there were.
pub async fn delete_links(conn: &mut Conn, object_ids: Vec<String>) -> Result<u64> {
    conn.execute(&DELETE_LINKS, args![object_ids]).await
}
