//! Paid beside unpaid (SPEC I6): shares of elements, and time on pages.

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::Body;
use super::rows::{ROWS_MAX, dash, ends, p_words};
use crate::charts::dumbbell::{self, Row};
use crate::charts::{Figure, Frame, Picture, Table, Unit, unit};
use crate::insights::answer::{Behaviour, Contrast, ElementShare};
use crate::insights::{Insights, Unready};

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.contrast(&filters.ask).await?;
    Ok(Body { figures: vec![elements(&answer, filters), pages(&answer, filters)], ..Body::default() })
}

fn share(count: u64, of: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share for a picture")]
    let share = count as f64 / of.max(1) as f64;
    share
}

fn elements(answer: &Contrast, filters: &Filters) -> Figure {
    let mut table =
        Table::new(&["Element", "Among paid", "Among unpaid", "Difference (95 %)", "q", "What may be said"]);
    for element in &answer.elements {
        table.row([
            element.label.clone(),
            of(element.paid, answer.paid),
            of(element.unpaid, answer.unpaid),
            difference(element),
            element.q.map_or_else(dash, p_words),
            says(element).to_owned(),
        ]);
    }
    let comparable = answer.paid > 0 && answer.unpaid > 0;
    let shown = answer.elements.iter().filter(|_| comparable).take(ROWS_MAX);
    let rows: Vec<Row> = shown
        .map(|element| {
            let (paid, unpaid) = (share(element.paid, answer.paid), share(element.unpaid, answer.unpaid));
            Row {
                label: element.label.clone(),
                figure: difference(element),
                paid,
                unpaid,
                distinct: element.distinct,
                says: format!(
                    "{}: {} among the paid, {} among the unpaid; {}",
                    element.label,
                    Unit::Percent.say(paid),
                    Unit::Percent.say(unpaid),
                    says(element)
                ),
            }
        })
        .collect();
    let title = "Share of each element";
    let empty = "It takes paid journeys, unpaid ones that had all of their time, and elements to set them side by side.";
    let picture = dumbbell::draw(Frame { id: "contrast", title }, &rows, table, empty);
    Figure {
        id: "contrast".to_owned(),
        title: title.to_owned(),
        about: about(answer.paid + answer.unpaid, &filters.ask, &answer.as_of),
        finding: counted(answer),
        picture,
        method: "Risk difference (Newcombe), Fisher’s exact test, false-discovery rate 10\u{a0}%. Not adjusted for the \
                 other elements; see above for that."
            .to_owned(),
        csv: Some(csv("contrast", &filters.ask)),
    }
}

/// How many there are of each kind, once there is one.
fn counted(answer: &Contrast) -> Option<String> {
    let (paid, unpaid, open) = (answer.paid, answer.unpaid, answer.open);
    (paid + unpaid + open > 0).then(|| {
        format!(
            "{} paid beside {} unpaid; {} too young to be either.",
            unit::count(paid),
            unit::count(unpaid),
            unit::count(open)
        )
    })
}

fn of(count: u64, all: u64) -> String {
    format!("{} of {}", unit::count(count), unit::count(all))
}

fn difference(element: &ElementShare) -> String {
    let interval = ends(element.interval, -1.0, 1.0);
    element.difference.map_or_else(dash, |value| Unit::Points.with_range(value, interval))
}

fn says(element: &ElementShare) -> &'static str {
    if element.distinct { "differs more than chance explains" } else { "no difference can be told" }
}

fn pages(answer: &Contrast, filters: &Filters) -> Figure {
    let mut table = Table::new(&["Page", "Cliff’s δ", "q", "What may be said"]);
    let mut told = Vec::new();
    for page in &answer.pages {
        let words = page_words(page);
        table.row([
            page_name(page.key).to_owned(),
            page.delta.map_or_else(dash, |delta| format!("{delta:+.2}").replace('-', "−")),
            page.q.map_or_else(dash, p_words),
            words.clone(),
        ]);
        if page.distinct {
            told.push(format!("{}: {words}", page_name(page.key)));
        }
    }
    let needed = filters.ask.gates.each();
    let words = match told.as_slice() {
        [] if answer.paid < needed || answer.unpaid < needed => format!(
            "It takes {needed} paid journeys and as many unpaid ones that had all of their time; there are {} and {}.",
            unit::count(answer.paid),
            unit::count(answer.unpaid)
        ),
        [] => "Time on no page can be told apart between paid and unpaid journeys.".to_owned(),
        told => format!(
            "{}. Whoever means to pay reads longer anyway: this is no advice to write more.",
            told.join("; ")
        ),
    };
    Figure {
        id: "contrast-time".to_owned(),
        title: "Time on pages, paid beside unpaid".to_owned(),
        about: about(answer.paid + answer.unpaid, &filters.ask, &answer.as_of),
        picture: Picture::words(words, table),
        finding: None,
        method: "Mann–Whitney on the first 48 hours, so that late visits of the unpaid do not count. δ is +1 when every \
                 paid journey was read longer than every unpaid one."
            .to_owned(),
        csv: Some(csv("contrast", &filters.ask)),
    }
}

fn page_name(key: &str) -> &'static str {
    match key {
        "activation" => "Welcome",
        "agreement" => "Agreement",
        "confirmation" => "Payment page",
        _ => "What happens next",
    }
}

fn page_words(page: &Behaviour) -> String {
    match page.delta {
        Some(delta) if page.distinct && delta > 0.0 => "the paid stayed longer".to_owned(),
        Some(_) if page.distinct => "the paid stayed shorter".to_owned(),
        Some(_) => "no difference can be told".to_owned(),
        None => page.why.clone().unwrap_or_else(dash),
    }
}
