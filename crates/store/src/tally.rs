//! Sums over all journeys, kept with each change of one, so that a page needs no counting. All integers; a sum never spans
//! two modes or two currencies.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::journeys::StoredJourney;
use crate::sql::statements;
use std::collections::BTreeMap;

statements! {
    READ = "SELECT key, amount FROM journey_tally WHERE livemode = $1 AND name = $2 AND key >= $3 ORDER BY key";
    FRONT = "SELECT livemode, name, key, amount FROM journey_tally WHERE livemode = TRUE AND name = 'state' \
             UNION ALL SELECT livemode, name, key, amount FROM journey_tally WHERE livemode = FALSE AND name = 'state' \
             UNION ALL SELECT livemode, name, key, amount FROM journey_tally WHERE livemode = $1 AND name = 'paid_after' \
             UNION ALL SELECT livemode, name, key, amount FROM journey_tally WHERE livemode = $1 AND name = 'net' \
             AND key >= $2";
    ALL_ROWS = "SELECT livemode, name, key, amount FROM journey_tally ORDER BY livemode, name, key";
    @many ADD = "journey_tally" (livemode: Bool, name: Text, key: Text, amount: Int)
                "ON CONFLICT (livemode, name, key) DO UPDATE SET amount = journey_tally.amount + excluded.amount";
}

const STATE: &str = "state";
const NET: &str = "net";
const PAID_AFTER: &str = "paid_after";
/// Journeys that go through a version: read where contents are.
const VERSION: &str = "version";
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Stripe's amounts have twelve digits at most; more of one journey would let a sum overflow.
const NET_MINOR_MAX: i64 = 999_999_999_999;
/// Buckets of each doubling: a duration is known to one part in sixteen.
const BUCKETS_PER_DOUBLING: i64 = 16;

/// (livemode, name, key): what a sum is of.
pub type Key = (bool, String, String);
/// Sums, none of them zero.
pub type Sums = BTreeMap<Key, i64>;

/// What one journey adds to which sums.
fn share(j: &StoredJourney) -> impl Iterator<Item = (Key, i64)> {
    let judgement = &j.judgement;
    let key = |name: &str, key: String| (j.livemode, name.to_owned(), key);
    let state = format!("{}/{}", judgement.outcome.as_str(), judgement.payment_status.as_str());
    let net = judgement.paid_at_ms.map(|at_ms| {
        let net_minor = judgement.net_minor.clamp(-NET_MINOR_MAX, NET_MINOR_MAX);
        (key(NET, format!("{}/{}", day(at_ms), judgement.currency)), net_minor)
    });
    let after = judgement
        .paid_at_ms
        .map(|at_ms| (key(PAID_AFTER, format!("{:04}", bucket(at_ms.saturating_sub(j.started_at_ms)))), 1));
    let version = Some((key(VERSION, j.content_version_id.clone()), 1));
    [Some((key(STATE, state), 1)), version, net, after].into_iter().flatten()
}

/// Adds `journeys` to `sums`, `by` times.
pub fn add(sums: &mut Sums, journeys: &[StoredJourney], by: i64) {
    for (key, amount) in journeys.iter().flat_map(share) {
        let sum = sums.entry(key).or_default();
        *sum = sum.saturating_add(amount.saturating_mul(by));
    }
    sums.retain(|_, amount| *amount != 0);
}

/// Takes `before` out of the sums and `after` into them.
pub(crate) async fn change(conn: &mut Conn, before: &[StoredJourney], after: &[StoredJourney]) -> Result<()> {
    let mut sums = Sums::new();
    add(&mut sums, after, 1);
    add(&mut sums, before, -1);
    let rows = sums.into_iter().map(|((livemode, name, key), amount)| args![livemode, name, key, amount]);
    conn.insert_many(&ADD, rows.collect()).await
}

/// Every sum as kept.
pub async fn all(conn: &mut Conn) -> Result<Sums> {
    let rows = conn.fetch_all(&ALL_ROWS, args![]).await?;
    let read = |row: &crate::row::Row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?));
    let sums = rows.iter().map(read).collect::<Result<Sums>>()?;
    Ok(sums.into_iter().filter(|(_, amount)| *amount != 0).collect())
}

/// What the first page shows of the sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// (outcome, payment status, journeys) of live journeys.
    pub live: Vec<(String, String, i64)>,
    /// Likewise of test journeys.
    pub test: Vec<(String, String, i64)>,
    /// See [`net_since`].
    pub net: BTreeMap<String, i64>,
    /// See [`median_paid_after_ms`].
    pub median_paid_after_ms: Option<i64>,
}

