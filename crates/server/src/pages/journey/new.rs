//! `/journeys/new`: a client, a content, a hypothesis, one click, a link (SPEC J1). The form works without script: its
//! smaller buttons ask the server for what depends on what was typed, and nothing typed is lost.

use super::head::Record;
use crate::api::access::{Editor, Principal};
use crate::api::form::Form;
use crate::api::query::Params;
use crate::api::{Result, journeys as api};
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::fields::{Faults, Fields};
use crate::pages::hypothesis_field::{HypothesisFields, pairs, put_price};
use crate::pages::intelligence::parts::next;
use crate::pages::layout::{Layout, Section};
use crate::pages::money_field::decimal;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;
use store::clients::{self, StoredClient};
use store::contents::{self, StoredContent, StoredVersion};
use store::{Conn, Result as StoreResult, reviews};
use tokio::time::timeout;

/// Contents to choose from: the newest.
const CONTENTS_MAX: i64 = 200;
/// Clients found at once.
const FOUND_MAX: i64 = 8;
/// The form does not wait longer for the evidence.
const NEXT_WAIT: Duration = Duration::from_millis(1_500);
/// Fields that the page shows faults beside.
const SHOWN: &[&str] = &["client", "client_id", "content_version_id", "hypothesis", "price"];

/// A version to choose.
struct Choice {
    id: String,
    words: String,
    chosen: bool,
}

/// A client to choose.
struct Found {
    id: String,
    name: String,
    about: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "journey/new.html")]
struct NewPage {
    layout: Layout,
    known: bool,
    fields: Fields,
    faults: Faults,
    others: Vec<String>,
    found: Vec<Found>,
    searched: bool,
    versions: Vec<Choice>,
    /// The version whose hypothesis was filled in.
    filled_from: String,
    version_price: String,
    hypothesis: HypothesisFields,
    /// HTML of what to send next; none while there are no statistics yet.
    next: Option<String>,
}

impl NewPage {
    fn text(&self, name: &str) -> String {
        self.fields.text(name)
    }

    fn fault(&self, name: &str) -> Option<String> {
        self.faults.at(name)
    }
}

/// `GET`, with a client (`client`), a version (`version`) or what was learnt from a journey (`from`) filled in.
pub(in crate::pages) async fn new(
    State(app): State<App>,
    Editor(who): Editor,
    params: Params,
) -> Result<Response> {
    let mut fields = Fields::default();
    let mut conn = app.db.read().await?;
    if let Some(client_id) = params.text("client") {
        fields.set("whose", "known".to_owned());
        fields.set("client_id", client_id);
    }
    if let Some(version_id) = params.text("version") {
        fields.set("content_version_id", version_id);
    }
    if let Some(from) = params.text("from")
        && let Some(record) = Record::load(&mut conn, &from).await?
    {
        learnt(&mut conn, &mut fields, &record).await?;
    }
    drop(conn);
    page(&app, &who, fields, Faults::default()).await
}

/// The next hypothesis of a journey, with its content.
async fn learnt(conn: &mut Conn, fields: &mut Fields, record: &Record) -> StoreResult<()> {
    let newest = contents::newest_version(conn, &record.version.content_id).await?;
    let version_id = newest.map_or_else(|| record.version.id.clone(), |version| version.id);
    let review = reviews::get(conn, &record.journey.id).await?;
    fields.set("content_version_id", version_id);
    fields.set("statement", review.map(|r| r.texts.next_hypothesis).unwrap_or_default());
    fields.set("category", record.hypothesis.category.clone());
    Ok(())
}

