//! The tabs *Analysis* and *Learning*: texts that the seller writes, two people at once if need be.

use super::Sent;
use super::head::Record;
use super::tab::Tab;
use crate::api::Result;
use crate::api::reviews::TEXT_CHARS_MAX;
use crate::app::App;
use crate::outcome_note;
use crate::pages::words::When;
use askama::Template;
use store::Conn;
use store::reviews::{self, Texts};

/// A text of the review, as the page asks for it.
pub(super) struct Ask {
    /// As the API names it.
    pub(super) name: &'static str,
    label: &'static str,
    hint: &'static str,
    rows: u8,
}

const fn ask(name: &'static str, label: &'static str, hint: &'static str, rows: u8) -> Ask {
    Ask { name, label, hint, rows }
}

/// Of the tab *Analysis*.
pub(super) const ANALYSIS: &[Ask] = &[
    ask("deciding_factor", "Deciding factor", "The one thing that tipped it, if you know it.", 2),
    ask("factors", "Factors", "What else played a part: price, timing, a person, a competitor.", 4),
    ask("missed_opportunities", "Missed opportunities", "What could have been done and was not.", 4),
];
/// Of the tab *Learning*.
pub(super) const LEARNING: &[Ask] = &[
    ask("to_repeat", "To repeat", "What worked well enough to do again.", 3),
    ask("to_change", "To change", "What to do otherwise next time.", 3),
    ask("next_hypothesis", "Next hypothesis", "What to try next, and why it should work.", 3),
    ask("learning_note", "Learning note", "Written by itself from the facts; yours to put better.", 3),
];

/// One text with its label.
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    rows: u8,
    value: String,
    fault: Option<String>,
    /// What somebody else made of it meanwhile.
    theirs: Option<String>,
    /// `Automatic`, or whose it is.
    chip: Option<&'static str>,
}

/// The panel.
#[derive(Template)]
#[template(path = "journey/review.html")]
pub(super) struct ReviewPanel {
    id: String,
    tab: &'static str,
    may_edit: bool,
    /// The revision that a save follows.
    revision: i64,
    fields: Vec<Field>,
    chars_max: usize,
    saved: Option<(String, When)>,
    /// Somebody else saved since this was opened; both texts are shown.
    conflict: bool,
    /// On the tab *Learning*: whether a next hypothesis is there for a journey to begin with.
    next: Option<bool>,
}

impl ReviewPanel {
    pub(super) async fn load(
        app: &App,
        conn: &mut Conn,
        record: &Record,
        tab: Tab,
        sent: &Sent,
        may_edit: bool,
    ) -> Result<Self> {
        let id = record.journey.id.clone();
        let stored = reviews::get(conn, &id).await?;
        let now_ms = app.context.clock.now_ms();
        let saved = stored.as_ref().map(|r| (r.changed_by.clone(), When::ago(r.changed_at_ms, now_ms)));
        let (revision, texts) = stored.map(|r| (r.revision, r.texts)).unwrap_or_default();
        let automatic = outcome_note::note(&record.journey, Some(&record.hypothesis));
        let asks = if tab == Tab::Learning { LEARNING } else { ANALYSIS };
        let field = |ask: &Ask| self::field(ask, &texts, automatic.as_deref(), sent);
        Ok(Self {
            id,
            tab: tab.as_str(),
            may_edit,
            // After a conflict the next save follows what is shown beside it; after a fault, what it followed before.
            revision: if sent.is_faulty() {
                sent.fields.text("revision").parse().unwrap_or(revision)
            } else {
                revision
            },
            fields: asks.iter().map(field).collect(),
            chars_max: TEXT_CHARS_MAX,
            saved,
            conflict: sent.conflict,
            next: (tab == Tab::Learning).then_some(!texts.next_hypothesis.is_empty()),
        })
    }
}

fn field(ask: &Ask, texts: &Texts, automatic: Option<&str>, sent: &Sent) -> Field {
    let stored = stored(texts, ask.name);
    let is_note = ask.name == "learning_note";
    let shown = if is_note && stored.is_empty() { automatic.unwrap_or_default() } else { stored };
    let typed = sent.fields.has(ask.name).then(|| sent.fields.text(ask.name));
    let theirs = typed.as_deref().filter(|typed| sent.conflict && *typed != shown).map(|_| shown.to_owned());
    let chip = match (is_note, stored.is_empty(), automatic) {
        (true, true, Some(_)) => Some("Automatic"),
        (true, false, _) => Some("Edited"),
        _ => None,
    };
    Field {
        name: ask.name,
        label: ask.label,
        hint: ask.hint,
        rows: ask.rows,
        fault: sent.faults.at(ask.name),
        value: typed.unwrap_or_else(|| shown.to_owned()),
        theirs,
        chip,
    }
}

fn stored<'a>(texts: &'a Texts, name: &str) -> &'a str {
    match name {
        "factors" => &texts.factors,
        "missed_opportunities" => &texts.missed_opportunities,
        "deciding_factor" => &texts.deciding_factor,
        "to_repeat" => &texts.to_repeat,
        "to_change" => &texts.to_change,
        "next_hypothesis" => &texts.next_hypothesis,
        _ => &texts.learning_note,
    }
}
