//! The tab *Correlation*: what was expected against what happened. One journey proves nothing about a probability, so
//! none is called right or wrong here.

use super::head::Record;
use crate::api::Result;
use crate::app::App;
use crate::outcome_note::{counted_days, percent};
use crate::pages::journeys::badge::Badge;
use crate::pages::words::{When, duration};
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};
use store::contents::{StoredHypothesis, StoredVersion};
use store::journeys::{self, GivenVersion};
use store::{Conn, contents};

const DAY_MS: i64 = 86_400_000;

/// The panel.
#[derive(Template)]
#[template(path = "journey/correlation.html")]
pub(super) struct CorrelationPanel {
    id: String,
    may_edit: bool,
    statement: String,
    category: String,
    predicted_probability: Option<String>,
    predicted_days: Option<String>,
    outcome: Badge,
    /// `2 d 3 h`, from the start to the payment.
    took: Option<String>,
    /// `within the 5 days predicted`
    timing: Option<String>,
    /// So far, while nothing was paid.
    running: Option<String>,
    given: Vec<Given>,
}

/// A version that the client was given.
struct Given {
    when: When,
    number: i64,
    href: String,
    own_copy: bool,
    price: String,
    /// Its hypothesis, when it is not the one above.
    hypothesis: Option<String>,
    now: bool,
}

impl CorrelationPanel {
    pub(super) async fn load(app: &App, conn: &mut Conn, record: &Record, may_edit: bool) -> Result<Self> {
        let Record { journey, hypothesis, .. } = record;
        let now_ms = app.context.clock.now_ms();
        let took_ms = journey.judgement.paid_at_ms.map(|paid| paid.saturating_sub(journey.started_at_ms));
        let running = took_ms.is_none().then(|| duration(now_ms.saturating_sub(journey.started_at_ms)));
        Ok(Self {
            id: journey.id.clone(),
            may_edit,
            statement: hypothesis.statement.clone(),
            category: hypothesis.category.clone(),
            predicted_probability: hypothesis.predicted_probability.map(percent),
            predicted_days: hypothesis.predicted_days.map(counted_days),
            outcome: Badge::outcome(journey.judgement.outcome),
            took: took_ms.map(duration),
            timing: timing(hypothesis, took_ms, now_ms.saturating_sub(journey.started_at_ms)),
            running,
            given: given(conn, record, now_ms).await?,
        })
    }
}

fn timing(hypothesis: &StoredHypothesis, took_ms: Option<i64>, running_ms: i64) -> Option<String> {
    let days = hypothesis.predicted_days?;
    let predicted_ms = days.saturating_mul(DAY_MS);
    let days = counted_days(days);
    Some(match took_ms {
        Some(took_ms) if took_ms <= predicted_ms => format!("within the {days} predicted"),
        Some(took_ms) => format!("{} later than the {days} predicted", duration(took_ms - predicted_ms)),
        None if running_ms <= predicted_ms => format!("still within the {days} predicted"),
        None => format!("{} past the {days} predicted", duration(running_ms - predicted_ms)),
    })
}

async fn given(conn: &mut Conn, record: &Record, now_ms: i64) -> Result<Vec<Given>> {
    let all = journeys::versions(conn, vec![record.journey.id.clone()]).await?;
    let ids = |of: fn(&GivenVersion) -> &String| -> Vec<String> {
        all.iter().map(of).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    };
    let versions = contents::versions_by_ids(conn, ids(|g| &g.content_version_id)).await?;
    let versions: BTreeMap<&str, &StoredVersion> = versions.iter().map(|v| (v.id.as_str(), v)).collect();
    let hypotheses = contents::hypotheses(conn, ids(|g| &g.hypothesis_id)).await?;
    let hypotheses: BTreeMap<&str, &StoredHypothesis> =
        hypotheses.iter().map(|h| (h.id.as_str(), h)).collect();
    let last = all.len().saturating_sub(1);
    let line = |(n, given): (usize, &GivenVersion)| {
        let version = versions.get(given.content_version_id.as_str())?;
        let other = given.hypothesis_id != record.hypothesis.id;
        let why = hypotheses.get(given.hypothesis_id.as_str()).filter(|_| other);
        Some(Given {
            when: When::ago(given.given_at_ms, now_ms),
            number: version.number,
            href: format!("/contents/{}/versions/{}", version.content_id, version.id),
            own_copy: version.journey_id.is_some(),
            price: version.price.to_string(),
            hypothesis: why.map(|h| h.statement.clone()),
            now: n == last,
        })
    };
    Ok(all.iter().enumerate().filter_map(line).rev().collect())
}
