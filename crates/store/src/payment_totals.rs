//! Sums of payments by day, kept as payments change, so that a total over a million of them is a sum of some thousand
//! rows. Never across currencies or modes: both are part of the key.

use crate::args::{Value, args};
use crate::db::Conn;
use crate::error::Result;
use crate::payment_list::PaymentFilter;
use crate::payments::StoredPayment;
use crate::sql::statements;
use std::collections::BTreeMap;

statements! {
    SUMS = "SELECT currency, CAST(sum(payments) AS BIGINT), CAST(sum(gross_minor) AS BIGINT), \
            CAST(sum(refunded_minor) AS BIGINT), CAST(sum(lost_minor) AS BIGINT), CAST(sum(at_risk_minor) AS BIGINT), \
            CAST(sum(net_minor) AS BIGINT) FROM payment_total \
            WHERE livemode = $1 AND day >= $2 AND day < $3 AND (CAST($4 AS TEXT) IS NULL OR status = $4) \
            AND (CAST($5 AS TEXT) IS NULL OR currency = $5) AND (CAST($6 AS TEXT) IS NULL OR method = $6) \
            AND (CAST($7 AS BOOLEAN) IS NULL OR matched = $7) AND (matched OR status <> 'none' OR NOT CAST($8 AS BOOLEAN)) \
            AND payments <> 0 GROUP BY currency ORDER BY 2 DESC, currency";
    DAYS = "SELECT day, CAST(sum(payments) AS BIGINT) FROM payment_total \
            WHERE livemode = $1 AND day >= $2 AND day < $3 AND (CAST($4 AS TEXT) IS NULL OR status = $4) \
            AND (CAST($5 AS TEXT) IS NULL OR currency = $5) AND (CAST($6 AS TEXT) IS NULL OR method = $6) \
            AND (CAST($7 AS BOOLEAN) IS NULL OR matched = $7) AND (matched OR status <> 'none' OR NOT CAST($8 AS BOOLEAN)) \
            AND payments <> 0 GROUP BY day ORDER BY day DESC";
    KINDS = "SELECT DISTINCT currency, method FROM payment_total WHERE livemode = $1 AND payments <> 0";
    ALL_ROWS = "SELECT livemode, day, currency, status, method, matched, payments, gross_minor, refunded_minor, \
                lost_minor, at_risk_minor, net_minor FROM payment_total WHERE payments <> 0";
    @many ADD = "payment_total" (livemode: Bool, day: Int, currency: Text, status: Text, method: Text, matched: Bool,
                                payments: Int, gross_minor: Int, refunded_minor: Int, lost_minor: Int,
                                at_risk_minor: Int, net_minor: Int)
               "ON CONFLICT (livemode, day, currency, status, method, matched) DO UPDATE SET \
                payments = payment_total.payments + excluded.payments, \
                gross_minor = payment_total.gross_minor + excluded.gross_minor, \
                refunded_minor = payment_total.refunded_minor + excluded.refunded_minor, \
                lost_minor = payment_total.lost_minor + excluded.lost_minor, \
                at_risk_minor = payment_total.at_risk_minor + excluded.at_risk_minor, \
                net_minor = payment_total.net_minor + excluded.net_minor";
}

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// No payment counts for more in a sum, so that no sum can overflow: 10^12 minor units, a digit more than Stripe takes.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// Sums of one currency. Amounts are minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the words they mean")]
pub struct Sums {
    /// As stored; empty where no object told one.
    pub currency: String,
    pub payments: i64,
    pub gross_minor: i64,
    pub refunded_minor: i64,
    pub lost_minor: i64,
    pub at_risk_minor: i64,
    pub net_minor: i64,
}

impl Sums {
    /// Adds a payment of the same currency.
    pub fn add(&mut self, payment: &StoredPayment) {
        let sums = Figures::of(payment, 1);
        let Figures([payments, gross, refunded, lost, at_risk, net]) = sums;
        self.payments += payments;
        self.gross_minor += gross;
        self.refunded_minor += refunded;
        self.lost_minor += lost;
        self.at_risk_minor += at_risk;
        self.net_minor += net;
    }
}

