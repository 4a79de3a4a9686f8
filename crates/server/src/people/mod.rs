//! Who may use the seller's side: people with passwords in browsers, programs with tokens.
//!
//! [`sign_in`] is the one door for people: whoever proves in another way who a person is (an identity provider, say) ends
//! in [`sign_in::admit`], too. Pages and API call the same functions; each writes what it changes and its row of the audit
//! log in one transaction. Secrets are stored as hashes, and never logged.

pub mod account;
pub mod attempts;
pub mod invitations;
pub mod last_seen;
pub mod manage;
pub mod pace;
pub mod passwords;
pub mod sessions;
pub mod set_up;
pub mod sign_in;
pub mod tokens;

use crate::api::access::Role;
use crate::api::form::Form;
use attempts::Attempts;
use last_seen::LastSeen;
use pace::Pace;
use passwords::Passwords;

/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 100;

/// What the process remembers of those who sign in.
#[derive(Debug)]
pub struct People {
    /// Computes hashes.
    pub passwords: Passwords,
    /// Failures by address.
    pub by_address: Attempts,
    /// Attempts by account.
    pub by_account: Pace,
    /// Notes who was seen.
    pub last_seen: LastSeen,
}

impl People {
    /// Remembers nothing yet.
    pub fn new(last_seen: LastSeen) -> Self {
        Self {
            passwords: Passwords::default(),
            by_address: Attempts::default(),
            by_account: Pace::default(),
            last_seen,
        }
    }
}

/// Reads a role.
pub fn role(form: &mut Form, path: &str) -> Role {
    let found = form.as_sent(path).and_then(Role::parse);
    if found.is_none() {
        form.fault(path, "must be one of viewer, editor, owner");
    }
    // Until the form is refused: the least.
    found.unwrap_or(Role::Viewer)
}

/// Reads a new password at `password` for the person with this address.
pub fn new_password(form: &mut Form, email: &str) -> String {
    let password = form.as_sent("password").unwrap_or_default().to_owned();
    if password.is_empty() {
        form.fault("password", "is required");
    } else if let Some(fault) = passwords::fault(&password, email) {
        form.fault("password", fault);
    }
    password
}
