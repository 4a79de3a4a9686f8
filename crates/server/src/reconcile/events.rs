//! Step 1: events. Those that no webhook brought are stored and applied like the others.

use super::{ReconcileError, Run};
use crate::ingest;
use std::collections::BTreeSet;
use store::events::{self, NewEvent};
use store::reconciliations::{self, Difference};
use stripe::api::{ListKind, ListQuery};

/// A webhook may take this long before its event counts as missed, in ms: it may be under way, or tried a second time.
const MISSED_AFTER_MS: i64 = 300_000;

pub(super) async fn page(run: &mut Run<'_>) -> Result<(), ReconcileError> {
    let query = ListQuery {
        starting_after: run.progress.cursor.clone(),
        created_gte_s: run.stored.since_s,
        ..ListQuery::default()
    };
    let page = run.api.list(ListKind::Events, &query).await?;
    let now_ms = run.app.context.clock.now_ms();
    let (mut listed, mut unreadable) = (Vec::new(), Vec::new());
    for item in &page.items {
        match ingest::read(item.json.get().as_bytes(), now_ms) {
            Ok(event) => listed.push(event),
            Err(error) => unreadable.push(unread(&item.id, &error.to_string())),
        }
    }
    let ids: Vec<String> = listed.iter().map(|event| event.id.clone()).collect();
    run.app.ingest.on_the_way.settled().await;
    let mut conn = run.app.db.write().await?;
    let here = events::existing(&mut conn, ids.clone()).await?;
    let by_us = reconciliations::taken_in(&mut conn, ids).await?;
    let late = late(&listed, now_ms);
    run.progress.events_listed += page.items.len() as u64;
    for event in listed.iter().filter(|event| stripe::handled(&event.kind)) {
        let at_s = Some(event.created_at_ms.div_euclid(1000));
        if here.contains(&event.id) && !by_us.contains(&event.id) {
            run.progress.last_received_s = run.progress.last_received_s.max(at_s);
        } else if late.contains(&event.id) {
            run.progress.last_missed_s = run.progress.last_missed_s.max(at_s);
        }
    }
    let missing = listed.into_iter().filter(|event| !here.contains(&event.id)).collect();
    let fresh = events::insert(&mut conn, missing).await?;
    let missed = fresh.iter().filter(|id| late.contains(*id)).cloned().collect();
    reconciliations::add_taken_in(&mut conn, missed).await?;
    reconciliations::add_differences(&mut conn, &run.stored.id, &unreadable).await?;
    run.progress.events_taken_in += fresh.len() as u64;
    run.progress.after(page.items.last().map(|item| item.id.clone()), page.has_more);
    run.save(&mut conn).await?;
    conn.commit().await?;
    if !fresh.is_empty() {
        run.app.apply_due().await;
    }
    Ok(())
}

/// Those of them that a webhook should have brought by now.
fn late(listed: &[NewEvent], now_ms: i64) -> BTreeSet<String> {
    let old = |event: &&NewEvent| event.created_at_ms + MISSED_AFTER_MS <= now_ms;
    listed.iter().filter(old).map(|event| event.id.clone()).collect()
}

fn unread(id: &str, why: &str) -> Difference {
    Difference {
        object_id: id.to_owned(),
        kind: ListKind::Events.as_str().to_owned(),
        currency: None,
        what: format!("it cannot be read: {why}"),
        stripe: None,
        ours: None,
    }
}