/// livemode, day, currency, status, method, matched.
type Key = (bool, i64, String, &'static str, String, bool);

/// Payments, gross, refunded, lost, at risk, net.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures([i64; 6]);

impl Figures {
    fn of(p: &StoredPayment, times: i64) -> Self {
        let f = &p.facts;
        let amounts = [f.gross_minor, f.refunded_minor, f.lost_minor, f.at_risk_minor, f.net_minor];
        let [gross, refunded, lost, at_risk, net] =
            amounts.map(|minor| minor.clamp(-AMOUNT_MAX, AMOUNT_MAX) * times);
        Self([times, gross, refunded, lost, at_risk, net])
    }

    fn add(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What the sums become when payments change.
#[derive(Clone, Debug, Default)]
pub struct Delta(BTreeMap<Key, Figures>);

impl Delta {
    /// A payment is gone, or is about to change.
    pub fn remove(&mut self, payment: &StoredPayment) {
        self.count(payment, -1);
    }

    /// A payment is new, or has changed.
    pub fn add(&mut self, payment: &StoredPayment) {
        self.count(payment, 1);
    }

    fn count(&mut self, p: &StoredPayment, times: i64) {
        if !p.facts.is_money {
            return;
        }
        let key = (
            p.facts.livemode,
            p.at_ms() / DAY_MS,
            p.facts.currency.map(|c| c.to_string()).unwrap_or_default(),
            p.facts.status.as_str(),
            crate::args::storable(p.facts.method.clone().unwrap_or_default()),
            p.journey_id.is_some(),
        );
        self.0.entry(key).or_default().add(Figures::of(p, times));
    }
}

/// Writes changed sums, in the transaction that changes the payments.
pub async fn apply(conn: &mut Conn, delta: Delta) -> Result<()> {
    let changed = delta.0.into_iter().filter(|(_, figures)| !figures.is_nothing());
    conn.insert_many(&ADD, changed.map(|(key, figures)| row(key, figures)).collect()).await
}

fn row((livemode, day, currency, status, method, matched): Key, figures: Figures) -> Vec<Value> {
    let Figures([payments, gross, refunded, lost, at_risk, net]) = figures;
    args![livemode, day, currency, status, method, matched, payments, gross, refunded, lost, at_risk, net]
}

/// Arguments that [`SUMS`] and [`DAYS`] share.
fn filter_args(filter: &PaymentFilter, livemode: bool, from_ms: i64, to_ms: i64) -> Vec<Value> {
    let last_day = to_ms.checked_sub(1).map_or(i64::MIN, |ms| ms / DAY_MS);
    args![
        livemode,
        from_ms / DAY_MS,
        last_day.saturating_add(1),
        &filter.status,
        &filter.currency,
        &filter.method,
        filter.matched,
        filter.matched == Some(false)
    ]
}

/// Sums over all payments that pass a filter, by currency, the most payments first. Whole days: the filter's times must
/// be at midnight UTC.
pub async fn sums(conn: &mut Conn, filter: &PaymentFilter, livemode: bool) -> Result<Vec<Sums>> {
    let args = filter_args(filter, livemode, filter.from_ms, filter.to_ms);
    let rows = conn.fetch_all(&SUMS, args).await?;
    rows.iter()
        .map(|row| {
            Ok(Sums {
                currency: row.get(0)?,
                payments: row.get(1)?,
                gross_minor: row.get(2)?,
                refunded_minor: row.get(3)?,
                lost_minor: row.get(4)?,
                at_risk_minor: row.get(5)?,
                net_minor: row.get(6)?,
            })
        })
        .collect()
}

/// (day, payments that pass the filter) from the newest day on, between two times.
pub(crate) async fn days(
    conn: &mut Conn,
    filter: &PaymentFilter,
    livemode: bool,
    to_ms: i64,
) -> Result<Vec<(i64, i64)>> {
    let rows = conn.fetch_all(&DAYS, filter_args(filter, livemode, filter.from_ms, to_ms)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// (currency, method) of all payments of a mode; either may be empty.
pub async fn kinds(conn: &mut Conn, livemode: bool) -> Result<Vec<(String, String)>> {
    let rows = conn.fetch_all(&KINDS, args![livemode]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Which of the kept sums are not those of `computed`, one line for each; for the doctor.
pub async fn differences(conn: &mut Conn, computed: &Delta) -> Result<Vec<String>> {
    type Found = (bool, i64, String, String, String, bool);
    let mut stored: BTreeMap<Found, Figures> = BTreeMap::new();
    for row in conn.fetch_all(&ALL_ROWS, args![]).await? {
        let key = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        let mut figures = [0; 6];
        for (n, figure) in figures.iter_mut().enumerate() {
            *figure = row.get(6 + n)?;
        }
        stored.insert(key, Figures(figures));
    }
    let mut lines = Vec::new();
    for ((livemode, day, currency, status, method, matched), figures) in &computed.0 {
        let key = (*livemode, *day, currency.clone(), (*status).to_owned(), method.clone(), *matched);
        let kept = stored.remove(&key).unwrap_or_default();
        if kept != *figures {
            lines.push(format!("sums of {key:?}: stored {:?}, computed {:?}", kept.0, figures.0));
        }
    }
    lines.extend(
        stored.iter().map(|(key, kept)| format!("sums of {key:?}: stored {:?}, computed none", kept.0)),
    );
    Ok(lines)
}
