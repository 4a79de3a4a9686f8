//! What a browser's form sent, and how it comes back beside its faults: nothing that was typed is lost.

use crate::api::Problem;
use crate::api::form::{Form, body_problem};
use crate::api::problem::FieldError;
use crate::app::App;
use axum::Form as Encoded;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Names and texts. Of a name that came twice the last text counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        match Encoded::<Vec<(String, String)>>::from_request(request, app).await {
            Ok(Encoded(pairs)) => Ok(Self(pairs.into_iter().collect())),
            Err(FormRejection::BytesRejection(rejection)) => Err(body_problem(&rejection)),
            Err(_) => Err(Problem::malformed("The form could not be read. Open the page again.")),
        }
    }
}

impl Fields {
    /// Of these pairs.
    pub(super) fn of<const N: usize>(pairs: [(&str, String); N]) -> Self {
        Self(pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
    }

    /// The text of a field; empty when it was not sent. Line ends are those of texts, not those of forms.
    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).map(|text| text.replace("\r\n", "\n")).unwrap_or_default()
    }

    /// True when the field was sent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts a text in.
    pub(super) fn set(&mut self, name: &str, text: String) {
        self.0.insert(name.to_owned(), text);
    }

    /// These fields as texts of an API body.
    pub(super) fn texts(&self, names: &[&str]) -> Map<String, Value> {
        names.iter().map(|name| ((*name).to_owned(), Value::from(self.text(name)))).collect()
    }

    /// Likewise, as a body.
    pub(super) fn form(&self, names: &[&str]) -> Form {
        Form::of(self.texts(names))
    }

    /// A text as the whole number that it is; as text when it is none, so that the API says what is wrong.
    pub(super) fn whole(&self, name: &str) -> Option<Value> {
        let text = self.text(name);
        let text = text.trim();
        (!text.is_empty()).then(|| text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from))
    }
}

/// What is at fault, by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    /// Those of a 422.
    pub(super) fn of(problem: Problem) -> Self {
        Self(problem.errors)
    }

    /// Adds one.
    pub(super) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// A body that the API will refuse for these, and for whatever else it finds.
    pub(super) fn noted_in(self, mut body: Form) -> Form {
        for fault in self.0 {
            body.fault(&fault.field, fault.message);
        }
        body
    }

    /// True when nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field or with one inside of it, as a sentence.
    pub(super) fn at(&self, field: &str) -> Option<String> {
        let inside = |f: &&FieldError| {
            f.field == field || f.field.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
        };
        self.0.iter().find(inside).map(|fault| sentence(&fault.message))
    }

    /// What no field of the page stands for, with its name.
    pub(super) fn others(&self, shown: &[&str]) -> Vec<String> {
        let is_shown = |fault: &&FieldError| {
            shown.iter().any(|name| {
                fault.field == *name
                    || fault.field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        let others = self.0.iter().filter(|fault| !is_shown(fault));
        others.map(|fault| format!("{} {}.", fault.field, fault.message)).collect()
    }
}

/// The API says `is required`, after the field's name.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let rest = |chars: std::str::Chars<'_>| chars.as_str().to_owned();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), rest(chars).trim_end_matches('.')),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_at_its_field_and_at_those_around_it() {
        let mut faults = Faults::default();
        faults.add("price.amount_minor", "is required");
        faults.add("livemode", "must be true or false");
        assert_eq!(faults.at("price").as_deref(), Some("Is required."));
        assert_eq!(faults.at("price.amount_minor").as_deref(), Some("Is required."));
        assert_eq!(faults.at("pri"), None);
        assert_eq!(faults.others(&["price"]), ["livemode must be true or false."]);
    }

    #[test]
    fn a_number_is_one_and_anything_else_stays_what_it_is() {
        let fields = Fields::of([("a", " 7 ".to_owned()), ("b", "x".to_owned()), ("c", " ".to_owned())]);
        assert_eq!(fields.whole("a"), Some(Value::from(7)));
        assert_eq!(fields.whole("b"), Some(Value::from("x")));
        assert_eq!((fields.whole("c"), fields.whole("d")), (None, None));
        assert_eq!(Fields::of([("a", "x\r\ny".to_owned())]).text("a"), "x\ny");
    }
}
