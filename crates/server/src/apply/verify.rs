//! `whypaid doctor --verify`: computes every payment and outcome again from the stored snapshots, and what lists and
//! statistics keep from those, and reports what differs from what is stored. Writes nothing.

use super::journeys::Facts;
use ledger::{Snapshot, fold};
use std::collections::{BTreeMap, BTreeSet};
use store::payment_totals::{self, Delta};
use store::tally::{self, Sums};
use store::{Conn, Db, Result, entries, facts, history, journeys, payments, snapshots};

/// Rows looked at in one go.
const PAGE: i64 = 500;

/// What was looked at, and what differs.
#[derive(Debug, Default)]
pub struct Report {
    /// Payments computed.
    pub payments: usize,
    /// Journeys computed.
    pub journeys: usize,
    /// One line per difference.
    pub differences: Vec<String>,
}

/// Verifies the whole database. `progress` is told after every page.
pub async fn verify(db: &Db, mut progress: impl FnMut(&Report)) -> Result<Report> {
    let mut report = Report::default();
    // Holds off apply, so that every row is of one moment.
    let mut conn = db.ledger().await?;
    let (mut after, mut totals) = (String::new(), Delta::default());
    loop {
        let ids = snapshots::payment_ids(&mut conn, &after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after.clone_from(last);
        verify_payments(&mut conn, ids, &mut report, &mut totals).await?;
        progress(&report);
    }
    report.differences.extend(payment_totals::differences(&mut conn, &totals).await?);
    let (mut after, mut sums) = (String::new(), Sums::new());
    loop {
        let ids = journeys::ids(&mut conn, &after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after.clone_from(last);
        verify_journeys(&mut conn, ids, &mut sums, &mut report).await?;
        progress(&report);
    }
    verify_sums(&mut conn, &sums, &mut report).await?;
    Ok(report)
}

/// What pages show without counting is what counting gives.
async fn verify_sums(conn: &mut Conn, counted: &Sums, report: &mut Report) -> Result<()> {
    let kept = tally::all(conn).await?;
    let keys: BTreeSet<_> = kept.keys().chain(counted.keys()).collect();
    for key in keys {
        let (kept, counted) = (kept.get(key).unwrap_or(&0), counted.get(key).unwrap_or(&0));
        if kept != counted {
            let (livemode, name, of) = key;
            let mode = if *livemode { "live" } else { "test" };
            report.differences.push(format!("sum {name} {of} ({mode}): stored {kept}, computed {counted}"));
        }
    }
    Ok(())
}

async fn verify_payments(
    conn: &mut Conn,
    ids: Vec<String>,
    report: &mut Report,
    totals: &mut Delta,
) -> Result<()> {
    let stored: BTreeMap<_, _> =
        payments::by_ids(conn, ids.clone()).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
    for payment in stored.values() {
        totals.add(payment);
    }
    let rows = snapshots::by_payments(conn, ids.clone()).await?;
    for id in ids {
        report.payments += 1;
        let members: Vec<(&String, &Snapshot)> = rows
            .iter()
            .filter(|row| row.payment_id == id)
            .filter_map(|row| row.facts.as_ref().map(|facts| (&row.id, facts)))
            .collect();
        let computed = fold(&members);
        match (&computed, stored.get(&id)) {
            (Some(_), None) => report.differences.push(format!("payment {id}: missing")),
            (None, Some(_)) => report.differences.push(format!("payment {id}: has no facts")),
            (Some(computed), Some(stored)) if *computed != stored.facts => {
                report.differences.push(format!(
                    "payment {id}: stored {} {} net, computed {} {} net",
                    stored.facts.status, stored.facts.net_minor, computed.status, computed.net_minor
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn verify_journeys(
    conn: &mut Conn,
    ids: Vec<String>,
    sums: &mut Sums,
    report: &mut Report,
) -> Result<()> {
    let ids: BTreeSet<String> = ids.into_iter().collect();
    let facts = Facts::load(conn, &ids).await?;
    tally::add(sums, &facts.journeys, 1);
    for id in entries::differences(conn, &facts.journeys).await? {
        report.differences.push(format!("journey {id}: the lists do not show it as it is"));
    }
    for id in facts::differences(conn, &facts.journeys).await? {
        report.differences.push(format!("journey {id}: the statistics do not read it as it is"));
    }
    for journey in &facts.journeys {
        report.journeys += 1;
        let (id, stored, computed) = (&journey.id, &journey.judgement, facts.judge(journey));
        if computed != *stored {
            report.differences.push(format!(
                "journey {id}: stored {} ({}), computed {} ({})",
                stored.outcome, stored.payment_status, computed.outcome, computed.payment_status
            ));
        }
        let newest = history::of_journey(conn, id, None, 1).await?.pop();
        if newest.as_ref().map_or(0, |row| row.seq) != journey.history_count {
            report.differences.push(format!("journey {id}: a row of history is missing"));
        }
        let last = newest.map_or(ledger::Outcome::Pending, |row| row.to);
        if last != stored.outcome {
            report
                .differences
                .push(format!("journey {id}: history ends in {last}, outcome is {}", stored.outcome));
        }
    }
    Ok(())
}
