//! Where a journey stands with its checkouts, and the four writes that change it.

use super::CheckoutError;
use super::params::{self, Payer};
use crate::api::access::Principal;
use crate::app::App;
use crate::apply::{self, Touched};
use crate::audit;
use crate::ids::IdKind;
use ledger::PaymentStatus;
use serde_json::json;
use std::collections::BTreeSet;
use store::attempts::{self, StoredAttempt};
use store::checkouts::{self, StoredCheckout};
use store::journeys::{self, StoredJourney};
use store::payments::{self, HintKind};
use store::{Conn, StoreError, clients, contents, withdrawals};
use stripe::api::Session;

/// A journey and its newest attempt.
pub(super) struct Standing {
    pub(super) journey: StoredJourney,
    pub(super) attempt: Option<StoredAttempt>,
    withdrawn: bool,
}

impl Standing {
    pub(super) async fn load(conn: &mut Conn, journey_id: &str) -> Result<Self, CheckoutError> {
        let found =
            if IdKind::Journey.fits(journey_id) { journeys::get(conn, journey_id).await? } else { None };
        let journey = found.ok_or(CheckoutError::NotFound)?;
        let attempt = attempts::newest(conn, &journey.id).await?;
        let withdrawn = !withdrawals::of(conn, vec![journey.id.clone()]).await?.is_empty();
        Ok(Self { journey, attempt, withdrawn })
    }

    /// An error for a journey that must not be asked for money.
    pub(super) fn may_pay(&self, key_is_live: bool) -> Result<(), CheckoutError> {
        if self.withdrawn {
            return Err(CheckoutError::Withdrawn);
        }
        let journey_is_live = self.journey.livemode;
        match self.journey.judgement.payment_status {
            PaymentStatus::Processing => Err(CheckoutError::OnItsWay),
            PaymentStatus::None | PaymentStatus::Failed | PaymentStatus::Canceled => {
                if journey_is_live == key_is_live {
                    Ok(())
                } else {
                    Err(CheckoutError::WrongMode { journey_is_live })
                }
            }
            paid => Err(CheckoutError::AlreadyPaid(paid)),
        }
    }

    /// The attempt is for what the journey asks now.
    pub(super) fn fits(&self, attempt: &StoredAttempt) -> bool {
        attempt.content_version_id == self.journey.content_version_id && attempt.price == self.journey.price
    }
}

/// Writes a new attempt, unless somebody else has by now or the journey must not be paid.
pub(super) async fn begin(
    app: &App,
    journey_id: &str,
    key_is_live: bool,
    payer: Payer,
) -> Result<(), CheckoutError> {
    let mut conn = app.db.ledger().await?;
    let standing = Standing::load(&mut conn, journey_id).await?;
    standing.may_pay(key_is_live)?;
    if standing.attempt.as_ref().is_some_and(|attempt| !attempt.closed) {
        return Ok(());
    }
    let journey = standing.journey;
    let client = clients::get(&mut conn, &journey.client_id).await?.ok_or(CheckoutError::NotFound)?;
    let version = contents::get_version(&mut conn, &journey.content_version_id).await?;
    let content = match version {
        Some(version) => contents::get_content(&mut conn, &version.content_id).await?,
        None => None,
    };
    let content = content.ok_or(CheckoutError::NotFound)?;
    let now_ms = app.context.clock.now_ms();
    let form = params::form(&journey, &client, &content.name, &app.config.public_url, now_ms, payer);
    let attempt = StoredAttempt {
        number: standing.attempt.map_or(1, |last| last.number + 1),
        params: serde_json::to_string(&form).map_err(|e| StoreError::Other(e.to_string()))?,
        journey_id: journey.id,
        content_version_id: journey.content_version_id,
        hypothesis_id: journey.hypothesis_id,
        price: journey.price,
        started_at_ms: now_ms,
        session_id: None,
        closed: false,
    };
    attempts::insert(&mut conn, &attempt).await?;
    Ok(conn.commit().await?)
}

/// Ends an attempt whose session cannot be paid.
pub(super) async fn close(app: &App, attempt: &StoredAttempt) -> Result<(), CheckoutError> {
    let mut conn = app.db.write().await?;
    attempts::close(&mut conn, &attempt.journey_id, attempt.number).await?;
    Ok(conn.commit().await?)
}

/// What became of a session that Stripe gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    New,
    /// By another request.
    Already,
    /// Its attempt was given up.
    TooLate,
}

/// Freezes the session's content to it, and lets its journey know: a ghosted one reopens (SPEC 9.5), and a payment that
/// came before this is matched.
pub(super) async fn record(
    app: &App,
    attempt: &StoredAttempt,
    session: &Session,
    who: Option<&Principal>,
) -> Result<Recorded, CheckoutError> {
    let mut conn = app.db.ledger().await?;
    let newest = attempts::newest(&mut conn, &attempt.journey_id).await?;
    let current = newest.filter(|newest| newest.number == attempt.number && !newest.closed);
    let Some(current) = current else { return Ok(Recorded::TooLate) };
    if current.session_id.is_some() {
        return Ok(Recorded::Already);
    }
    attempts::set_session(&mut conn, &attempt.journey_id, attempt.number, &session.id).await?;
    let now_ms = app.context.clock.now_ms();
    let checkout = StoredCheckout {
        session_id: session.id.clone(),
        journey_id: attempt.journey_id.clone(),
        content_version_id: attempt.content_version_id.clone(),
        hypothesis_id: attempt.hypothesis_id.clone(),
        price: attempt.price,
        livemode: session.livemode,
        opened_at_ms: session.created_s.map_or(now_ms, |s| s.saturating_mul(1000)),
    };
    checkouts::insert(&mut conn, &checkout).await?;
    let mut changes = settle(app, &mut conn, &checkout).await?;
    let journey = journeys::get(&mut conn, &checkout.journey_id).await?;
    changes.extend(journey.map(|journey| apply::journeys::change(&journey, apply::VIEW)));
    if let Some(who) = who {
        let detail = json!({"session_id": session.id});
        audit::record(&mut conn, &app.context, who, "checkout.open", Some(&attempt.journey_id), detail)
            .await?;
    }
    app.live.commit(conn, changes).await?;
    Ok(Recorded::New)
}

async fn settle(
    app: &App,
    conn: &mut Conn,
    checkout: &StoredCheckout,
) -> Result<Vec<apply::Change>, StoreError> {
    let waiting = payments::hinted(conn, HintKind::Session, vec![checkout.session_id.clone()]).await?;
    let touched = Touched { payments: waiting.into_iter().collect(), ..Touched::default() };
    let trees = apply::objects::trees(conn, &touched.payments).await?;
    let mut changes = apply::batch::recompute(conn, &app.context, &touched, &trees).await?;
    let ours = BTreeSet::from([checkout.journey_id.clone()]);
    changes.extend(apply::journeys::rejudge(conn, &app.context, &ours).await?);
    Ok(changes)
}
