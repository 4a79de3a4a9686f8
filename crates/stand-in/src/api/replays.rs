//! Idempotency keys. <https://docs.stripe.com/api/idempotent_requests>

use super::{Answer, Call};
use crate::account::Account;
use crate::refused::Refused;
use std::collections::{HashMap, VecDeque};

/// An answer is given again for this long.
const KEPT_S: i64 = 24 * 3600;
/// Answers kept at a time; beyond it the oldest go.
const KEPT_MAX: usize = 10_000;
/// Longest key.
const KEY_CHARS_MAX: usize = 255;

/// Answers that may be asked for again.
#[derive(Debug, Default)]
pub(crate) struct Replays {
    kept: HashMap<String, Kept>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Kept {
    at_s: i64,
    path: String,
    body: Vec<u8>,
    answer: Answer,
}

impl Replays {
    /// The answer that this call got before, if any.
    pub(super) fn look_up(&self, account: &Account, call: &Call) -> Result<Option<Answer>, Refused> {
        let (Some(key), "POST") = (call.idempotency_key, call.method) else { return Ok(None) };
        if key.chars().count() > KEY_CHARS_MAX {
            let message = format!("Idempotency keys can have up to {KEY_CHARS_MAX} characters.");
            return Err(Refused::plain(400, message));
        }
        let Some(kept) = self.kept.get(key).filter(|kept| account.now_s() - kept.at_s < KEPT_S) else {
            return Ok(None);
        };
        if kept.path == call.path && kept.body == call.body {
            return Ok(Some(kept.answer.clone()));
        }
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key \
             other than '{key}' if you meant to execute a different request."
        );
        Err(Refused { kind: "idempotency_error", ..Refused::plain(400, message) })
    }

    /// Refusals are not kept: nothing was done, so trying again is safe.
    pub(super) fn keep(&mut self, account: &Account, call: &Call, answer: &Answer) {
        let Some(key) = call.idempotency_key else { return };
        let kept = Kept {
            at_s: account.now_s(),
            path: call.path.to_owned(),
            body: call.body.to_vec(),
            answer: answer.clone(),
        };
        if self.kept.insert(key.to_owned(), kept).is_none() {
            self.order.push_back(key.to_owned());
        }
        if self.order.len() > KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
    }
}