/// `POST`: makes the journey, or shows the form again with what was asked for.
pub(in crate::pages) async fn start(
    State(app): State<App>,
    Editor(who): Editor,
    fields: Fields,
) -> Result<Response> {
    if ["find", "version"].contains(&fields.text("do").as_str()) {
        return page(&app, &who, fields, Faults::default()).await;
    }
    let body = body(&app, &fields).await?;
    match api::create(State(app.clone()), Editor(who.clone()), body).await {
        Ok((_, Json(journey))) => Ok(Redirect::to(&format!("/journeys/{}/made", journey.id)).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            page(&app, &who, fields, Faults::of(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn body(app: &App, fields: &Fields) -> Result<Form> {
    let mut faults = Faults::default();
    let mut body = Map::new();
    if fields.text("whose") == "known" {
        let id = fields.text("client_id");
        if id.is_empty() {
            faults.add("client_id", "Find the client and choose them");
        }
        body.insert("client_id".to_owned(), id.into());
    } else {
        let mut client = fields.texts(&["name", "email"]);
        let company = fields.text("company");
        if !company.trim().is_empty() {
            client.insert("company".to_owned(), company.into());
        }
        match pairs(&fields.text("attributes")) {
            Ok(pairs) => {
                client.insert("attributes".to_owned(), Value::Object(pairs));
            }
            Err(fault) => faults.add("client.attributes", fault),
        }
        body.insert("client".to_owned(), Value::Object(client));
    }
    body.extend(fields.texts(&["content_version_id"]));
    let typed = HypothesisFields::typed(fields, &faults);
    // The version's own, unchanged, is the version's own: journeys with it are counted together.
    if !of_version(app, &fields.text("content_version_id"))
        .await?
        .is_some_and(|own| own.says_the_same(&typed))
    {
        body.insert("hypothesis".to_owned(), typed.body());
    }
    if !fields.text("price").trim().is_empty() {
        put_price(&mut body, fields, &mut faults);
    }
    Ok(faults.noted_in(Form::of(body)))
}

async fn of_version(app: &App, version_id: &str) -> StoreResult<Option<HypothesisFields>> {
    let mut conn = app.db.read().await?;
    let version = version(&mut conn, version_id).await?;
    let Some(version) = version else { return Ok(None) };
    let hypothesis = contents::get_hypothesis(&mut conn, &version.hypothesis_id).await?;
    Ok(hypothesis.as_ref().map(HypothesisFields::stored))
}

async fn version(conn: &mut Conn, id: &str) -> StoreResult<Option<StoredVersion>> {
    if IdKind::Version.fits(id) { contents::get_version(conn, id).await } else { Ok(None) }
}

/// The evidence, from clients like this one where there is enough of it.
async fn evidence(app: &App, client: Option<&StoredClient>) -> Option<String> {
    let livemode = app.config.livemode();
    let answer = timeout(NEXT_WAIT, next::block(&app.insights, client, livemode)).await;
    answer.ok()?.ok()?.render().ok()
}

async fn page(app: &App, who: &Principal, mut fields: Fields, faults: Faults) -> Result<Response> {
    let mut conn = app.db.read().await?;
    let all = choices(&mut conn, &fields.text("content_version_id")).await?;
    let chosen = match version(&mut conn, &fields.text("content_version_id")).await? {
        Some(version) => Some(version),
        None => version(&mut conn, all.first().map_or("", |choice| &choice.id)).await?,
    };
    let hypothesis = hypothesis(&mut conn, &fields, &faults, chosen.as_ref()).await?;
    if let Some(version) = &chosen
        && fields.text("currency").is_empty()
    {
        fields.set("currency", version.price.currency.to_string());
    }
    let found = found(&mut conn, &fields).await?;
    let client = clients::get(&mut conn, &fields.text("client_id")).await?;
    drop(conn);
    let next = evidence(app, client.as_ref()).await;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut layout = Layout::of(app, who, "New journey", Section::Journeys);
    layout.test = !app.config.livemode();
    let page = NewPage {
        layout,
        known: fields.text("whose") == "known",
        others: faults.others(SHOWN),
        searched: !fields.text("q").trim().is_empty(),
        found,
        versions: all,
        filled_from: chosen.as_ref().map(|v| v.id.clone()).unwrap_or_default(),
        version_price: chosen.map(|v| decimal(v.price)).unwrap_or_default(),
        hypothesis,
        next,
        fields,
        faults,
    };
    Ok((status, html(&page)).into_response())
}

/// The newest version of each content, newest content first; the one asked for, whichever it is, among them.
async fn choices(conn: &mut Conn, asked: &str) -> StoreResult<Vec<Choice>> {
    let found = contents::list_contents(conn, None, CONTENTS_MAX).await?;
    let newest = contents::newest_versions(conn, found.iter().map(|c| c.id.clone()).collect()).await?;
    let newest: BTreeMap<&String, &StoredVersion> = newest.iter().map(|v| (&v.content_id, v)).collect();
    let of = |content: &StoredContent| Some(choice(&content.name, newest.get(&content.id)?, asked));
    let mut choices: Vec<Choice> = found.iter().filter_map(of).collect();
    let is_there = choices.iter().any(|choice| choice.chosen);
    if let Some(version) = version(conn, asked).await?
        && !is_there
        && version.journey_id.is_none()
        && let Some(content) = contents::get_content(conn, &version.content_id).await?
    {
        choices.insert(0, choice(&content.name, &version, asked));
    }
    Ok(choices)
}

fn choice(name: &str, version: &StoredVersion, asked: &str) -> Choice {
    Choice {
        id: version.id.clone(),
        words: format!("{name} v{} · {}", version.number, version.price),
        chosen: version.id == asked,
    }
}

/// What was typed; the version's own where nothing was, or only another version's own.
async fn hypothesis(
    conn: &mut Conn,
    fields: &Fields,
    faults: &Faults,
    chosen: Option<&StoredVersion>,
) -> StoreResult<HypothesisFields> {
    let typed = HypothesisFields::typed(fields, faults);
    let before = version(conn, &fields.text("filled_from")).await?;
    let untouched = match before {
        Some(before) => {
            let own = contents::get_hypothesis(conn, &before.hypothesis_id).await?;
            own.is_some_and(|own| HypothesisFields::stored(&own).says_the_same(&typed))
        }
        None => false,
    };
    let (true, Some(version)) = (untouched || typed.is_empty(), chosen) else { return Ok(typed) };
    let own = contents::get_hypothesis(conn, &version.hypothesis_id).await?;
    let own = own.map(|own| HypothesisFields { faults: faults.clone(), ..HypothesisFields::stored(&own) });
    Ok(own.unwrap_or(typed))
}

/// The chosen client, then those that the search finds.
async fn found(conn: &mut Conn, fields: &Fields) -> StoreResult<Vec<Found>> {
    let chosen_id = fields.text("client_id");
    let chosen = if IdKind::Client.fits(&chosen_id) { clients::get(conn, &chosen_id).await? } else { None };
    let q = fields.text("q");
    let others = match q.trim() {
        "" => Vec::new(),
        q => clients::search(conn, q, FOUND_MAX).await?,
    };
    let line = |client: StoredClient| Found {
        chosen: client.id == chosen_id,
        about: client.company.map_or(client.email.clone(), |company| format!("{company} · {}", client.email)),
        name: client.name,
        id: client.id,
    };
    let others = others.into_iter().filter(|client| client.id != chosen_id);
    Ok(chosen.into_iter().chain(others).map(line).collect())
}