/// All that the first page shows, in one statement: states of both modes; net since `since_ms` and the median of one.
pub async fn front(conn: &mut Conn, livemode: bool, since_ms: i64) -> Result<Front> {
    let mut of: BTreeMap<(bool, String), Vec<(String, i64)>> = BTreeMap::new();
    for row in conn.fetch_all(&FRONT, args![livemode, day(since_ms)]).await? {
        of.entry((row.get(0)?, row.get(1)?)).or_default().push((row.get(2)?, row.get(3)?));
    }
    let mut take = |livemode, name: &str| {
        let mut rows = of.remove(&(livemode, name.to_owned())).unwrap_or_default();
        rows.sort_unstable();
        rows
    };
    Ok(Front {
        live: split_states(take(true, STATE)),
        test: split_states(take(false, STATE)),
        net: by_currency(take(livemode, NET)),
        median_paid_after_ms: median_ms(take(livemode, PAID_AFTER)),
    })
}

fn day(at_ms: i64) -> String {
    format!("{:08}", at_ms.div_euclid(DAY_MS))
}

async fn read(conn: &mut Conn, livemode: bool, name: &str, from: &str) -> Result<Vec<(String, i64)>> {
    let rows = conn.fetch_all(&READ, args![livemode, name, from]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// (outcome, payment status, journeys) of a mode.
pub async fn states(conn: &mut Conn, livemode: bool) -> Result<Vec<(String, String, i64)>> {
    Ok(split_states(read(conn, livemode, STATE, "").await?))
}

fn split_states(rows: Vec<(String, i64)>) -> Vec<(String, String, i64)> {
    let split = |(key, count): (String, i64)| {
        let (outcome, status) = key.split_once('/')?;
        (count != 0).then(|| (outcome.to_owned(), status.to_owned(), count))
    };
    rows.into_iter().filter_map(split).collect()
}

/// (currency, minor units) net of journeys whose first payment succeeded on the day of `since_ms` or later, UTC.
pub async fn net_since(conn: &mut Conn, livemode: bool, since_ms: i64) -> Result<BTreeMap<String, i64>> {
    Ok(by_currency(read(conn, livemode, NET, &day(since_ms)).await?))
}

fn by_currency(days: Vec<(String, i64)>) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (key, net_minor) in days {
        if let Some((_, currency)) = key.split_once('/') {
            let sum = sums.entry(currency.to_owned()).or_default();
            *sum = sum.saturating_add(net_minor);
        }
    }
    sums
}

/// How long half of the paid journeys of a mode took at most, in ms, known to one part in 16; absent when none is paid.
pub async fn median_paid_after_ms(conn: &mut Conn, livemode: bool) -> Result<Option<i64>> {
    Ok(median_ms(read(conn, livemode, PAID_AFTER, "").await?))
}

/// `counts` in the order of their buckets.
fn median_ms(counts: Vec<(String, i64)>) -> Option<i64> {
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let mut left = (total + 1) / 2;
    for (key, count) in counts {
        left -= count;
        if left <= 0 && count > 0 {
            return key.parse().ok().map(middle_ms);
        }
    }
    None
}

/// Whole minutes: each its own bucket up to 32, then sixteen to a doubling.
fn bucket(ms: i64) -> i64 {
    let minutes = ms.max(0) / MINUTE_MS;
    let doublings = i64::from((minutes / BUCKETS_PER_DOUBLING).max(1).ilog2());
    doublings * BUCKETS_PER_DOUBLING + (minutes >> doublings)
}

/// The middle of a bucket, ms.
fn middle_ms(bucket: i64) -> i64 {
    let doublings = (bucket / BUCKETS_PER_DOUBLING - 1).max(0);
    let first = (bucket - doublings * BUCKETS_PER_DOUBLING) << doublings;
    first.saturating_mul(MINUTE_MS).saturating_add((MINUTE_MS << doublings) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_known_to_one_part_in_sixteen() {
        for minutes in (0..2_000).chain((2_000..6_000_000).step_by(997)) {
            let ms = minutes * MINUTE_MS;
            let off = (middle_ms(bucket(ms)) - ms).abs();
            assert!(off <= ms / 16 + MINUTE_MS, "{minutes} min: off by {off} ms");
        }
        assert_eq!((bucket(-5), bucket(0), bucket(31 * MINUTE_MS)), (0, 0, 31));
        assert!((0..1_000_000).map(|m| bucket(m * MINUTE_MS)).is_sorted());
    }
}
