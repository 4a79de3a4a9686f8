//! Steps 2 to 6: every kind of object. What says something new is stored as a reading and applied.

use super::{ReconcileError, Run, Verdict, compare, face};
use crate::fetch;
use ledger::{Observation, Snapshot};
use std::collections::BTreeMap;
use store::events::NewEvent;
use store::reconciliations::{self, Difference};
use store::{Conn, StoreError, events, snapshots};
use stripe::Asked;
use stripe::api::{Item, ListKind, ListQuery};

/// One object of a page, read.
struct Listed {
    said: Observation,
    reading: NewEvent,
    verdict: Verdict,
    /// What we had.
    known: Option<Snapshot>,
}

pub(super) async fn page(run: &mut Run<'_>, kind: ListKind) -> Result<(), ReconcileError> {
    let query = ListQuery {
        starting_after: run.progress.cursor.clone(),
        created_gte_s: run.stored.since_s,
        ..ListQuery::default()
    };
    let asked_at_s = run.app.context.clock.now_s();
    let page = run.api.list(kind, &query).await?;
    let at_s = fetch::read_at_s(asked_at_s, page.date_s);
    let listed = read(run, &page.items, at_s).await?;
    take_in(run, kind, &listed).await?;
    let mut conn = run.app.db.write().await?;
    let refused = not_applied(&mut conn, kind, &listed).await?;
    reconciliations::add_differences(&mut conn, &run.stored.id, &refused).await?;
    let ids = page.items.iter().map(|item| item.id.clone()).collect();
    reconciliations::add_seen(&mut conn, &run.stored.id, ids).await?;
    count(run, kind, &listed, &refused);
    run.progress.after(page.items.last().map(|item| item.id.clone()), page.has_more);
    run.save(&mut conn).await?;
    conn.commit().await?;
    Ok(())
}

async fn read(run: &Run<'_>, items: &[Item], at_s: i64) -> Result<Vec<Listed>, StoreError> {
    let asked = Asked { at_s, livemode: run.stored.livemode, account: None, told: None };
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        let Some(reading) = fetch::reading(run.app, item.json.get(), &asked) else { continue };
        let Ok(said) = stripe::observe(&reading.body, reading.received_at_ms) else { continue };
        if let Some(said) = said.into_iter().next().filter(|said| said.id == item.id) {
            read.push((said, reading));
        }
    }
    let ids = read.iter().map(|(said, _)| said.id.clone()).collect();
    let mut known = facts(&mut run.app.db.read().await?, ids).await?;
    let listed = read.into_iter().map(|(said, reading)| {
        let known = known.remove(&said.id);
        Listed { verdict: compare(&said, known.as_ref()), said, reading, known }
    });
    Ok(listed.collect())
}

async fn facts(conn: &mut Conn, ids: Vec<String>) -> Result<BTreeMap<String, Snapshot>, StoreError> {
    let rows = snapshots::by_ids(conn, ids).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.facts?))).collect())
}

/// Stores what is new, and in the same commit names what differs: Stripe's word is taken for it.
async fn take_in(run: &Run<'_>, kind: ListKind, listed: &[Listed]) -> Result<(), StoreError> {
    let readings: Vec<NewEvent> =
        listed.iter().filter(|l| l.verdict.is_taken_in()).map(|l| l.reading.clone()).collect();
    let differences: Vec<Difference> = listed
        .iter()
        .filter_map(|l| match &l.verdict {
            Verdict::Differs { what, stripe, ours, .. } => {
                Some(difference(kind, &l.said, what, stripe, ours))
            }
            Verdict::Same | Verdict::News => None,
        })
        .collect();
    if readings.is_empty() && differences.is_empty() {
        return Ok(());
    }
    let mut conn = run.app.db.write().await?;
    events::insert(&mut conn, readings).await?;
    reconciliations::add_differences(&mut conn, &run.stored.id, &differences).await?;
    conn.commit().await?;
    run.app.apply_due().await;
    Ok(())
}

fn difference(kind: ListKind, said: &Observation, what: &str, stripe: &str, ours: &str) -> Difference {
    Difference {
        object_id: said.id.clone(),
        kind: kind.as_str().to_owned(),
        currency: face(&said.version.object).currency,
        what: what.to_owned(),
        stripe: Some(stripe.to_owned()),
        ours: Some(ours.to_owned()),
    }
}

/// News that the books did not take: the reading waits, or is dead, among the events.
async fn not_applied(
    conn: &mut Conn,
    kind: ListKind,
    listed: &[Listed],
) -> Result<Vec<Difference>, StoreError> {
    let news: Vec<&Listed> = listed.iter().filter(|l| l.verdict == Verdict::News).collect();
    let now = facts(conn, news.iter().map(|l| l.said.id.clone()).collect()).await?;
    let refused = news.into_iter().filter_map(|l| {
        let theirs = face(&l.said.version.object);
        let ours = now.get(&l.said.id).map(|known| face(&known.current().object));
        let what = "it could not be applied; see the events that failed";
        (ours.as_ref() != Some(&theirs)).then(|| Difference {
            ours: ours.map(|face| face.minor.to_string()),
            ..difference(kind, &l.said, what, &theirs.minor.to_string(), "")
        })
    });
    Ok(refused.collect())
}

fn count(run: &mut Run<'_>, kind: ListKind, listed: &[Listed], refused: &[Difference]) {
    run.progress.objects_listed += listed.len() as u64;
    for l in listed {
        let theirs = face(&l.said.version.object);
        let figure = run.progress.figure(kind.as_str(), theirs.currency.as_deref());
        figure.stripe_count += 1;
        figure.stripe_minor = figure.stripe_minor.saturating_add(theirs.minor);
        let failed = refused.iter().any(|d| d.object_id == l.said.id);
        let had = || l.known.as_ref().map(|known| face(&known.current().object));
        let ours = if l.verdict == Verdict::News && !failed { Some(theirs) } else { had() };
        if let Some(ours) = ours {
            let figure = run.progress.figure(kind.as_str(), ours.currency.as_deref());
            figure.our_count += 1;
            figure.our_minor = figure.our_minor.saturating_add(ours.minor);
        }
        run.progress.objects_taken_in += u64::from(l.verdict == Verdict::News && !failed);
    }
}
