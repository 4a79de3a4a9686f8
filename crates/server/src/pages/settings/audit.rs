//! `/settings/audit`: what people and programs changed (SPEC D9).

use super::frame::{Frame, Tab, layout};
use crate::api::Result;
use crate::api::access::{Owner, Principal};
use crate::api::audit::filter;
use crate::api::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::csv_file;
use crate::ids::IdKind;
use crate::pages::errors::html;
use crate::pages::href::with_query;
use crate::pages::layout::Layout;
use crate::pages::words::When;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeMap;
use store::audit::{self, AuditFilter, Entry};
use store::{Conn, people, tokens};

/// Rows of a file at most; the filters cut a longer log into several.
const FILE_ROWS_MAX: i64 = 10_000;
/// People and tokens to choose from, the oldest and the newest of each.
const ACTORS_MAX: i64 = 500;
/// The parameters that make up a list.
const NAMES: [&str; 5] = ["actor", "action", "object", "from", "to"];
/// Nouns to choose from; an action can be typed as well.
const NOUNS: [&str; 10] = [
    "checkout",
    "client",
    "content",
    "event",
    "journey",
    "payment",
    "person",
    "session",
    "threshold",
    "token",
];

struct EntryRow {
    at: When,
    actor: String,
    /// What tells actors of one name apart.
    under_actor: Option<String>,
    actor_href: String,
    action: String,
    object: Option<(String, String)>,
    detail: String,
}

struct Actor {
    id: String,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "settings/audit.html")]
struct AuditPage {
    layout: Layout,
    frame: Frame,
    actors: Vec<Actor>,
    nouns: [&'static str; 10],
    action: String,
    object: String,
    from: String,
    to: String,
    rows: Vec<EntryRow>,
    filtered: bool,
    first: Option<String>,
    next: Option<String>,
    csv: String,
}

/// The list.
pub(super) async fn page(State(app): State<App>, Owner(who): Owner, mut params: Params) -> Result<Response> {
    let texts = NAMES.map(|name| (name, params.text(name)));
    let asked_after = params.text("after");
    let filter = filter(&mut params);
    let asked = params.page(|after| IdKind::Audit.fits(after))?;
    let mut conn = app.db.read().await?;
    let found = audit::list(&mut conn, &filter, asked.after.as_deref(), asked.rows()).await?;
    let List { items, next } = asked.list(found, |entry| entry.id.clone());
    let known = known(&mut conn).await?;
    let href = |path: &str, after: Option<&str>| {
        let pairs = texts.iter().map(|(name, value)| (*name, value.as_deref()));
        with_query(path, pairs.chain([("after", after)]))
    };
    let text = |n: usize| texts[n].1.clone().unwrap_or_default();
    let now_ms = app.context.clock.now_ms();
    Ok(html(&AuditPage {
        layout: layout(&app, &who, "Audit log"),
        frame: Frame::of(&who, Tab::Audit),
        actors: actors(&known, filter.actor_id.as_deref(), &who),
        nouns: NOUNS,
        action: text(1),
        object: text(2),
        from: text(3),
        to: text(4),
        rows: items.into_iter().map(|entry| row(entry, &known, now_ms)).collect(),
        filtered: filter != AuditFilter::default(),
        first: asked_after.is_some().then(|| href(Tab::Audit.href(), None)),
        next: next.map(|after| href(Tab::Audit.href(), Some(&after))),
        csv: href("/settings/audit.csv", asked_after.as_deref()),
    }))
}

/// The same list as a file, from the same row on.
pub(super) async fn file(State(app): State<App>, _may: Owner, mut params: Params) -> Result<Response> {
    let filter = filter(&mut params);
    let asked = params.page(|after| IdKind::Audit.fits(after))?;
    let mut conn = app.db.read().await?;
    let found = audit::list(&mut conn, &filter, asked.after.as_deref(), FILE_ROWS_MAX).await?;
    let columns = ["at", "actor", "actor_id", "action", "object_id", "detail"];
    let rows = found.into_iter().map(|e| {
        [rfc3339(e.at_ms), e.actor, e.actor_id, e.action, e.object_id.unwrap_or_default(), e.detail]
    });
    csv_file::answer("audit", columns, rows)
}

/// Everybody who could have changed something: id, and what tells them apart.
async fn known(conn: &mut Conn) -> Result<BTreeMap<String, (String, String)>> {
    let people = people::list(conn, None, ACTORS_MAX).await?;
    let tokens = tokens::list(conn, None, ACTORS_MAX).await?;
    let people = people.into_iter().map(|p| (p.id, (p.name, p.email)));
    let tokens = tokens.into_iter().map(|t| (t.token.id, (t.token.name, "API token".to_owned())));
    Ok(people.chain(tokens).collect())
}

fn actors(known: &BTreeMap<String, (String, String)>, chosen: Option<&str>, who: &Principal) -> Vec<Actor> {
    let of = |id: &str, words: String| Actor { id: id.to_owned(), words, chosen: chosen == Some(id) };
    let others = [Principal::command_line().id, Principal::demo().id];
    let demo_is_here = who.id == Principal::demo().id;
    let others = others.iter().filter(|id| demo_is_here || **id != Principal::demo().id);
    let mut all: Vec<Actor> =
        known.iter().map(|(id, (name, what))| of(id, format!("{name} ({what})"))).collect();
    all.sort_by_key(|actor| actor.words.to_lowercase());
    all.extend(others.map(|id| of(id, id.clone())));
    all
}

fn row(entry: Entry, known: &BTreeMap<String, (String, String)>, now_ms: i64) -> EntryRow {
    let actor_href = with_query(Tab::Audit.href(), [("actor", Some(entry.actor_id.as_str()))]);
    let object = entry.object_id.map(|id| {
        let href = with_query(Tab::Audit.href(), [("object", Some(id.as_str()))]);
        (known.get(&id).map_or_else(|| id.clone(), |(name, _)| name.clone()), href)
    });
    EntryRow {
        at: When::ago(entry.at_ms, now_ms),
        under_actor: known.get(&entry.actor_id).map(|(_, what)| what.clone()),
        actor: entry.actor,
        actor_href,
        action: entry.action,
        object,
        detail: detail_words(&entry.detail),
    }
}

/// `outcome: ghosted, changed: 3`
fn detail_words(detail: &str) -> String {
    let value: Value = serde_json::from_str(detail).unwrap_or_default();
    let Value::Object(fields) = value else { return String::new() };
    let words = |(name, value): (&String, &Value)| match value {
        Value::Null => None,
        Value::String(text) => Some(format!("{name}: {text}")),
        Value::Object(change) => match (change.get("from"), change.get("to")) {
            (Some(from), Some(to)) => Some(format!("{name}: {} → {}", plain(from), plain(to))),
            _ => Some(format!("{name}: {value}")),
        },
        other => Some(format!("{name}: {other}")),
    };
    fields.iter().filter_map(words).collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_read_as_words() {
        let table = [
            (r#"{"outcome":"ghosted","changed":3}"#, "changed: 3, outcome: ghosted"),
            (r#"{"role":{"from":"viewer","to":"owner"},"x":null}"#, "role: viewer → owner"),
            ("{}", ""),
            ("not json", ""),
        ];
        for (detail, want) in table {
            assert_eq!(detail_words(detail), want);
        }
    }
}
