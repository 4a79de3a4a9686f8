//! Step 7: what we have and Stripe did not list.

use super::{Run, face};
use ledger::Object;
use store::StoreError;
use store::reconciliations::{self, Difference};
use stripe::api::ListKind;

/// Objects looked at in one go.
const PAGE: i64 = 500;

pub(super) async fn page(run: &mut Run<'_>) -> Result<(), StoreError> {
    let mut conn = run.app.db.write().await?;
    let after = run.progress.cursor.clone().unwrap_or_default();
    let unseen = reconciliations::unseen(&mut conn, &run.stored.id, &after, PAGE).await?;
    let last = unseen.last().map(|(id, _)| id.clone());
    let has_more = !unseen.is_empty();
    let mut differences = Vec::new();
    for (id, snapshot) in unseen {
        let object = &snapshot.current().object;
        let Some((kind, created_s)) = listed_as(object) else { continue };
        // An id of ours, for a dispute so old that it had none.
        if snapshot.livemode != run.stored.livemode || id.contains('/') || !run.covers(created_s) {
            continue;
        }
        let ours = face(object);
        let figure = run.progress.figure(kind.as_str(), ours.currency.as_deref());
        figure.our_count += 1;
        figure.our_minor = figure.our_minor.saturating_add(ours.minor);
        differences.push(Difference {
            object_id: id,
            kind: kind.as_str().to_owned(),
            currency: ours.currency,
            what: "Stripe does not list it".to_owned(),
            stripe: None,
            ours: Some(ours.minor.to_string()),
        });
    }
    reconciliations::add_differences(&mut conn, &run.stored.id, &differences).await?;
    run.progress.after(last, has_more);
    run.save(&mut conn).await?;
    conn.commit().await
}

impl Run<'_> {
    /// Stripe's lists were asked for objects of that time. What is younger than this comparison may have come after
    /// its list was read.
    fn covers(&self, created_s: i64) -> bool {
        self.stored.since_s.is_none_or(|since_s| created_s >= since_s)
            && created_s.saturating_mul(1000) < self.stored.started_at_ms
    }
}

/// The list an object should be in, and when it was made. Nothing of kinds that are not listed.
fn listed_as(object: &Object) -> Option<(ListKind, i64)> {
    let (kind, created_s) = match object {
        Object::Session(o) => (ListKind::Sessions, o.created),
        Object::Intent(o) => (ListKind::Intents, o.created),
        Object::Charge(o) => (ListKind::Charges, o.created),
        Object::Refund(o) => (ListKind::Refunds, o.created),
        Object::Dispute(o) => (ListKind::Disputes, o.created),
        Object::Warning(_) | Object::Invoice(_) | Object::Subscription(_) => return None,
    };
    Some((kind, created_s?))
}
