//! The ledger of payments: finding them, linking one to a journey by hand and taking that back. For the API and the
//! pages alike. A link goes the way of every fact: the payment is folded and its journeys are judged again.

use crate::api::access::Principal;
use crate::api::query::{Params, is_stripe_id};
use crate::api::{Problem, Result};
use crate::app::App;
use crate::apply::{Touched, batch, objects};
use crate::audit;
use crate::ids::IdKind;
use ledger::{Currency, MatchedBy, PaymentStatus};
use serde_json::json;
use std::collections::BTreeSet;
use store::payment_list::{self, PaymentFilter, Place};
use store::payment_totals::{self, Sums};
use store::payments::{self, StoredPayment};
use store::{Conn, journeys};

/// Characters of a search, and of a method.
const TEXT_CHARS_MAX: usize = 200;
/// Every status, as a message lists them.
const STATUSES: &str =
    "none, processing, failed, canceled, paid, partially_refunded, refunded, disputed, lost";

/// What an address asks the ledger for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Which payments.
    pub filter: PaymentFilter,
    /// And of those, what a person typed to find.
    pub q: Option<String>,
}

/// Reads it. Days are in UTC, and both are included.
pub fn wanted(params: &mut Params) -> Wanted {
    let unmatched = params.truth("unmatched");
    let matched = params.truth("matched");
    if unmatched == Some(true) && matched == Some(true) {
        params.fault("matched", "cannot be true together with unmatched=true");
    }
    let (from_ms, to_ms) = params.days();
    let all = PaymentFilter::default();
    let filter = PaymentFilter {
        livemode: params.truth("livemode"),
        status: params.word("status", PaymentStatus::parse, STATUSES).map(|s| s.as_str().to_owned()),
        currency: params.word("currency", Currency::parse, "three letters, like usd").map(|c| c.to_string()),
        method: short(params, "method"),
        matched: if unmatched == Some(true) { Some(false) } else { matched },
        from_ms: from_ms.unwrap_or(all.from_ms),
        to_ms: to_ms.unwrap_or(all.to_ms),
    };
    Wanted { filter, q: short(params, "q") }
}

fn short(params: &mut Params, name: &str) -> Option<String> {
    let text = params.text(name)?;
    if text.chars().count() > TEXT_CHARS_MAX {
        params.fault(name, format!("must have at most {TEXT_CHARS_MAX} characters"));
    }
    Some(text)
}

/// Payments of a search, or of a page of the list.
#[derive(Debug, Default)]
pub struct Found {
    /// Newest first.
    pub payments: Vec<StoredPayment>,
    /// Of all that was found, when it was searched for.
    pub sums: Option<Vec<Sums>>,
    /// The search found more than it looks at.
    pub cut: bool,
}

/// Payments after a place, at most `rows`.
pub async fn find(conn: &mut Conn, wanted: &Wanted, after: Option<&Place>, rows: i64) -> Result<Found> {
    let Some(q) = &wanted.q else {
        let payments = payment_list::list(conn, &wanted.filter, after, rows).await?;
        return Ok(Found { payments, ..Found::default() });
    };
    let found = payment_list::search(conn, &wanted.filter, q).await?;
    let sums = Some(sums_of(&found.payments));
    let follows = |p: &StoredPayment| after.is_none_or(|after| (p.at_ms(), &p.id) < (after.at_ms, &after.id));
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let payments = found.payments.into_iter().filter(follows).take(rows).collect();
    Ok(Found { payments, sums, cut: found.cut })
}

fn sums_of(payments: &[StoredPayment]) -> Vec<Sums> {
    let mut sums: Vec<Sums> = Vec::new();
    for payment in payments {
        let currency = payment.facts.currency.map(|c| c.to_string()).unwrap_or_default();
        let at = sums.iter().position(|s| s.currency == currency).unwrap_or_else(|| {
            sums.push(Sums { currency, ..Sums::default() });
            sums.len() - 1
        });
        sums[at].add(payment);
    }
    sums.sort_by(|a, b| (b.payments, &a.currency).cmp(&(a.payments, &b.currency)));
    sums
}

/// How many payments of a mode wait for a person to link them.
pub async fn unmatched_count(conn: &mut Conn, livemode: bool) -> Result<i64> {
    let filter = PaymentFilter { matched: Some(false), ..PaymentFilter::default() };
    let sums = payment_totals::sums(conn, &filter, livemode).await?;
    Ok(sums.iter().map(|sums| sums.payments).sum())
}

/// One payment.
pub async fn get(conn: &mut Conn, id: &str) -> Result<StoredPayment> {
    let found =
        if is_stripe_id(id) { payments::by_ids(conn, vec![id.to_owned()]).await?.pop() } else { None };
    found.ok_or_else(|| Problem::not_found("payment"))
}

/// Links a payment to a journey. Outranks every automatic match.
pub async fn link(app: &App, who: &Principal, id: &str, journey_id: &str) -> Result<StoredPayment> {
    let mut conn = app.db.ledger().await?;
    let payment = get(&mut conn, id).await?;
    let journey =
        if IdKind::Journey.fits(journey_id) { journeys::get(&mut conn, journey_id).await? } else { None };
    let journey = journey.ok_or_else(|| Problem::invalid_field("journey_id", "there is no such journey"))?;
    if journey.livemode != payment.facts.livemode {
        let detail = "Test money cannot belong to a live journey, nor live money to a test journey.";
        return Err(Problem::conflict("mode_mismatch", detail));
    }
    // A link on another object of this payment, from when it was a payment of its own, would compete with this one.
    forget_links(&mut conn, id).await?;
    payments::set_link(&mut conn, id, journey_id, &who.name, app.context.clock.now_ms()).await?;
    let detail = json!({"journey_id": journey_id, "before": payment.journey_id});
    audit::record(&mut conn, &app.context, who, "payment.link", Some(id), detail).await?;
    settle(app, conn, id).await
}

/// Takes back what a person linked: the payment is matched again as if nobody had.
pub async fn unlink(app: &App, who: &Principal, id: &str) -> Result<StoredPayment> {
    let mut conn = app.db.ledger().await?;
    let payment = get(&mut conn, id).await?;
    if payment.matched_by != Some(MatchedBy::Manual) {
        let detail = "Nobody linked this payment by hand, so there is nothing to take back.";
        return Err(Problem::conflict("not_linked", detail));
    }
    forget_links(&mut conn, id).await?;
    let detail = json!({"before": payment.journey_id});
    audit::record(&mut conn, &app.context, who, "payment.unlink", Some(id), detail).await?;
    settle(app, conn, id).await
}

async fn forget_links(conn: &mut Conn, id: &str) -> Result<()> {
    let trees = objects::trees(conn, &BTreeSet::from([id.to_owned()])).await?;
    let ids = trees.values().flatten().map(|row| row.id.clone()).collect();
    payments::delete_links(conn, ids).await?;
    Ok(())
}

/// Computes the payment and its journeys again, commits, and tells whoever looks on.
async fn settle(app: &App, mut conn: Conn, id: &str) -> Result<StoredPayment> {
    let payment_ids = BTreeSet::from([id.to_owned()]);
    let trees = objects::trees(&mut conn, &payment_ids).await?;
    let touched = Touched { payments: payment_ids, ..Touched::default() };
    let changes = batch::recompute(&mut conn, &app.context, &touched, &trees).await?;
    let now = get(&mut conn, id).await?;
    app.live.commit(conn, changes).await?;
    Ok(now)
}
