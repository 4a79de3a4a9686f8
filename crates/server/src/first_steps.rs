//! What is left to do until a new server is of use, from its configuration, its database and one question to Stripe.
//!
//! The question never holds up a page: whoever asks gets the last answer, and a task asks again when that is old.

use crate::api::Result;
use crate::app::App;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::first_steps::{self, FirstSteps};
use stripe::api::{Api, ApiError, ListKind, ListQuery};
use tokio::time::{Instant, timeout};

/// Longest wait for Stripe.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// A good answer is believed for so long.
const GOOD_FOR: Duration = Duration::from_mins(10);
/// Any other for so long.
const BAD_FOR: Duration = Duration::from_secs(15);
/// Characters of Stripe's words that are shown.
const WORDS_CHARS_MAX: usize = 300;

/// What Stripe says of the secret key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// None is configured.
    Missing,
    /// Not answered yet.
    Asked,
    /// It works.
    Good,
    /// Stripe does not take it, in its words.
    Refused(String),
    /// Stripe did not answer, and why.
    Unreachable(String),
}

/// The last answer; one question at a time. Also whether the database has everything: what was there once is never
/// deleted, so that need not be asked again.
#[derive(Debug, Default)]
pub struct KeyCheck(Mutex<Checked>);

#[derive(Debug, Default)]
struct Checked {
    answer: Option<(Key, Instant)>,
    asking: bool,
    all_seen: bool,
}

impl KeyCheck {
    fn lock(&self) -> MutexGuard<'_, Checked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the set-up is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of a list")]
pub struct Steps {
    /// Stripe's events can be told from forged ones.
    pub webhook_secret: bool,
    /// A webhook brought an event.
    pub event: bool,
    /// See [`Key`].
    pub key: Key,
    /// The key is for live money.
    pub livemode: bool,
    /// There is a content.
    pub content: bool,
    /// There is a journey.
    pub journey: bool,
    /// There is a payment.
    pub payment: bool,
}

impl Steps {
    /// Nothing is left to do.
    pub fn all_done(&self) -> bool {
        self.left() == 0
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        let key = self.key == Key::Good;
        let done = [self.webhook_secret, self.event, key, self.content, self.journey, self.payment];
        done.into_iter().filter(|done| !done).count()
    }
}

/// How far the set-up is now.
pub async fn steps(app: &App) -> Result<Steps> {
    let seen = seen(app).await?;
    Ok(Steps {
        webhook_secret: !app.config.webhook_secrets.is_empty(),
        event: seen.event,
        key: key(app),
        livemode: app.config.livemode(),
        content: seen.content,
        journey: seen.journey,
        payment: seen.payment,
    })
}

async fn seen(app: &App) -> Result<FirstSteps> {
    let all = FirstSteps { event: true, content: true, journey: true, payment: true };
    if app.key_check.lock().all_seen {
        return Ok(all);
    }
    let seen = first_steps::seen(&mut app.events().await?).await?;
    app.key_check.lock().all_seen = seen == all;
    Ok(seen)
}

/// The last answer; asks again beside the request when it is old.
fn key(app: &App) -> Key {
    let Some(api) = app.stripe.clone() else { return Key::Missing };
    let mut checked = app.key_check.lock();
    let believed = |key: &Key| if *key == Key::Good { GOOD_FOR } else { BAD_FOR };
    let is_old = checked.answer.as_ref().is_none_or(|(key, at)| at.elapsed() >= believed(key));
    if is_old && !checked.asking {
        checked.asking = true;
        let app = app.clone();
        tokio::spawn(async move {
            let answer = ask(&api).await;
            let mut checked = app.key_check.lock();
            checked.answer = Some((answer, Instant::now()));
            checked.asking = false;
        });
    }
    checked.answer.as_ref().map_or(Key::Asked, |(key, _)| key.clone())
}

/// The smallest thing to ask for.
async fn ask(api: &Api) -> Key {
    let query = ListQuery { limit: Some(1), ..ListQuery::default() };
    let answer = timeout(ASK_TIMEOUT, api.list(ListKind::Events, &query)).await;
    let told = |error: &ApiError| error.to_string().chars().take(WORDS_CHARS_MAX).collect();
    match answer {
        Ok(Ok(_)) => Key::Good,
        Ok(Err(error @ (ApiError::Auth(_) | ApiError::Invalid(_) | ApiError::NotFound(_)))) => {
            Key::Refused(told(&error))
        }
        Ok(Err(error)) => Key::Unreachable(told(&error)),
        Err(_) => Key::Unreachable("Stripe did not answer in time".to_owned()),
    }
}
