//! Marking many journeys from the list: a page that shows what will and will not change, one that says what did, and a
//! way back (SPEC D3). Plain forms: works without script.

use super::badge::{Badge, outcome_words};
use super::query::Query;
use crate::api::access::Editor;
use crate::api::bulk::{self, BULK_MAX};
use crate::api::journey_list::Place;
use crate::api::query::Params;
use crate::api::{Problem, Result};
use crate::app::App;
use crate::apply::marks::Word;
use crate::pages::errors::html;
use crate::pages::layout::{Layout, Section};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use ledger::Outcome;
use std::collections::BTreeMap;
use store::journeys;

/// Bytes of a form with that many ids.
pub(in crate::pages) const BYTES_MAX: usize = 128 * 1024;
/// Characters of a note from this page.
const NOTE_CHARS_MAX: usize = 1_000;
/// Rows of a page while all that fit are collected.
const PAGE_ROWS: i64 = 200;
/// Pages looked at for that; a search may give up on each.
const PAGES_MAX: usize = 50;

/// One journey, and what becomes of it.
struct Line {
    id: String,
    name: String,
    now: Option<Badge>,
    why: Option<String>,
}

#[derive(Template)]
#[template(path = "journeys/bulk.html")]
struct BulkPage {
    layout: Layout,
    heading: String,
    /// Nothing was done yet.
    is_preview: bool,
    outcome: Outcome,
    outcome_words: &'static str,
    note: String,
    /// What is sent when it is confirmed.
    ids: Vec<String>,
    changed: Vec<Line>,
    changed_title: String,
    unchanged: Vec<Line>,
    /// More fit than are marked in one go.
    cut: bool,
    /// Takes it back.
    undo: Option<String>,
    /// The list.
    back: String,
}

struct Sent {
    ids: Vec<String>,
    all: bool,
    query: String,
    outcome: Option<Outcome>,
    note: String,
    confirmed: bool,
}

fn read(body: &str) -> Sent {
    let mut sent = Sent {
        ids: Vec::new(),
        all: false,
        query: String::new(),
        outcome: None,
        note: String::new(),
        confirmed: false,
    };
    for (name, value) in form_urlencoded::parse(body.as_bytes()) {
        match &*name {
            "ids" => sent.ids.push(value.into_owned()),
            "all" => sent.all = value == "true",
            "query" => value.trim_start_matches("/?").clone_into(&mut sent.query),
            "outcome" => sent.outcome = Outcome::parse(&value),
            "note" => value.trim().clone_into(&mut sent.note),
            "confirm" => sent.confirmed = value == "true",
            _ => {}
        }
    }
    sent
}

/// `POST /journeys/mark`: shows what would change, or with `confirm=true` does it.
pub(in crate::pages) async fn mark(
    State(app): State<App>,
    Editor(who): Editor,
    body: String,
) -> Result<Response> {
    let mut sent = read(&body);
    let query = Query::read(Params::parse(&sent.query), &app)?;
    let outcome = sent
        .outcome
        .ok_or_else(|| Problem::invalid_field("outcome", "Choose what to mark the journeys as."))?;
    if sent.note.chars().count() > NOTE_CHARS_MAX {
        let detail = format!("The note may have {NOTE_CHARS_MAX} characters at most.");
        return Err(Problem::invalid_field("note", &detail));
    }
    let mut cut = false;
    if sent.all && !sent.confirmed {
        (sent.ids, cut) = all(&app, &query).await?;
    }
    if sent.ids.is_empty() || sent.ids.len() > BULK_MAX {
        let detail = format!("Tick at least one journey and at most {BULK_MAX}, then try again.");
        return Err(Problem::invalid_field("ids", &detail));
    }
    let note = Some(sent.note.clone()).filter(|note| !note.is_empty());
    let word: Word = bulk::word(&who, outcome, note);
    let (weighing, id) = if sent.confirmed {
        bulk::mark_all(&app, &who, &sent.ids, &word).await?
    } else {
        (bulk::preview(&app, &sent.ids, &word).await?, None)
    };
    let changed = lines(&app, weighing.changed.into_iter().map(|id| (id, None)).collect()).await?;
    let unchanged =
        lines(&app, weighing.unchanged.into_iter().map(|(id, why)| (id, Some(why))).collect()).await?;
    let heading = heading(sent.confirmed, changed.len(), outcome);
    let will = if sent.confirmed { "Changed" } else { "Will change" };
    Ok(html(&BulkPage {
        layout: layout(&app, &who, &query, &heading),
        heading,
        is_preview: !sent.confirmed,
        outcome,
        outcome_words: outcome_words(outcome),
        note: sent.note,
        changed_title: format!("{will}: {}", changed.len()),
        ids: sent.ids,
        changed,
        unchanged,
        cut,
        undo: id.map(|id| format!("/journeys/marks/{id}/undo")),
        back: query.href("/"),
    }))
}

