//! The pay button: one Checkout Session at Stripe for a journey (SPEC H6, 9.12).
//!
//! Never two open sessions for one journey, on any number of nodes, through crashes and slow answers. No transaction is
//! held while Stripe is asked; instead every request to open a session is written down first, as an *attempt* with its
//! parameters to the byte, and is sent under an idempotency key made of the journey and the attempt's number. Whoever
//! finds an unanswered attempt sends it again and gets the same session; a next attempt begins only once the session of
//! the one before cannot be paid any more. (docs/decisions/0013)
//!
//! Must never tell a journey paid: only Stripe's objects do that, through `apply`.

mod error;
mod params;
mod standing;

pub use error::CheckoutError;
pub(crate) use error::mode;

use crate::api::access::Principal;
use crate::app::App;
use params::Payer;
use standing::{Recorded, Standing};
use std::time::Duration;
use store::attempts::StoredAttempt;
use stripe::api::{Api, ApiError, Form, ListQuery, Session, SessionState};

/// Longest time a person waits for the pay button; less than a request may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(18);
/// Steps to a session: look, end the old one, begin, open; and again when somebody changed the journey meanwhile.
const ROUNDS_MAX: usize = 12;
/// Pages of open sessions looked through for one whose creation Stripe reported as failed.
const SEARCH_PAGES_MAX: usize = 10;

/// A session that the client can pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// `cs_…`
    pub session_id: String,
    /// Where to send the client.
    pub url: String,
    /// False when it was open already.
    pub new: bool,
}

/// Gives the journey's open session, opening one if there is none for its version and price of now.
///
/// `who` is the seller who asks for it; none when the client does.
pub async fn open(app: &App, journey_id: &str, who: Option<&Principal>) -> Result<Opened, CheckoutError> {
    let Some(api) = app.stripe.as_ref() else {
        // What is wrong with the journey is said first.
        Standing::load(&mut app.db.read().await?, journey_id).await?;
        return Err(CheckoutError::NotConfigured);
    };
    let opening = Opening { app, api, who, payer: Payer::Customer };
    let opened = tokio::time::timeout(OPEN_TIMEOUT, opening.run(journey_id));
    let opened = opened.await.unwrap_or_else(|_| Err(CheckoutError::slow()));
    match &opened {
        Ok(opened) => {
            tracing::info!(
                journey_id,
                session_id = opened.session_id,
                new = opened.new,
                "a checkout is open"
            );
        }
        Err(error) if error.is_ours_to_see() => {
            tracing::warn!(journey_id, request_id = error.request_id(), %error, "no checkout could be opened");
        }
        Err(_) => {}
    }
    opened
}

/// Ends the journey's open session, if there is one, so that nobody can pay it any more. Asked again it goes on where it
/// was stopped.
pub async fn end(app: &App, journey_id: &str) -> Result<(), CheckoutError> {
    let Some(api) = app.stripe.as_ref() else { return Ok(()) };
    let ending = Opening { app, api, who: None, payer: Payer::Customer }.end(journey_id);
    tokio::time::timeout(OPEN_TIMEOUT, ending).await.unwrap_or_else(|_| Err(CheckoutError::slow()))
}

struct Opening<'a> {
    app: &'a App,
    api: &'a Api,
    who: Option<&'a Principal>,
    payer: Payer,
}

