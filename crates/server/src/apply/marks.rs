//! Many marks at once: weighed first, by one function whether it is for show or for good, then written together; and
//! taken back.

use super::journeys::{Facts, Said, change, said_row};
use super::{Change, Context};
use ledger::{Mark, Outcome, OutcomeSource};
use std::collections::{BTreeMap, BTreeSet};
use store::bulk_marks::Marked;
use store::journeys::{self, StoredJourney};
use store::{Conn, Result, history};

/// What a person says of many journeys.
#[derive(Clone, Debug)]
pub struct Word {
    /// Of all of them.
    pub outcome: Outcome,
    /// Why, if they said so.
    pub note: Option<String>,
    /// Who.
    pub by: String,
}

/// One journey with its new mark.
#[derive(Debug)]
struct Weighed {
    before: StoredJourney,
    now: StoredJourney,
}

/// What marks do, or would do.
#[derive(Debug, Default)]
pub struct Weighing {
    kept: Vec<Weighed>,
    /// Journeys whose outcome changes, in the order they were named.
    pub changed: Vec<String>,
    /// The others, and why not.
    pub unchanged: Vec<(String, String)>,
}

/// Weighs `word` for each of `ids`. Writes nothing.
pub async fn weigh(conn: &mut Conn, ids: &[String], word: &Word, now_ms: i64) -> Result<Weighing> {
    let facts = Facts::load(conn, &ids.iter().cloned().collect()).await?;
    let found: BTreeMap<&String, &StoredJourney> = facts.journeys.iter().map(|j| (&j.id, j)).collect();
    let (mut weighing, mut seen) = (Weighing::default(), BTreeSet::new());
    for id in ids.iter().filter(|id| seen.insert(*id)) {
        let Some(before) = found.get(id) else {
            weighing.unchanged.push((id.clone(), "there is no such journey".to_owned()));
            continue;
        };
        if before.judgement.outcome == word.outcome {
            weighing.unchanged.push((id.clone(), format!("it is {} already", word.outcome)));
            continue;
        }
        let mark =
            Mark { outcome: word.outcome, at_ms: now_ms, by: word.by.clone(), note: word.note.clone() };
        let mut now = StoredJourney { mark: Some(mark), changed_at_ms: now_ms, ..(*before).clone() };
        now.judgement = facts.judge(&now);
        now.history_count += 1;
        match outranked(&now) {
            Some(why) if now.judgement.outcome == before.judgement.outcome => {
                weighing.unchanged.push((id.clone(), why));
            }
            _ => weighing.changed.push(id.clone()),
        }
        weighing.kept.push(Weighed { before: (*before).clone(), now });
    }
    Ok(weighing)
}

/// Why a mark does not decide; it is kept in the history all the same.
fn outranked(now: &StoredJourney) -> Option<String> {
    let outcome = now.judgement.outcome;
    match now.judgement.source {
        OutcomeSource::Mark => None,
        OutcomeSource::Override => {
            Some(format!("an override pins it to {outcome}; the mark is kept in its history"))
        }
        _ => Some(format!("Stripe says {outcome}, which outranks a mark; the mark is kept in its history")),
    }
}

impl Weighing {
    /// Writes all marks, a row of history for each, and returns what undoing needs. Call under [`store::Db::ledger`], with
    /// nothing in between.
    pub async fn write(
        &self,
        conn: &mut Conn,
        context: &Context,
        word: &Word,
    ) -> Result<(Vec<Marked>, Vec<Change>)> {
        let note = word.note.clone().unwrap_or_else(|| format!("Marked {}", word.outcome));
        let said = Said { change: "mark", actor: &word.by, note };
        write(conn, context, &self.kept, &said).await?;
        let marked = self.kept.iter().filter_map(|w| {
            let given = w.now.mark.clone()?;
            Some(Marked { journey_id: w.now.id.clone(), before: w.before.mark.clone(), given })
        });
        Ok((marked.collect(), self.kept.iter().map(|w| change(&w.now, "mark")).collect()))
    }
}

async fn write(conn: &mut Conn, context: &Context, all: &[Weighed], said: &Said<'_>) -> Result<()> {
    let (before, now): (Vec<_>, Vec<_>) = all.iter().map(|w| (w.before.clone(), w.now.clone())).unzip();
    let row = |w: &Weighed| said_row(context, &w.now, w.before.judgement.outcome, said);
    journeys::replace(conn, &before, &now).await?;
    history::insert(conn, &all.iter().map(row).collect::<Vec<_>>()).await
}

/// What was taken back.
#[derive(Debug, Default)]
pub struct Undone {
    /// Journeys whose mark is again as it was before.
    pub restored: Vec<String>,
    /// The others, and why not.
    pub unchanged: Vec<(String, String)>,
}

/// Gives journeys the marks back that they had, unless they were marked again since. Call under [`store::Db::ledger`].
pub async fn undo(
    conn: &mut Conn,
    context: &Context,
    marked: Vec<Marked>,
    outcome: Outcome,
    actor: &str,
) -> Result<(Undone, Vec<Change>)> {
    let facts = Facts::load(conn, &marked.iter().map(|m| m.journey_id.clone()).collect()).await?;
    let found: BTreeMap<&String, &StoredJourney> = facts.journeys.iter().map(|j| (&j.id, j)).collect();
    let (mut undone, mut all) = (Undone::default(), Vec::new());
    for m in marked {
        match found.get(&m.journey_id) {
            Some(before) if before.mark.as_ref() == Some(&m.given) => {
                let now_ms = context.clock.now_ms();
                let mut now = StoredJourney { mark: m.before, changed_at_ms: now_ms, ..(*before).clone() };
                now.judgement = facts.judge(&now);
                now.history_count += 1;
                undone.restored.push(m.journey_id);
                all.push(Weighed { before: (*before).clone(), now });
            }
            _ => undone.unchanged.push((m.journey_id, "it was marked again since".to_owned())),
        }
    }
    let said = Said { change: "undo", actor, note: format!("Took back the mark {outcome}") };
    write(conn, context, &all, &said).await?;
    Ok((undone, all.iter().map(|w| change(&w.now, "undo")).collect()))
}
