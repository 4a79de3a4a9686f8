//! The ledger of payments and the unmatched inbox: newest first, by filters, and by what a person types to find one.

use crate::args::{Value, args};
use crate::client_search;
use crate::db::Conn;
use crate::error::Result;
use crate::payment_totals::{self, DAY_MS};
use crate::payments::{self, HintKind, StoredPayment};
use crate::snapshots;
use crate::sql::statements;
use std::collections::BTreeSet;

statements! {
    LIST = "SELECT id, journey_id, matched_by, content_version_id, hypothesis_id, suggestions, facts FROM payment \
            WHERE is_money AND livemode = $1 AND at_ms >= $2 AND (at_ms, id) < ($3, $4) \
            AND (CAST($5 AS TEXT) IS NULL OR status = $5) AND (CAST($6 AS TEXT) IS NULL OR currency = $6) \
            AND (CAST($7 AS TEXT) IS NULL OR method = $7) \
            AND (NOT CAST($8 AS BOOLEAN) OR journey_id IS NOT NULL) ORDER BY at_ms DESC, id DESC LIMIT $9";
    LIST_UNMATCHED = "SELECT id, journey_id, matched_by, content_version_id, hypothesis_id, suggestions, facts \
            FROM payment WHERE journey_id IS NULL AND is_money AND status <> 'none' \
            AND livemode = $1 AND at_ms >= $2 AND (at_ms, id) < ($3, $4) \
            AND (CAST($5 AS TEXT) IS NULL OR status = $5) AND (CAST($6 AS TEXT) IS NULL OR currency = $6) \
            AND (CAST($7 AS TEXT) IS NULL OR method = $7) \
            AND (NOT CAST($8 AS BOOLEAN) OR journey_id IS NOT NULL) ORDER BY at_ms DESC, id DESC LIMIT $9";
    OF_CLIENTS = "SELECT p.id FROM journey j JOIN payment p ON p.journey_id = j.id WHERE j.client_id = ANY($1) LIMIT $2";
}

/// Payments that a search finds at most.
pub const FOUND_MAX: usize = 1_000;

/// From so many days for each that has something on, those are looked at one by one.
const SPARSE_DAYS: i64 = 3;

/// Which payments. Only money: a session without any is kept for its journey alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentFilter {
    /// One mode; both when absent.
    pub livemode: Option<bool>,
    /// One status.
    pub status: Option<String>,
    /// One currency, lowercase.
    pub currency: Option<String>,
    /// One payment method type.
    pub method: Option<String>,
    /// Those of a journey; or, when false, those that wait for one and have something to tell.
    pub matched: Option<bool>,
    /// From this time on, Unix ms.
    pub from_ms: i64,
    /// Up to and without this time, Unix ms.
    pub to_ms: i64,
}

impl Default for PaymentFilter {
    fn default() -> Self {
        let (livemode, status, currency, method, matched) = (None, None, None, None, None);
        Self { livemode, status, currency, method, matched, from_ms: i64::MIN, to_ms: i64::MAX }
    }
}

impl PaymentFilter {
    /// True when something but time and mode is asked for.
    fn is_narrow(&self) -> bool {
        self.status.is_some() || self.currency.is_some() || self.method.is_some() || self.matched.is_some()
    }

    /// The same answer as the statements give, for a payment that is loaded.
    fn passes(&self, p: &StoredPayment) -> bool {
        let (facts, at_ms) = (&p.facts, p.at_ms());
        let waits = p.journey_id.is_none() && facts.status.as_str() != "none";
        facts.is_money
            && self.livemode.is_none_or(|livemode| facts.livemode == livemode)
            && self.status.as_deref().is_none_or(|status| facts.status.as_str() == status)
            && self.currency.as_deref().is_none_or(|c| facts.currency.is_some_and(|f| f.as_str() == c))
            && self.method.as_deref().is_none_or(|method| facts.method.as_deref() == Some(method))
            && self.matched.is_none_or(|matched| if matched { p.journey_id.is_some() } else { waits })
            && (self.from_ms..self.to_ms).contains(&at_ms)
    }
}

/// The last payment of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// See [`StoredPayment::at_ms`].
    pub at_ms: i64,
    /// Its id.
    pub id: String,
}

impl Place {
    /// Of a payment.
    pub fn of(payment: &StoredPayment) -> Self {
        Self { at_ms: payment.at_ms(), id: payment.id.clone() }
    }

    /// `1795313655120.pi_…`, for addresses.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.at_ms, self.id)
    }

    /// Reads it back.
    pub fn parse(text: &str) -> Option<Self> {
        let (at_ms, id) = text.split_once('.')?;
        let is_id = (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        Some(Self { at_ms: at_ms.parse().ok()?, id: is_id.then(|| id.to_owned())? })
    }
}

