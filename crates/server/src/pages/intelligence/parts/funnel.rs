//! Where clients stop, and how long they stay (SPEC I7).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::Body;
use super::rows::figure_words;
use crate::charts::funnel::{self, Step};
use crate::charts::{Figure, Frame, Table, Unit, unit};
use crate::insights::answer::Funnel;
use crate::insights::{Insights, Unready};

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.funnel(&filters.ask).await?;
    Ok(Body { figures: vec![steps(&answer, filters), time(&answer, filters)], ..Body::default() })
}

fn steps(answer: &Funnel, filters: &Filters) -> Figure {
    let mut table = Table::new(&[
        "Step",
        "Came so far",
        "Of all (95 %)",
        "Of the step before (95 %)",
        "Median time on page",
    ]);
    for step in &answer.steps {
        table.row([
            step.label.to_owned(),
            unit::count(step.reached),
            figure_words(&step.of_all, Unit::Percent),
            figure_words(&step.of_previous, Unit::Percent),
            step.median_seconds.map_or("–".to_owned(), |seconds| Unit::Seconds.say(seconds)),
        ]);
    }
    let steps: Vec<Step> = answer
        .steps
        .iter()
        .map(|step| Step {
            name: step.label.to_owned(),
            reached: step.reached,
            remark: step.median_seconds.map(|s| format!("median {} on the page", Unit::Seconds.say(s))),
        })
        .collect();
    let title = "The furthest step reached";
    let picture =
        funnel::draw(Frame { id: "funnel", title }, &steps, table, "No journey started in this period.");
    Figure {
        id: "funnel".to_owned(),
        title: title.to_owned(),
        about: about(answer.steps.first().map_or(0, |step| step.reached), &filters.ask, &answer.as_of),
        finding: largest_loss(answer),
        picture,
        method: "Counting. Open journeys may still come further; a page seen without script has no time."
            .to_owned(),
        csv: Some(csv("funnel", &filters.ask)),
    }
}

fn largest_loss(answer: &Funnel) -> Option<String> {
    let pairs = answer.steps.windows(2).filter(|pair| pair[0].reached > pair[1].reached);
    let worst = pairs.max_by_key(|pair| pair[0].reached - pair[1].reached)?;
    let lost = unit::counted(worst[0].reached - worst[1].reached, "journey", "journeys");
    Some(format!("Most stop between “{}” and “{}”: {lost}.", worst[0].label, worst[1].label))
}

fn time(answer: &Funnel, filters: &Filters) -> Figure {
    let mut table = Table::new(&["Page", "Median time"]);
    let timed = answer.steps.iter().filter_map(|step| Some((step, step.median_seconds?)));
    let mut bars = Vec::new();
    for (step, seconds) in timed {
        table.row([step.label.to_owned(), Unit::Seconds.say(seconds)]);
        bars.push(crate::charts::intervals::Row {
            label: step.label.to_owned(),
            figure: Unit::Seconds.say(seconds),
            value: Some(seconds),
            interval: Some((0.0, seconds)),
            inner: None,
            tone: crate::charts::intervals::Tone::Plain,
            says: format!(
                "{}: half of those who saw it stayed longer than {}",
                step.label,
                Unit::Seconds.say(seconds)
            ),
        });
    }
    let plot =
        crate::charts::intervals::Intervals { unit: Unit::Seconds, rows: bars, reference: None, table };
    let title = "Time on each page";
    let empty = "No page has told yet how long it was seen.";
    let picture = crate::charts::intervals::draw(Frame { id: "page-time", title }, plot, empty);
    let seen = answer.steps.get(1).map_or(0, |step| step.reached);
    Figure {
        id: "page-time".to_owned(),
        title: title.to_owned(),
        about: about(seen, &filters.ask, &answer.as_of),
        picture,
        finding: None,
        method: "Median seconds in the first 48 hours, of those who saw the page.".to_owned(),
        csv: Some(csv("funnel", &filters.ask)),
    }
}
