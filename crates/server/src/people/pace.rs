//! Slows down who guesses one person's password from many places. It never locks: whoever signs in from a browser in which
//! the person signed in before does not come by here, so no stranger's guesses can keep them out. In memory and bounded;
//! per process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Failures of one account before its next attempts wait.
const FREE: u32 = 5;
/// Between two attempts then.
const GAP: Duration = Duration::from_secs(2);
/// Longest wait; beyond it the asker is told to come back.
const WAIT_MAX: Duration = Duration::from_secs(6);
/// An account is forgotten when nothing was tried for so long.
const FORGET_AFTER: Duration = Duration::from_mins(15);
/// Accounts remembered. When more are tried at once, the rest share one.
const ACCOUNTS_MAX: usize = 10_000;
/// Bytes of an address that tell accounts apart.
const KEY_BYTES_MAX: usize = 254;

/// What to do with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Check it after this.
    After(Duration),
    /// Do not check it; come back after this.
    Later(Duration),
}

/// Attempts by account, whether there is such an account or not.
#[derive(Debug, Default)]
pub struct Pace(Mutex<HashMap<String, Account>>);

#[derive(Debug)]
struct Account {
    tried: u32,
    tried_at: Instant,
    next_at: Instant,
}

impl Pace {
    /// Counts an attempt before it is checked.
    pub fn turn(&self, email: &str, now: Instant) -> Turn {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = key(email);
        if !all.contains_key(&key) && all.len() >= ACCOUNTS_MAX {
            all.retain(|_, account| now.duration_since(account.tried_at) < FORGET_AFTER);
            if all.len() >= ACCOUNTS_MAX {
                key = String::new();
            }
        }
        let account = all.entry(key).or_insert(Account { tried: 0, tried_at: now, next_at: now });
        if now.duration_since(account.tried_at) >= FORGET_AFTER {
            account.tried = 0;
        }
        account.tried = account.tried.saturating_add(1);
        account.tried_at = now;
        if account.tried <= FREE {
            return Turn::After(Duration::ZERO);
        }
        let at = account.next_at.max(now);
        let wait = at.duration_since(now);
        if wait > WAIT_MAX {
            return Turn::Later(wait);
        }
        account.next_at = at + GAP;
        Turn::After(wait)
    }

    /// The person signed in.
    pub fn succeeded(&self, email: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(email));
    }
}

fn key(email: &str) -> String {
    let end = (0..=KEY_BYTES_MAX.min(email.len())).rev().find(|at| email.is_char_boundary(*at));
    email[..end.unwrap_or(0)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "ana@example.com";

    #[test]
    fn an_account_that_is_tried_often_waits_and_others_do_not() {
        let (pace, now) = (Pace::default(), Instant::now());
        let turns: Vec<Turn> = (0..11).map(|_| pace.turn(ANA, now)).collect();
        let s = |seconds| Turn::After(Duration::from_secs(seconds));
        let later = Turn::Later(Duration::from_secs(8));
        assert_eq!(turns, [s(0), s(0), s(0), s(0), s(0), s(0), s(2), s(4), s(6), later, later]);
        assert_eq!(pace.turn("ben@example.com", now), s(0));
        assert_eq!(pace.turn(ANA, now + Duration::from_secs(8)), s(0), "being refused costs nothing");
        pace.succeeded(ANA);
        assert_eq!(pace.turn(ANA, now), s(0));
    }

    #[test]
    fn memory_is_bounded() {
        let (pace, now) = (Pace::default(), Instant::now());
        for n in 0..ACCOUNTS_MAX + 5 {
            pace.turn(&format!("{n}@example.com"), now);
        }
        assert_eq!(pace.0.lock().unwrap().len(), ACCOUNTS_MAX + 1, "all the rest share one");
        assert_eq!(key(&"ü".repeat(200)).len(), KEY_BYTES_MAX);
    }
}