/// `POST /journeys/marks/{id}/undo`
pub(in crate::pages) async fn undo(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    let sent = read(&body);
    let query = Query::read(Params::parse(&sent.query), &app)?;
    let undone = bulk::undo_all(&app, &who, &id).await?;
    let changed = lines(&app, undone.restored.into_iter().map(|id| (id, None)).collect()).await?;
    let unchanged =
        lines(&app, undone.unchanged.into_iter().map(|(id, why)| (id, Some(why))).collect()).await?;
    let heading = match changed.len() {
        1 => "Took back the mark of 1 journey".to_owned(),
        n => format!("Took back the marks of {n} journeys"),
    };
    Ok(html(&BulkPage {
        layout: layout(&app, &who, &query, &heading),
        heading,
        is_preview: false,
        outcome: Outcome::Pending,
        outcome_words: "",
        note: String::new(),
        ids: Vec::new(),
        changed_title: format!("As before: {}", changed.len()),
        changed,
        unchanged,
        cut: false,
        undo: None,
        back: query.href("/"),
    }))
}

fn layout(app: &App, who: &crate::api::access::Principal, query: &Query, title: &str) -> Layout {
    let mut layout = Layout::of(app, who, title, Section::Journeys);
    layout.test = !query.livemode();
    layout
}

fn heading(done: bool, changed: usize, outcome: Outcome) -> String {
    let journeys = if changed == 1 { "1 journey".to_owned() } else { format!("{changed} journeys") };
    if done { format!("Marked {journeys} as {outcome}") } else { format!("Mark {journeys} as {outcome}?") }
}

/// All that fit, up to [`BULK_MAX`], and whether there may be more.
async fn all(app: &App, query: &Query) -> Result<(Vec<String>, bool)> {
    let mut query = query.first();
    query.asked.limit = PAGE_ROWS;
    let mut ids = Vec::new();
    for _ in 0..PAGES_MAX {
        let listed = query.asked.list(&mut app.db.read().await?).await?;
        ids.extend(listed.lines.into_iter().map(|line| line.journey.id));
        match listed.next {
            None => return Ok((ids, false)),
            Some(next) if ids.len() < BULK_MAX => {
                query.asked.from = Place::After(query.asked.cursor(&next));
            }
            Some(_) => break,
        }
    }
    ids.truncate(BULK_MAX);
    Ok((ids, true))
}

async fn lines(app: &App, of: Vec<(String, Option<String>)>) -> Result<Vec<Line>> {
    let ids = of.iter().map(|(id, _)| id.clone()).collect();
    let found = journeys::lines(&mut app.db.read().await?, ids).await?;
    let mut found: BTreeMap<String, _> = found.into_iter().map(|l| (l.journey.id.clone(), l)).collect();
    let line = |(id, why): (String, Option<String>)| {
        let found = found.remove(&id);
        let now = found.as_ref().map(|l| Badge::outcome(l.journey.judgement.outcome));
        Line { name: found.map_or_else(|| id.clone(), |l| l.client_name), now, id, why }
    };
    Ok(of.into_iter().map(line).collect())
}
