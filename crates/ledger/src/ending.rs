//! When a journey stopped waiting for its payment: [`ended_at_ms`]. Statistics count it as open until then.

use crate::journey::{Judgement, Mark, Override};
use crate::status::Outcome;

/// Unix ms at which it was paid, or at which a person closed it; `None` while it is open. An expired checkout or a failed
/// card closes nothing: only a person's word does, and only while the outcome agrees with it.
pub fn ended_at_ms(judgement: &Judgement, mark: Option<&Mark>, pinned: Option<&Override>) -> Option<i64> {
    let agrees = |outcome: Outcome| outcome == judgement.outcome;
    let pinned_at = pinned.filter(|pin| agrees(pin.outcome)).map(|pin| pin.at_ms);
    let marked_at = mark.filter(|mark| agrees(mark.outcome)).map(|mark| mark.at_ms);
    match judgement.outcome {
        Outcome::Paid | Outcome::Refunded => judgement.paid_at_ms.or(pinned_at).or(marked_at),
        Outcome::Ghosted => pinned_at.or(marked_at),
        Outcome::Pending | Outcome::Responded => None,
    }
}
