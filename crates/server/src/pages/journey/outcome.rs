//! The tab *Outcome*: what it is, who decided it, what a person may say of it, and every change so far.

use super::head::Record;
use crate::api::Result;
use crate::app::App;
use crate::pages::fields::{Faults, Fields};
use crate::pages::journeys::badge::{Badge, outcome_words};
use crate::pages::words::{When, stamp};
use askama::Template;
use ledger::{Outcome, OutcomeSource};
use store::Conn;
use store::history::{self, HistoryRow};

/// Rows of history shown at once.
const ROWS: i64 = 50;

/// The panel.
#[derive(Template)]
#[template(path = "journey/outcome.html")]
pub(super) struct OutcomePanel {
    id: String,
    may_edit: bool,
    /// Who decided it, as a sentence.
    decided: String,
    pinned: bool,
    /// What a mark would come to, when money outranks it.
    outranks: Option<String>,
    choices: Vec<Choice>,
    note: String,
    note_fault: Option<String>,
    pin_choices: Vec<Choice>,
    reason: String,
    reason_fault: Option<String>,
    /// The form for an override is open.
    pin_open: bool,
    rows: Vec<Row>,
    older: Option<String>,
}

/// An outcome to choose.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// A row of history.
struct Row {
    stamp: String,
    iso: String,
    ago: String,
    from: Badge,
    to: Badge,
    changed: bool,
    /// `Stripe`, or a person's name.
    by: String,
    automatic: bool,
    event_id: Option<String>,
    note: String,
    outranked: bool,
}

impl OutcomePanel {
    /// `before` is the last row of the page of history before.
    pub(super) async fn load(
        app: &App,
        conn: &mut Conn,
        record: &Record,
        before: Option<i64>,
        sent: &Fields,
        faults: &Faults,
    ) -> Result<Self> {
        let mut found = history::of_journey(conn, &record.journey.id, before, ROWS + 1).await?;
        let more = i64::try_from(found.len()).is_ok_and(|count| count > ROWS);
        found.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
        let id = record.journey.id.clone();
        let last = found.last().map(|row| row.seq).filter(|_| more);
        let now_ms = app.context.clock.now_ms();
        let pins = sent.text("do") == "pin";
        // What people most often have to tell, unless they have chosen.
        let chosen = |mine: bool, usual: &str| match sent.text("outcome") {
            outcome if mine && !outcome.is_empty() => outcome,
            _ => usual.to_owned(),
        };
        Ok(Self {
            decided: decided(record),
            pinned: record.journey.pinned.is_some(),
            outranks: outranks(record),
            choices: choices(&chosen(!pins, "responded")),
            note: sent.text("note"),
            note_fault: if pins { None } else { faults.at("note").or_else(|| faults.at("outcome")) },
            pin_choices: choices(&chosen(pins, "ghosted")),
            reason: sent.text("reason"),
            reason_fault: if pins { faults.at("reason").or_else(|| faults.at("outcome")) } else { None },
            pin_open: pins,
            rows: found.into_iter().map(|row| self::row(row, now_ms)).collect(),
            older: last.map(|seq| format!("/journeys/{id}/outcome?before={seq}")),
            may_edit: false,
            id,
        })
    }

    /// Shows the forms.
    pub(super) fn editable(mut self, may_edit: bool) -> Self {
        self.may_edit = may_edit;
        self
    }
}

fn choices(chosen: &str) -> Vec<Choice> {
    let choice =
        |o: &Outcome| Choice { value: o.as_str(), words: outcome_words(*o), chosen: o.as_str() == chosen };
    Outcome::ALL.iter().map(choice).collect()
}

/// Both sides of an override, SPEC H8: `Stripe says paid; pinned to ghosted by Ana: …`.
fn decided(record: &Record) -> String {
    let journey = &record.journey;
    let judgement = &journey.judgement;
    let mark = journey.mark.as_ref().map(|mark| {
        let note = mark.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        (format!("marked {} by {}", mark.outcome, mark.by), note)
    });
    let derived = match (judgement.derived_source, &mark) {
        (OutcomeSource::Payment, _) => Some(format!("Stripe says {}", judgement.derived_outcome)),
        (OutcomeSource::Mark, Some((mark, _))) => Some(capital(mark)),
        _ => None,
    };
    match (&journey.pinned, derived, judgement.derived_source) {
        (Some(pin), Some(derived), _) => {
            format!("{derived}; pinned to {} by {}: {}", pin.outcome, pin.by, pin.reason)
        }
        (Some(pin), None, _) => format!("Pinned to {} by {}: {}", pin.outcome, pin.by, pin.reason),
        (None, Some(derived), OutcomeSource::Mark) => {
            format!("{derived}{}", mark.map(|(_, note)| note).unwrap_or_default())
        }
        (None, Some(derived), _) => format!("{derived}."),
        (None, None, _) => "Nothing has decided it yet: no payment, no mark.".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn outranks(record: &Record) -> Option<String> {
    let judgement = &record.journey.judgement;
    if let Some(pin) = &record.journey.pinned {
        return Some(format!(
            "An override pins it to {}: a mark is kept in the history, outranked.",
            pin.outcome
        ));
    }
    judgement.payment_status.outcome().map(|outcome| {
        format!("Stripe says {outcome}, which outranks a mark: it is kept in the history. An override outranks Stripe.")
    })
}

fn row(row: HistoryRow, now_ms: i64) -> Row {
    let when = When::ago(row.at_ms, now_ms);
    let automatic = row.actor.is_none();
    Row {
        stamp: stamp(row.at_ms),
        iso: when.iso,
        ago: when.words,
        from: Badge::outcome(row.from),
        to: Badge::outcome(row.to),
        changed: row.from != row.to,
        by: row.actor.unwrap_or_else(|| "Stripe".to_owned()),
        automatic,
        event_id: row.event_id,
        note: row.note,
        outranked: row.outranked,
    }
}
