//! What the statistics say of one journey: for the tabs *Analysis* and *Correlation*. Figures come from
//! [`crate::insights`] alone; what is below its gate carries no verdict.

use super::tab::Tab;
use crate::app::App;
use crate::charts::Unit;
use crate::insights::answer::{Analysis, ConversionGroup, Standing};
use crate::pages::intelligence::parts::rows::{rate_words, tone};
use askama::Template;
use std::time::Duration;
use tokio::time::timeout;

/// The tab does not wait longer: with a million journeys a model takes seconds after each change.
const WAIT: Duration = Duration::from_millis(1_500);

/// The block.
#[derive(Template)]
#[template(path = "journey/figures.html")]
pub(super) struct Figures {
    /// On *Analysis*; else on *Correlation*.
    analysis: bool,
    horizon_days: u32,
    /// `Unready` and late answers leave it out.
    found: Option<Found>,
}

struct Found {
    note: String,
    /// `0.16`: (prediction − outcome)².
    brier: Option<String>,
    /// Its hypothesis with this journey, then without it.
    hypothesis: Vec<Line>,
    factors: Vec<Line>,
    missed: Vec<Line>,
    /// The chance that it is still paid, or why there is none.
    score: Option<String>,
}

struct Line {
    /// What it is.
    kind: &'static str,
    label: String,
    rate: String,
    n: u64,
    /// A sign beside a verdict, so that it needs no colour.
    sign: &'static str,
    says: String,
}

impl Figures {
    /// Of the journey `id`; nothing on the other tabs.
    pub(super) async fn load(app: &App, id: &str, tab: Tab) -> Option<Self> {
        let analysis = match tab {
            Tab::Analysis => true,
            Tab::Correlation => false,
            _ => return None,
        };
        let thresholds = app.insights.thresholds().await.ok()?;
        let answer = timeout(WAIT, app.insights.journey_analysis(id, thresholds)).await;
        let found = answer.ok().and_then(Result::ok).flatten().map(|found| Found::of(&found));
        Some(Self { analysis, horizon_days: thresholds.horizon_days, found })
    }
}

impl Found {
    fn of(analysis: &Analysis) -> Self {
        let hypothesis = analysis.hypothesis.iter().flat_map(|effect| {
            let with = ("With this journey", Some(&effect.with));
            let without = ("Without it", effect.without.as_ref());
            [with, without].into_iter().filter_map(|(label, standing)| Some(stands(label, standing?)))
        });
        let score = analysis.score.as_ref().map(|score| {
            let share = Unit::Percent.say(score.probability);
            format!("From now until the horizon: {share} ({}).", score.method)
        });
        Self {
            note: analysis.note.clone(),
            brier: analysis.brier.map(|brier| format!("{brier:.2}")),
            hypothesis: hypothesis.collect(),
            factors: analysis.factors.iter().map(|factor| line(factor.kind, &factor.group)).collect(),
            missed: analysis.missed.iter().map(|group| line("element", group)).collect(),
            score: score.or_else(|| analysis.score_why.clone()),
        }
    }
}

fn stands(label: &str, standing: &Standing) -> Line {
    let rate = standing.rate.map_or_else(|| "too young to say".to_owned(), |rate| Unit::Percent.say(rate));
    let score = standing.effectiveness.map(|score| format!(", effectiveness {score:.0} of 100"));
    Line {
        kind: "hypothesis",
        label: label.to_owned(),
        rate,
        n: standing.n,
        sign: "",
        says: format!("{}{}", standing.standing, score.unwrap_or_default()),
    }
}

fn line(kind: &'static str, group: &ConversionGroup) -> Line {
    Line {
        kind,
        label: group.label.clone(),
        rate: rate_words(group),
        n: group.n,
        sign: tone(group.verdict).1,
        says: group.says.clone(),
    }
}
