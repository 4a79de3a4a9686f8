//! The fields of a form that a page sent.

use crate::api::problem::{Problem, Result};
use crate::app::App;
use axum::Form;
use axum::extract::{FromRequest, Request};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Fields by name; of one that was sent twice the last counts.
#[derive(Debug)]
pub(in crate::pages) struct Fields(BTreeMap<String, String>);

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        let Form(pairs) = form.map_err(|_| {
            Problem::malformed("The form arrived incomplete. Go back, reload the page and send it again.")
        })?;
        Ok(Self(pairs.into_iter().collect()))
    }
}

impl Fields {
    /// All of them.
    pub(in crate::pages) fn into_pairs(self) -> BTreeMap<String, String> {
        self.0
    }

    /// A field's text without the space around it; empty when it was not sent.
    pub(in crate::pages) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// A text of so many characters.
    pub(in crate::pages) fn text(&self, name: &str, chars: RangeInclusive<usize>) -> Result<String> {
        let text = self.get(name);
        if text.contains('\0') || !chars.contains(&text.chars().count()) {
            let message = format!("must have {} to {} characters", chars.start(), chars.end());
            return Err(Problem::invalid_field(name, message));
        }
        Ok(text.to_owned())
    }
}