/// Newest first, after `after`.
pub async fn list(
    conn: &mut Conn,
    filter: &PaymentFilter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<StoredPayment>> {
    let Some(livemode) = filter.livemode else {
        let of = |livemode| PaymentFilter { livemode: Some(livemode), ..filter.clone() };
        let mut both = of_mode(conn, &of(false), false, after, limit).await?;
        both.extend(of_mode(conn, &of(true), true, after, limit).await?);
        sort(&mut both);
        both.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        return Ok(both);
    };
    of_mode(conn, filter, livemode, after, limit).await
}

fn sort(payments: &mut [StoredPayment]) {
    payments.sort_by(|a, b| (b.at_ms(), &b.id).cmp(&(a.at_ms(), &a.id)));
}

async fn of_mode(
    conn: &mut Conn,
    filter: &PaymentFilter,
    livemode: bool,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<StoredPayment>> {
    let end = Place { at_ms: filter.to_ms, id: String::new() };
    let before = after.filter(|after| after.at_ms < filter.to_ms).unwrap_or(&end);
    let sql = if filter.matched == Some(false) { &LIST_UNMATCHED } else { &LIST };
    let mut found: Vec<StoredPayment> = Vec::new();
    for Span { from_ms, before } in spans(conn, filter, livemode, before, limit).await? {
        let left = limit.saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
        let args: Vec<Value> = args![
            livemode,
            from_ms,
            before.at_ms,
            before.id,
            &filter.status,
            &filter.currency,
            &filter.method,
            filter.matched == Some(true),
            left
        ];
        for row in conn.fetch_all(sql, args).await? {
            found.push(payments::stored(&row)?);
        }
        if i64::try_from(found.len()).is_ok_and(|count| count >= limit) {
            break;
        }
    }
    Ok(found)
}

/// Where to look: from this time on, before that place.
struct Span {
    from_ms: i64,
    before: Place,
}

impl Span {
    /// The days from `oldest` to `newest`, as far as filter and place reach into them.
    fn of_days(oldest: i64, newest: i64, filter: &PaymentFilter, before: &Place) -> Self {
        let end_ms = newest.saturating_add(1).saturating_mul(DAY_MS);
        let end = Place { at_ms: end_ms, id: String::new() };
        // Days before 1970 are cut towards zero, so that the first of them is longer.
        let from_ms = if oldest <= 0 { filter.from_ms } else { (oldest * DAY_MS).max(filter.from_ms) };
        Self { from_ms, before: if end_ms < before.at_ms { end } else { before.clone() } }
    }
}

/// Where a page may have to look, newest first: by the kept counts, so that a filter that few payments pass is not looked
/// for on days that have none.
async fn spans(
    conn: &mut Conn,
    filter: &PaymentFilter,
    livemode: bool,
    before: &Place,
    limit: i64,
) -> Result<Vec<Span>> {
    if !filter.is_narrow() {
        return Ok(vec![Span { from_ms: filter.from_ms, before: before.clone() }]);
    }
    let to_ms = before.at_ms.saturating_add(1).min(filter.to_ms);
    let mut days: Vec<i64> = Vec::new();
    let mut older = 0;
    for (day, payments) in payment_totals::days(conn, filter, livemode, to_ms).await? {
        days.push(day);
        // Of the day that the place is in, some may have been shown.
        older += if before.at_ms / DAY_MS == day { 0 } else { payments };
        if older >= limit {
            break;
        }
    }
    let (Some(&newest), Some(&oldest)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let count = i64::try_from(days.len()).unwrap_or(i64::MAX);
    if (newest - oldest) / count >= SPARSE_DAYS {
        return Ok(days.into_iter().map(|day| Span::of_days(day, day, filter, before)).collect());
    }
    Ok(vec![Span::of_days(oldest, newest, filter, before)])
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Newest first.
    pub payments: Vec<StoredPayment>,
    /// There may be more: not all that the search leads to were looked at.
    pub cut: bool,
}

/// Payments that pass `filter` and that `q` names: by an id of Stripe's (of the payment or of any object of it), by a
/// journey's or client's id, by the e-mail address on an unmatched payment, else by words that begin words of the
/// client's name, address or company.
pub async fn search(conn: &mut Conn, filter: &PaymentFilter, q: &str) -> Result<Found> {
    let mut ids: BTreeSet<String> = BTreeSet::from([q.to_owned()]);
    let objects = snapshots::by_ids(conn, vec![q.to_owned()]).await?;
    ids.extend(objects.into_iter().map(|object| object.payment_id));
    ids.extend(payments::by_journeys(conn, vec![q.to_owned()]).await?.into_iter().map(|p| p.id));
    let mut found = payments::by_ids(conn, ids.into_iter().collect()).await?;
    let mut cut = false;
    if found.is_empty() {
        let unmatched = payments::hinted(conn, HintKind::Email, vec![q.to_lowercase()]).await?;
        found = payments::by_ids(conn, unmatched).await?;
        let limit = i64::try_from(FOUND_MAX + 1).unwrap_or(i64::MAX);
        let clients = client_search::find(conn, q).await?;
        let rows = conn.fetch_all(&OF_CLIENTS, args![clients.ids, limit]).await?;
        cut = clients.cut || rows.len() > FOUND_MAX;
        let known: BTreeSet<String> = found.iter().map(|p| p.id.clone()).collect();
        let ids: Vec<String> = rows.iter().take(FOUND_MAX).map(|row| row.get(0)).collect::<Result<_>>()?;
        let more = ids.into_iter().filter(|id| !known.contains(id)).collect();
        found.extend(payments::by_ids(conn, more).await?);
    }
    found.retain(|p| filter.passes(p));
    sort(&mut found);
    Ok(Found { payments: found, cut })
}
