//! The months before the demo, lived through in a moment: the stand-in's clock is put forward from one happening to the
//! next, and the server's clock follows it.

use super::cast::{Cast, Part};
use super::script::Step;
use super::{Demo, Journey, crowd};
use crate::cli::Failed;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// Debits and bookings that are under way get so long before the present begins, in seconds.
const LAST_WORDS_S: i64 = 120;
/// Longest wait for the server to apply what it was told.
const APPLY_TIMEOUT: Duration = Duration::from_secs(20);
/// Between two looks at whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Something that happens at a moment.
enum Happening {
    Begins,
    Acts(Step),
    IsMarked(&'static str),
}

impl Demo {
    /// Plays everything that happened before now.
    pub(super) async fn tell_the_past(&self, content_ids: &[String]) -> Result<(), Failed> {
        let mut journeys: BTreeMap<usize, Journey> = BTreeMap::new();
        let now_s = self.clock.now_s() + crowd::DAYS * 86_400;
        let mut history = self.plan_history(content_ids, now_s - LAST_WORDS_S).await?;
        for (at_s, part, happening) in timeline(now_s - LAST_WORDS_S) {
            self.live_on(&mut history, at_s).await?;
            self.stand_in.with(|account| account.advance_to(at_s));
            self.applied().await?;
            match (happening, journeys.get_mut(&part.number)) {
                (Happening::Begins, _) => {
                    journeys.insert(part.number, self.begin(&part).await?);
                }
                (Happening::Acts(step), Some(journey)) => self.perform(journey, step.act).await?,
                (Happening::IsMarked(outcome), Some(journey)) => {
                    let body = json!({"outcome": outcome, "note": part.note});
                    self.post(&format!("/api/v1/journeys/{}/mark", journey.id), &body).await?;
                }
                (_, None) => {}
            }
            self.applied().await?;
        }
        self.finish_history(history).await?;
        self.stand_in.with(|account| account.advance_to(now_s));
        self.applied().await
    }

    /// Waits until the server knows what Stripe knows: its clock must not run ahead of its books.
    pub(super) async fn applied(&self) -> Result<(), Failed> {
        let applied = async {
            self.stand_in.settled().await;
            loop {
                if self.server.app.not_done().await?.is_empty() {
                    return Ok(());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let late = |_| Failed::Other("the demo's server does not apply what it is told".to_owned());
        timeout(APPLY_TIMEOUT, applied).await.map_err(late)?
    }
}

/// Everything that happened, in order of time.
fn timeline(now_s: i64) -> Vec<(i64, Part, Happening)> {
    let mut all = Vec::new();
    for part in Cast::of_the_past() {
        let began_s = now_s - part.days_ago * 86_400;
        all.push((began_s, part.clone(), Happening::Begins));
        let mut at_s = began_s + part.hours_to_act * 3600;
        for step in part.plot.steps() {
            at_s += step.hours_later * 3600;
            all.push((at_s, part.clone(), Happening::Acts(step)));
        }
        if let Some(outcome) = part.mark {
            all.push((began_s + 3 * 86_400, part, Happening::IsMarked(outcome)));
        }
    }
    all.retain(|(at_s, ..)| *at_s <= now_s);
    all.sort_by_key(|(at_s, ..)| *at_s);
    all
}