impl Opening<'_> {
    async fn run(mut self, journey_id: &str) -> Result<Opened, CheckoutError> {
        for _ in 0..ROUNDS_MAX {
            let standing = Standing::load(&mut self.app.db.read().await?, journey_id).await?;
            standing.may_pay(self.api.livemode())?;
            let done = match &standing.attempt {
                Some(attempt) if !attempt.closed => match &attempt.session_id {
                    Some(session_id) => self.look(&standing, attempt, session_id).await?,
                    None => self.ask(&standing, attempt).await?,
                },
                _ => {
                    standing::begin(self.app, journey_id, self.api.livemode(), self.payer).await?;
                    None
                }
            };
            if let Some(opened) = done {
                return Ok(opened);
            }
        }
        Err(CheckoutError::slow())
    }

    async fn end(mut self, journey_id: &str) -> Result<(), CheckoutError> {
        for _ in 0..ROUNDS_MAX {
            let standing = Standing::load(&mut self.app.db.read().await?, journey_id).await?;
            let Some(attempt) = standing.attempt.as_ref().filter(|attempt| !attempt.closed) else {
                return Ok(());
            };
            match &attempt.session_id {
                Some(session_id) => match self.api.expire_session(session_id).await {
                    Ok(_) | Err(ApiError::NotFound(_)) => drop(self.close(attempt).await?),
                    // It is not open any more: paid or expired, which Stripe's events tell.
                    Err(ApiError::Invalid(_)) => return Ok(()),
                    Err(error) => return Err(error.into()),
                },
                // Stripe may have opened one whose answer was lost.
                None => drop(self.ask(&standing, attempt).await?),
            }
        }
        Err(CheckoutError::slow())
    }

    /// There is a session: is it open still, and for what the journey asks now?
    async fn look(
        &self,
        standing: &Standing,
        attempt: &StoredAttempt,
        session_id: &str,
    ) -> Result<Option<Opened>, CheckoutError> {
        let session = match self.api.session(session_id).await {
            // Of another account, or swept away: nobody can pay it here.
            Err(ApiError::NotFound(_)) => return self.close(attempt).await,
            other => other?,
        };
        match session.state {
            SessionState::Open if standing.fits(attempt) => match session.url {
                Some(url) => Ok(Some(Opened { session_id: session.id, url, new: false })),
                None => Err(CheckoutError::slow()),
            },
            SessionState::Open => match self.api.expire_session(session_id).await {
                Ok(_) => self.close(attempt).await,
                // It is not open any more: paid or expired this moment. The next look tells which.
                Err(ApiError::Invalid(_)) => Ok(None),
                Err(error) => Err(error.into()),
            },
            SessionState::Paid => Err(CheckoutError::AlreadyPaid(ledger::PaymentStatus::Paid)),
            SessionState::CompleteUnpaid if !failed_since(&session) => Err(CheckoutError::OnItsWay),
            SessionState::CompleteUnpaid | SessionState::Expired => self.close(attempt).await,
        }
    }

    async fn close(&self, attempt: &StoredAttempt) -> Result<Option<Opened>, CheckoutError> {
        standing::close(self.app, attempt).await?;
        Ok(None)
    }

    /// An attempt without an answer: asks Stripe, again or for the first time.
    async fn ask(
        &mut self,
        standing: &Standing,
        attempt: &StoredAttempt,
    ) -> Result<Option<Opened>, CheckoutError> {
        if params::is_forgotten(attempt, self.app.context.clock.now_ms()) {
            return self.close(attempt).await;
        }
        let form: Form = params::read(attempt)?;
        match self.api.create_session(&form, &params::idempotency_key(attempt)).await {
            Ok(session) => self.record(standing, attempt, session).await,
            Err(ApiError::Unavailable { replayed: true, why, request_id }) => {
                tracing::warn!(
                    journey_id = attempt.journey_id,
                    request_id,
                    why,
                    "Stripe keeps a failure; looking for its session"
                );
                self.search(standing, attempt).await
            }
            Err(ApiError::Invalid(refusal)) => {
                standing::close(self.app, attempt).await?;
                match self.payer.next(refusal.param.as_deref()) {
                    Some(next) => {
                        self.payer = next;
                        Ok(None)
                    }
                    None => Err(CheckoutError::Refused(ApiError::Invalid(refusal))),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn record(
        &self,
        standing: &Standing,
        attempt: &StoredAttempt,
        session: Session,
    ) -> Result<Option<Opened>, CheckoutError> {
        if session.livemode != standing.journey.livemode {
            return Err(CheckoutError::WrongMode { journey_is_live: standing.journey.livemode });
        }
        let recorded = standing::record(self.app, attempt, &session, self.who).await?;
        if recorded == Recorded::TooLate {
            // Given up by somebody else meanwhile: it must not stay open beside the next one.
            self.api.expire_session(&session.id).await.map(drop).or_else(|error| match error {
                ApiError::Invalid(_) => Ok(()),
                error => Err(error),
            })?;
            return Ok(None);
        }
        // An answer that Stripe kept for us may be of a session that has ended since; the next look tells.
        let fresh =
            recorded == Recorded::New && standing.fits(attempt) && session.state == SessionState::Open;
        Ok(session.url.filter(|_| fresh).map(|url| Opened { session_id: session.id, url, new: true }))
    }

    /// Stripe stored a failure under the attempt's key and repeats it, but may have opened the session all the same.
    async fn search(
        &self,
        standing: &Standing,
        attempt: &StoredAttempt,
    ) -> Result<Option<Opened>, CheckoutError> {
        let (from_s, to_s) = params::created_between(attempt);
        let mut query = ListQuery {
            created_gte_s: Some(from_s),
            created_lte_s: Some(to_s),
            status: Some("open"),
            ..ListQuery::default()
        };
        for _ in 0..SEARCH_PAGES_MAX {
            let (sessions, has_more) = self.api.list_sessions(&query).await?;
            query.starting_after = sessions.last().map(|session| session.id.clone());
            let is_ours = |s: &Session| {
                s.state == SessionState::Open
                    && s.client_reference_id.as_deref() == Some(attempt.journey_id.as_str())
            };
            if let Some(session) = sessions.into_iter().find(is_ours) {
                return self.record(standing, attempt, session).await;
            }
            if !has_more {
                return self.close(attempt).await;
            }
        }
        Err(CheckoutError::slow())
    }
}

/// A completed session whose slow payment did not succeed: it is of no more use.
fn failed_since(session: &Session) -> bool {
    matches!(session.intent_status.as_deref(), Some("requires_payment_method" | "canceled"))
}
