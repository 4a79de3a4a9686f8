//! Open journeys with their chance of being paid (SPEC B2), or the base rate when the model has no skill.

use super::super::about::{of_when, started};
use super::super::filters::{Filters, csv};
use super::rows::dash;
use super::{Body, html};
use crate::charts::{Unit, unit};
use crate::insights::answer::{HoldOut, Scored};
use crate::insights::{Insights, Unready};
use askama::Template;

/// Journeys scored for the page.
const SCORED_MAX: usize = 200;
/// Journeys listed.
const ROWS_MAX: usize = 15;

#[derive(Template)]
#[template(path = "intelligence/scores.html")]
struct List {
    about: String,
    worth: String,
    rows: Vec<Row>,
    more: Option<String>,
    csv: String,
}

struct Row {
    href: String,
    label: String,
    probability: String,
    /// 0 to 10, for the meter's class.
    ten: u8,
    days: String,
}

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.scores(&filters.ask, None, SCORED_MAX).await?;
    let mut items: Vec<&Scored> = answer.items.iter().collect();
    items.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let first = if answer.next.is_some() { "the first " } else { "" };
    let of = unit::counted(answer.items.len() as u64, "open journey", "open journeys");
    let more =
        (items.len() > ROWS_MAX).then(|| format!("The {ROWS_MAX} likeliest of {first}{of} are shown."));
    let list = List {
        about: format!(
            "{first}{of} younger than {} · {} · {}",
            Unit::Days.say(f64::from(answer.horizon_days)),
            started(&filters.ask),
            of_when(&answer.as_of)
        ),
        worth: worth(answer.hold_out.as_ref(), answer.why.as_deref()),
        rows: items.into_iter().take(ROWS_MAX).map(row).collect(),
        more,
        csv: csv("scores", &filters.ask),
    };
    Ok(Body { html: html(&list), ..Body::default() })
}

fn row(scored: &Scored) -> Row {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
    let ten = (scored.probability * 10.0).round().clamp(0.0, 10.0) as u8;
    Row {
        href: format!("/journeys/{}", scored.journey_id),
        label: scored.label.clone(),
        probability: Unit::Percent.say(scored.probability),
        ten,
        days: scored.median_days_left.map_or_else(dash, |days| format!("about {}", Unit::Days.say(days))),
    }
}

/// What the scores are worth, tried on journeys that were not looked at.
fn worth(hold_out: Option<&HoldOut>, why: Option<&str>) -> String {
    let Some(tried) = hold_out else {
        let why = why.unwrap_or("too little to try a model on");
        return format!(
            "No model yet: {why}. What is shown, if anything, is the share of all journeys of that age that are still paid."
        );
    };
    let (learned, later) = (unit::count(tried.fitted), unit::count(tried.held_out));
    if tried.skill > 0.0 {
        format!(
            "Tried on {later} later journeys it had not seen, after learning from {learned}: {} less error than always \
             saying the base rate.",
            Unit::Percent.say(tried.skill)
        )
    } else {
        format!(
            "Tried on {later} later journeys, the model was no better than always saying the base rate. So it \
             abstains: what is shown is the share of all journeys of that age that are still paid."
        )
    }
}
