//! The parts of the page: each asks the statistics one thing, and turns the answer into pictures and words. All take the
//! page's question; none computes anything itself.

mod contrast;
mod conversion;
mod elements;
mod funnel;
mod hypotheses;
pub(in crate::pages) mod next;
mod returns;
mod revenue;
pub(in crate::pages) mod rows;
mod scores;
mod soon;
mod timing;
mod weeks;

use super::filters::Filters;
use crate::app::App;
use crate::charts::Figure;
use crate::insights::Unready;
use askama::Template;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Next,
    Conversion,
    Timing,
    Revenue,
    Hypotheses,
    Elements,
    Contrast,
    Funnel,
    Weeks,
    Returns,
    Scores,
}

/// What a part shows.
#[derive(Default)]
pub(super) struct Body {
    /// Said first.
    pub(super) words: Vec<String>,
    /// HTML of the part's own template, already escaped.
    pub(super) html: String,
    /// Pictures.
    pub(super) figures: Vec<Figure>,
}

impl Part {
    /// In the order of the page.
    pub(super) const ALL: [Self; 11] = [
        Self::Next,
        Self::Conversion,
        Self::Timing,
        Self::Revenue,
        Self::Hypotheses,
        Self::Elements,
        Self::Contrast,
        Self::Funnel,
        Self::Weeks,
        Self::Returns,
        Self::Scores,
    ];

    /// In addresses, and as the id on the page.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Conversion => "conversion",
            Self::Timing => "time-to-payment",
            Self::Revenue => "revenue",
            Self::Hypotheses => "hypotheses",
            Self::Elements => "elements",
            Self::Contrast => "paid-against-unpaid",
            Self::Funnel => "drop-off",
            Self::Weeks => "weeks",
            Self::Returns => "refunds",
            Self::Scores => "open-journeys",
        }
    }

    /// Reads a slug back.
    pub(super) fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.slug() == slug)
    }

    /// Its heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Next => "What to send next",
            Self::Conversion => "Who gets paid",
            Self::Timing => "How long payment takes",
            Self::Revenue => "What a journey brings",
            Self::Hypotheses => "Hypotheses, predicted and actual",
            Self::Elements => "Elements",
            Self::Contrast => "Paid beside unpaid",
            Self::Funnel => "Where clients stop",
            Self::Weeks => "Revenue by week, and what may come",
            Self::Returns => "Refunds and disputes",
            Self::Scores => "Open journeys",
        }
    }

    /// What it is about, in a sentence.
    pub(super) const fn intro(self) -> &'static str {
        match self {
            Self::Next => "For each choice, what is known and how sure it is.",
            Self::Conversion => {
                "The chance of being paid in time. Open journeys count for the time they were watched, not as failures."
            }
            Self::Timing => "The part of journeys paid by each day after the start, with 95\u{a0}% bands.",
            Self::Revenue => {
                "Net of refunds and lost disputes, for each journey started, those that brought nothing too."
            }
            Self::Hypotheses => "Did it work, and did it work as well as was thought?",
            Self::Elements => {
                "The change in the chance of payment that goes with each element, the others held fixed."
            }
            Self::Contrast => {
                "How journeys that were paid in time differ from those that had the time and were not."
            }
            Self::Funnel => "The furthest that each journey came.",
            Self::Weeks => "What came in and is kept, and what the same pace would bring.",
            Self::Returns => "Of journeys that brought money, how many gave some of it back, and how soon.",
            Self::Scores => "The chance that each is still paid in time.",
        }
    }

    /// Whether its pictures need the whole width.
    pub(super) const fn wide(self) -> bool {
        matches!(self, Self::Next | Self::Scores | Self::Hypotheses)
    }

    /// Asks, and shows.
    pub(super) async fn body(self, app: &App, filters: &Filters) -> Result<Body, Unready> {
        let insights = &app.insights;
        match self {
            Self::Next => next::body(insights, filters).await,
            Self::Conversion => conversion::body(insights, filters).await,
            Self::Timing => timing::body(insights, filters).await,
            Self::Revenue => revenue::body(insights, filters).await,
            Self::Hypotheses => hypotheses::body(insights, filters).await,
            Self::Elements => elements::body(insights, filters).await,
            Self::Contrast => contrast::body(insights, filters).await,
            Self::Funnel => funnel::body(insights, filters).await,
            Self::Weeks => weeks::body(insights, filters).await,
            Self::Returns => returns::body(insights, filters).await,
            Self::Scores => scores::body(insights, filters).await,
        }
    }
}

/// A part's own template as HTML. One that cannot be rendered leaves its place empty and is logged.
fn html(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a part of a page could not be rendered");
        String::new()
    })
}
