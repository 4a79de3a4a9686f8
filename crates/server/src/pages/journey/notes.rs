//! The tab *Notes*: what people noted, and between it what was noted by itself.

use super::Sent;
use super::head::Record;
use crate::api::Result;
use crate::api::access::Principal;
use crate::api::notes::{PRIORITIES, may_change};
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::words::When;
use askama::Template;
use ledger::OutcomeSource;
use store::history::{self, HistoryRow};
use store::notes::{self, StoredNote};
use store::{Conn, Result as StoreResult};

/// Notes shown at once.
const NOTES: i64 = 50;
/// Automatic ones among them at most.
const AUTOMATIC: i64 = 50;

/// The panel.
#[derive(Template)]
#[template(path = "journey/notes.html")]
pub(super) struct NotesPanel {
    id: String,
    may_edit: bool,
    /// The form above the list: a new note, or one that is being changed.
    editor: Editor,
    lines: Vec<Line>,
    older: Option<String>,
}

/// The form.
struct Editor {
    /// The note that is being changed.
    note_id: Option<String>,
    revision: i64,
    text: String,
    text_fault: Option<String>,
    tags: String,
    tags_fault: Option<String>,
    priorities: Vec<Choice>,
    /// What somebody else made of it meanwhile, and who.
    theirs: Option<(String, String)>,
}

/// A priority to choose.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// A note, by a person or by itself.
struct Line {
    /// Absent of an automatic one.
    note_id: Option<String>,
    by: String,
    when: When,
    at_ms: i64,
    text: String,
    tags: Vec<String>,
    high: bool,
    low: bool,
    event_id: Option<String>,
    edited: Option<(String, When)>,
    may_change: bool,
}

impl NotesPanel {
    pub(super) async fn load(
        app: &App,
        conn: &mut Conn,
        record: &Record,
        who: &Principal,
        query: &super::Query,
        sent: &Sent,
    ) -> Result<Self> {
        let id = record.journey.id.clone();
        let now_ms = app.context.clock.now_ms();
        let after = query.after.as_deref().filter(|after| IdKind::Note.fits(after));
        let mut found = notes::of_journey(conn, &id, after, NOTES + 1).await?;
        let more = i64::try_from(found.len()).is_ok_and(|count| count > NOTES);
        found.truncate(usize::try_from(NOTES).unwrap_or(usize::MAX));
        let older = found.last().filter(|_| more).map(|n| format!("/journeys/{id}/notes?after={}", n.id));
        let editor = editor(conn, &id, who, query, sent).await?;
        let mut lines: Vec<Line> = found.into_iter().map(|note| line(note, who, now_ms)).collect();
        if after.is_none() {
            let rows = history::of_journey(conn, &id, None, AUTOMATIC).await?;
            lines.extend(rows.into_iter().filter(is_automatic).map(|row| automatic(row, now_ms)));
        }
        // Stable: those of one moment stay in the order of their lists.
        lines.sort_by_key(|line| std::cmp::Reverse(line.at_ms));
        Ok(Self { may_edit: super::may_edit(who), editor, lines, older, id })
    }
}

fn is_automatic(row: &HistoryRow) -> bool {
    row.actor.is_none() && row.source != OutcomeSource::Override
}

fn automatic(row: HistoryRow, now_ms: i64) -> Line {
    Line {
        note_id: None,
        by: "Automatic".to_owned(),
        when: When::ago(row.at_ms, now_ms),
        at_ms: row.at_ms,
        text: row.note,
        tags: Vec::new(),
        high: false,
        low: false,
        event_id: row.event_id,
        edited: None,
        may_change: false,
    }
}

fn line(note: StoredNote, who: &Principal, now_ms: i64) -> Line {
    let edited =
        note.edited_at_ms.map(|at| (note.edited_by.clone().unwrap_or_default(), When::ago(at, now_ms)));
    Line {
        may_change: may_change(who, &note),
        note_id: Some(note.id),
        by: note.author,
        when: When::ago(note.at_ms, now_ms),
        at_ms: note.at_ms,
        text: note.text,
        tags: note.tags,
        high: note.priority == "high",
        low: note.priority == "low",
        event_id: None,
        edited,
    }
}

/// What was sent and refused comes back; else the note to change; else an empty form.
async fn editor(
    conn: &mut Conn,
    journey_id: &str,
    who: &Principal,
    query: &super::Query,
    sent: &Sent,
) -> StoreResult<Editor> {
    let asked = Some(sent.fields.text("note_id")).filter(|id| !id.is_empty()).or_else(|| query.edit.clone());
    let asked = asked.filter(|id| IdKind::Note.fits(id));
    let stored = match &asked {
        Some(note_id) => notes::get(conn, journey_id, note_id).await?,
        None => None,
    };
    let stored = stored.filter(|note| may_change(who, note));
    let typed = sent.is_faulty() || sent.conflict;
    let theirs = stored
        .as_ref()
        .filter(|_| sent.conflict)
        .map(|note| (note.edited_by.clone().unwrap_or_else(|| note.author.clone()), note.text.clone()));
    let stored_revision = stored.as_ref().map_or(0, |note| note.revision);
    let sent_revision = sent.fields.text("revision").parse().unwrap_or(stored_revision);
    let stored_or = |of: fn(&StoredNote) -> String| stored.as_ref().map(of).unwrap_or_default();
    let pick = |name: &str, stored: String| if typed { sent.fields.text(name) } else { stored };
    let priority = pick("priority", stored_or(|note| note.priority.clone()));
    Ok(Editor {
        note_id: stored.as_ref().map(|note| note.id.clone()),
        revision: if sent.is_faulty() { sent_revision } else { stored_revision },
        text: pick("text", stored_or(|note| note.text.clone())),
        text_fault: sent.faults.at("text"),
        tags: pick("tags", stored_or(|note| note.tags.join(", "))),
        tags_fault: sent.faults.at("tags"),
        priorities: priorities(if priority.is_empty() { "normal" } else { &priority }),
        theirs,
    })
}

fn priorities(chosen: &str) -> Vec<Choice> {
    let words = ["Low", "Normal", "High"];
    let choice =
        |(value, words): (&'static str, &'static str)| Choice { value, words, chosen: value == chosen };
    PRIORITIES.into_iter().zip(words).map(choice).collect()
}
