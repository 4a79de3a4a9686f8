//! Passwords: which are taken, and how they are kept. Never logged, never in an error.

use crate::api::{Problem, Result};
use crate::ids;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Likewise: a longer one only costs time.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Different characters in it.
const DIFFERENT_CHARS_MIN: usize = 5;
/// Memory of one hash, in KiB: 19 MiB. These three are OWASP's parameters for Argon2id.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of salt.
const SALT_BYTES: usize = 16;
/// Hashes computed at once; the others wait.
const AT_ONCE_MAX: usize = 2;
/// Longest wait for one's turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);
/// What is checked when nobody has the address, so that the answer takes as long. Nobody knows its password.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCE$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

static WORST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("worst_passwords.txt").lines().collect());

/// What is wrong with a new password of the person with this address.
pub fn fault(password: &str, email: &str) -> Option<String> {
    let count = password.chars().count();
    let lower = password.to_lowercase();
    let different: HashSet<char> = lower.chars().collect();
    if count < PASSWORD_CHARS_MIN {
        Some(format!("must have at least {PASSWORD_CHARS_MIN} characters; it has {count}"))
    } else if count > PASSWORD_CHARS_MAX {
        Some(format!("must have at most {PASSWORD_CHARS_MAX} characters; it has {count}"))
    } else if lower.trim() == email || email.split('@').next() == Some(lower.trim()) {
        Some("must not be the e-mail address".to_owned())
    } else if different.len() < DIFFERENT_CHARS_MIN || WORST.contains(lower.trim()) {
        Some("is one of those that are guessed first; a few unrelated words make a good one".to_owned())
    } else {
        None
    }
}

/// Computes hashes, a few at a time and beside the requests.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE_MAX)))
    }
}

impl Passwords {
    /// What to store of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.aside(move || hash(&password)).await?.ok_or_else(|| {
            tracing::error!("a password could not be hashed");
            Problem::unavailable("The password could not be taken. Please try again.")
        })
    }

    /// Whether this is the password behind `stored`; without one it never is, which takes as long to find out.
    pub async fn is(&self, password: String, stored: Option<String>) -> Result<bool> {
        self.aside(move || {
            let good = verify(&password, stored.as_deref().unwrap_or(NOBODYS));
            good && stored.is_some()
        })
        .await
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || Problem::unavailable("Many people sign in right now. Please try again in a moment.");
        let turn = timeout(TURN_TIMEOUT, Arc::clone(&self.0).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| busy())
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Option<String> {
    let salt = ids::random::<SALT_BYTES>();
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// True of a hash that was made with other parameters than a new one would be.
pub fn is_dated(stored: &str) -> bool {
    !stored.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

/// The parameters are those that stand in the hash.
fn verify(password: &str, stored: &str) -> bool {
    // Longer ones are never taken, so they are nobody's.
    let chars = password.chars().take(PASSWORD_CHARS_MAX + 1).count();
    let password = if chars > PASSWORD_CHARS_MAX { "" } else { password };
    argon2().is_some_and(|argon2| argon2.verify_password(password.as_bytes(), stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_passwords_are_refused() {
        let bad = [
            ("short", "at least 12"),
            ("elevenchars", "at least 12"),
            ("ana.lima@example.com", "e-mail"),
            ("ANA.LIMA@example.com", "e-mail"),
            ("Password1234", "guessed first"),
            ("aaaaaaaaaaaaaaaaaaa", "guessed first"),
            ("abababababab", "guessed first"),
            (&"0123456789".repeat(21), "at most 200"),
        ];
        for (password, words) in bad {
            let fault = fault(password, "ana.lima@example.com").unwrap_or_default();
            assert!(fault.contains(words), "{password}: {fault}");
        }
        let long = "äöü0123456".repeat(20);
        for good in ["four plain words here", "Tr0ub4dor&3xyz", long.as_str(), "            x y z w v"] {
            assert_eq!(fault(good, "ana@example.com"), None, "{good}");
        }
    }

    #[test]
    fn every_listed_password_could_be_chosen_otherwise() {
        assert!(WORST.len() > 80);
        for worst in WORST.iter() {
            assert_eq!(*worst, worst.to_lowercase());
        }
    }

    #[test]
    fn a_hash_says_how_it_was_made_and_is_salted() {
        let (one, other) = (hash("four plain words here").unwrap(), hash("four plain words here").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != other, "{one}");
        assert!(verify("four plain words here", &one) && verify("four plain words here", &other));
        for wrong in ["", "four plain words here ", "Four plain words here"] {
            assert!(!verify(wrong, &one), "{wrong}");
        }
    }

    #[test]
    fn a_hash_of_other_parameters_is_dated() {
        assert!(!is_dated(NOBODYS) && !is_dated(&hash("four plain words here").unwrap()));
        for dated in [
            "$argon2id$v=19$m=12288,t=3,p=1$c2FsdA$aGFzaA",
            "$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
            "",
        ] {
            assert!(is_dated(dated), "{dated}");
        }
    }

    /// Otherwise an unknown address would answer sooner.
    #[test]
    fn nobodys_hash_costs_what_others_cost() {
        let start = NOBODYS.find("m=").map(|at| &NOBODYS[at..at + "m=19456,t=2,p=1".len()]);
        assert_eq!(start, Some(format!("m={MEMORY_KIB},t={PASSES},p={LANES}").as_str()));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODYS).is_ok());
        assert!(!verify("nobody's salt!", NOBODYS));
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::default();
        assert!(!passwords.is(String::new(), None).await.unwrap());
        let stored = passwords.hash("four plain words here".to_owned()).await.unwrap();
        assert!(passwords.is("four plain words here".to_owned(), Some(stored)).await.unwrap());
    }
}
