//! Fields of forms, each with its label, hint and fault tied to it.

use crate::api::Problem;
use crate::api::access::Role;
use crate::people::passwords::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use askama::Template;

/// One line of text.
#[derive(Template)]
#[template(path = "form/field.html")]
pub(super) struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    autocomplete: &'static str,
    hint: Option<String>,
    fault: Option<String>,
    chars_max: usize,
    focus: bool,
    optional: bool,
}

impl Field {
    /// An empty one.
    pub(super) fn new(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            value: String::new(),
            autocomplete: "off",
            hint: None,
            fault: None,
            chars_max: 200,
            focus: false,
            optional: false,
        }
    }

    /// For an e-mail address.
    pub(super) fn email(autocomplete: &'static str) -> Self {
        Self { kind: "email", autocomplete, chars_max: 254, ..Self::new("email", "E-mail") }
    }

    /// For a password that is known already.
    pub(super) fn known_password(name: &'static str, label: &'static str) -> Self {
        Self { kind: "password", autocomplete: "current-password", ..Self::new(name, label) }
    }

    /// For a new password.
    pub(super) fn new_password(label: &'static str) -> Self {
        let hint =
            format!("At least {PASSWORD_CHARS_MIN} characters; a few unrelated words make a good one.");
        let autocomplete = "new-password";
        let field = Self { kind: "password", autocomplete, ..Self::new("password", label) };
        Self { chars_max: PASSWORD_CHARS_MAX, ..field.hint(&hint) }
    }

    /// For a whole number.
    pub(super) fn whole(name: &'static str, label: &'static str) -> Self {
        Self { kind: "number", ..Self::new(name, label) }
    }

    /// What browsers may fill in.
    pub(super) fn autocomplete(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }

    /// Filled.
    pub(super) fn value(self, value: String) -> Self {
        Self { value, ..self }
    }

    /// With words under it.
    pub(super) fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }

    /// With what was wrong with it, if it was.
    pub(super) fn fault(self, problem: Option<&Problem>) -> Self {
        Self { fault: fault_of(problem, self.name, self.label), ..self }
    }

    /// Where typing begins.
    pub(super) fn focus(self) -> Self {
        Self { focus: true, ..self }
    }
}

/// A choice of one role.
#[derive(Template)]
#[template(path = "form/role.html")]
pub(super) struct RoleField {
    chosen: String,
    fault: Option<String>,
}

impl RoleField {
    /// With one chosen.
    pub(super) fn new(chosen: &str, problem: Option<&Problem>) -> Self {
        Self { chosen: chosen.to_owned(), fault: fault_of(problem, "role", "Role") }
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    fn roles(&self) -> [(Role, &'static str); 3] {
        ROLES
    }
}

/// Each with what it may do.
const ROLES: [(Role, &str); 3] = [
    (Role::Viewer, "Viewer – reads"),
    (Role::Editor, "Editor – reads, changes"),
    (Role::Owner, "Owner – does everything"),
];

/// A role as people read it.
pub(super) fn role_words(role: &str) -> &'static str {
    match Role::parse(role) {
        Some(Role::Owner) => "Owner",
        Some(Role::Editor) => "Editor",
        _ => "Viewer",
    }
}

/// What is wrong with one field.
fn fault_of(problem: Option<&Problem>, name: &str, label: &str) -> Option<String> {
    let error = problem?.errors.iter().find(|error| error.field == name)?;
    // The API's messages follow the field's name.
    let follows = ["is ", "must "].iter().any(|start| error.message.starts_with(start));
    Some(if follows { format!("{label} {}.", error.message) } else { sentence(&error.message) })
}

/// What is wrong as a whole: nothing, when the fields tell.
pub(super) fn whole_fault(problem: Option<&Problem>) -> Option<String> {
    let problem = problem?;
    match problem.errors.iter().find(|error| error.field.is_empty()) {
        Some(error) => Some(sentence(&error.message)),
        None if problem.errors.is_empty() => Some(problem.detail.clone()),
        None => None,
    }
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
