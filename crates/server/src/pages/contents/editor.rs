//! The form for what clients read: a new content, the next version of one, or one client's own copy.

use crate::api::form::Form;
use crate::api::{Problem, Result};
use crate::pages::errors::html;
use crate::pages::fields::{Faults, Fields};
use crate::pages::hypothesis_field::{HypothesisFields, lines, put_pairs, put_price};
use crate::pages::journey::rendered;
use crate::pages::layout::Layout;
use crate::pages::money_field::decimal;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use ledger::Money;
use serde_json::{Map, Value};
use store::contents::{Pages, StoredVersion};

/// (field, title as the client sees it, what it is for)
const STEPS: [(&str, &str, &str); 4] = [
    ("activation", "Welcome", "What it is about. The first thing the client reads."),
    ("agreement", "Agreement", "What is agreed. The client accepts it."),
    ("confirmation", "Payment", "Shown with the thanks, once they have paid."),
    ("processing", "What happens next", "Shown after that."),
];

/// What a form is for.
pub(in crate::pages) struct Purpose {
    pub(in crate::pages) heading: String,
    /// Said below it.
    pub(in crate::pages) about: String,
    pub(in crate::pages) action: String,
    /// Where one goes who changes their mind.
    pub(in crate::pages) back: String,
    /// A name is asked for.
    pub(in crate::pages) named: bool,
    pub(in crate::pages) button: &'static str,
}

/// One of the four pages.
struct Step {
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    text: String,
    fault: Option<String>,
    /// Safe HTML, when a preview was asked for.
    preview: Option<String>,
}

#[derive(Template)]
#[template(path = "contents/editor.html")]
struct EditorPage {
    layout: Layout,
    purpose: Purpose,
    name: String,
    name_fault: Option<String>,
    steps: Vec<Step>,
    price: String,
    currency: String,
    price_fault: Option<String>,
    elements: String,
    elements_fault: Option<String>,
    hypothesis: HypothesisFields,
    others: Vec<String>,
}

/// The fields of a version as it is, with a hypothesis yet to be written.
pub(in crate::pages) fn fields_of(version: &StoredVersion, price: Money) -> Fields {
    let Pages { activation, agreement, confirmation, processing } = version.pages.clone();
    Fields::of([
        ("activation", activation),
        ("agreement", agreement),
        ("confirmation", confirmation),
        ("processing", processing),
        ("price", decimal(price)),
        ("currency", price.currency.to_string()),
        ("elements", lines(&version.elements)),
    ])
}

/// The body for the API. What is wrong already is noted in it, so that the API names it with all the rest.
pub(in crate::pages) fn body(fields: &Fields, named: bool) -> Form {
    let mut faults = Faults::default();
    let asked: &[&str] = if named { &["name"] } else { &[] };
    let mut body = fields.texts(asked);
    let pages = fields.texts(&STEPS.map(|(name, ..)| name));
    body.insert("pages".to_owned(), Value::Object(pages));
    body.insert("hypothesis".to_owned(), HypothesisFields::typed(fields, &faults).body());
    put_price(&mut body, fields, &mut faults);
    put_pairs(&mut body, "elements", &fields.text("elements"), &mut faults);
    faults.noted_in(Form::of(body))
}

/// The page with what was typed; previews when they were asked for.
pub(in crate::pages) fn page(layout: Layout, purpose: Purpose, fields: &Fields, faults: &Faults) -> Response {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let wants_preview = fields.text("do") == "preview";
    let previews = wants_preview.then(|| {
        let text = |name| fields.text(name);
        rendered(&Pages {
            activation: text("activation"),
            agreement: text("agreement"),
            confirmation: text("confirmation"),
            processing: text("processing"),
        })
    });
    let mut previews = previews.into_iter().flatten().map(|(_, html)| html);
    let steps = STEPS.into_iter().map(|(name, title, hint)| Step {
        name,
        title,
        hint,
        text: fields.text(name),
        fault: faults.at(&format!("pages.{name}")),
        preview: previews.next(),
    });
    let page = EditorPage {
        layout,
        steps: steps.collect(),
        name: fields.text("name"),
        name_fault: faults.at("name"),
        price: fields.text("price"),
        currency: fields.text("currency"),
        price_fault: faults.at("price"),
        elements: fields.text("elements"),
        elements_fault: faults.at("elements"),
        hypothesis: HypothesisFields::typed(fields, faults),
        others: faults.others(&["name", "pages", "price", "elements", "hypothesis"]),
        purpose,
    };
    (status, html(&page)).into_response()
}

/// What a refusal of the API means for the page: faults to show, or a problem of its own.
pub(in crate::pages) fn faults_of(problem: Problem) -> Result<Faults> {
    match problem.status {
        StatusCode::UNPROCESSABLE_ENTITY => Ok(Faults::of(problem)),
        _ => Err(problem),
    }
}

/// An empty object for bodies that only need a hypothesis.
pub(in crate::pages) fn with_hypothesis(fields: &Fields) -> Map<String, Value> {
    let hypothesis = HypothesisFields::typed(fields, &Faults::default()).body();
    Map::from_iter([("hypothesis".to_owned(), hypothesis)])
}
