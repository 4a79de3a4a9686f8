//! A step as a page.

use super::locale::Locale;
use super::standing::{Accepted, Standing, is_due};
use super::step::Step;
use super::visit::Visit;
use super::words::{self, Notice};
use crate::markdown;
use crate::pages::assets::{ASSETS, Assets};
use crate::pages::errors::html;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// What every client page has around its content.
pub(super) struct Frame {
    pub(super) title: String,
    /// No real money moves.
    pub(super) test: bool,
    /// A seller looks at it before the client does.
    pub(super) preview: bool,
    /// Who asks to be paid.
    pub(super) seller: Option<String>,
    /// Where the page tells how long it was seen, and as which view.
    pub(super) seen: Option<Seen>,
}

/// See [`Frame::seen`].
pub(super) struct Seen {
    pub(super) href: String,
    pub(super) view_id: String,
}

impl Frame {
    /// Around a page that belongs to no journey.
    pub(super) fn bare(title: &str) -> Self {
        Self { title: title.to_owned(), test: false, preview: false, seller: None, seen: None }
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    pub(super) fn assets(&self) -> &'static Assets {
        &ASSETS
    }
}

/// A step in the list of them.
struct Mark {
    title: &'static str,
    /// `done`, `current`, `open` or `locked`.
    look: &'static str,
    /// Where it is, when it can be opened and is not open.
    href: Option<String>,
}

/// What there is to do.
enum Task {
    /// Go on reading.
    Continue { href: String, label: &'static str },
    /// Accept.
    Agree { href: String, sha256: String, forgotten: bool },
    /// Pay.
    Pay { href: String, shown: String, label: &'static str, price: Figure },
    /// Look again in a moment.
    Again { href: String },
    /// Nothing.
    Nothing,
}

/// An amount, and the language it is written in.
struct Figure {
    text: String,
    code: String,
    lang: &'static str,
}

#[derive(Template)]
#[template(path = "client/step.html")]
struct StepPage {
    frame: Frame,
    marks: Vec<Mark>,
    number: usize,
    title: &'static str,
    notice: Option<Notice>,
    /// Shown as an alert: the client has just done something.
    urgent: bool,
    /// Safe HTML, made by [`markdown::render`].
    article: Option<String>,
    task: Task,
}

/// The way to a payment page that no form may lead to.
#[derive(Template)]
#[template(path = "client/hand_over.html")]
pub(super) struct HandOver {
    frame: Frame,
    url: String,
}

impl HandOver {
    /// `url` is Stripe's.
    pub(super) fn to(url: String) -> Self {
        Self { frame: Frame::bare("Your payment page is ready"), url }
    }
}

/// What a page is made from.
pub(super) struct Shown<'a> {
    pub(super) visit: &'a Visit,
    pub(super) step: Step,
    pub(super) standing: Standing,
    pub(super) locale: &'static Locale,
    pub(super) preview: bool,
    pub(super) view_id: Option<String>,
    /// What the client's last click came to, instead of the usual words, with the status to answer.
    pub(super) answer: Option<(StatusCode, Notice)>,
    /// The box was not ticked.
    pub(super) forgotten: bool,
}

impl Shown<'_> {
    /// The page.
    pub(super) fn respond(self) -> Response {
        let status = match &self.answer {
            Some((status, _)) => *status,
            None if self.forgotten => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        (status, html(&self.page())).into_response()
    }

    fn page(self) -> StepPage {
        let task = self.task();
        let marks = Step::ALL.into_iter().map(|step| self.mark(step)).collect();
        let text = self.step.text(&self.visit.version.pages);
        let article = self.has_article().then(|| markdown::render(text));
        let usual = || match self.step {
            Step::Agreement => words::of_agreement(self.visit, self.locale),
            Step::Confirmation => words::of(self.standing, self.visit, self.locale),
            Step::Activation | Step::Processing => None,
        };
        let urgent = self.answer.is_some();
        let title = self.step.title();
        StepPage {
            marks,
            number: 1 + Step::ALL.iter().position(|step| *step == self.step).unwrap_or_default(),
            title,
            notice: if self.preview {
                None
            } else {
                self.answer.as_ref().map(|a| a.1.clone()).or_else(usual)
            },
            urgent,
            article,
            task,
            frame: Frame {
                title: title.to_owned(),
                test: !self.visit.journey.livemode,
                preview: self.preview,
                seller: self.visit.seller.clone(),
                seen: self.view_id.as_ref().map(|id| Seen { href: self.href("/seen"), view_id: id.clone() }),
            },
        }
    }

    /// Before the payment its page has our words only: the seller's are for after it.
    fn has_article(&self) -> bool {
        self.step != Step::Confirmation || self.preview || self.standing.is_thanked()
    }

    fn href(&self, rest: &str) -> String {
        let query = if self.preview { "?preview" } else { "" };
        format!("/j/{}{rest}{query}", self.visit.journey.token)
    }

    fn step_href(&self, step: Step) -> String {
        self.href(&format!("/{}", step.as_str()))
    }

    fn mark(&self, step: Step) -> Mark {
        let accepted = self.visit.accepted();
        let done = match step {
            Step::Activation => accepted != Accepted::Nothing || self.standing.is_past_paying(),
            Step::Agreement => accepted == Accepted::Current,
            Step::Confirmation => self.standing.is_past_paying() && self.standing != Standing::Confirming,
            Step::Processing => false,
        };
        let open = self.preview || is_due(step, self.standing, accepted);
        let look = match (step == self.step, done, open) {
            (true, ..) => "current",
            (_, true, _) => "done",
            (_, _, true) => "open",
            _ => "locked",
        };
        let href = (open && step != self.step).then(|| self.step_href(step));
        Mark { title: step.title(), look, href }
    }

    fn task(&self) -> Task {
        let go = |step: Step, label| Task::Continue { href: self.step_href(step), label };
        let accepted = self.visit.accepted() == Accepted::Current;
        match self.step {
            Step::Activation => go(Step::Agreement, "Continue"),
            Step::Agreement if accepted || self.preview || self.standing.is_past_paying() => {
                go(Step::Confirmation, "Continue")
            }
            Step::Agreement => Task::Agree {
                href: self.href("/agreement"),
                sha256: self.visit.agreement_sha256.clone(),
                forgotten: self.forgotten,
            },
            Step::Confirmation if self.preview => go(Step::Processing, "Continue"),
            Step::Confirmation if self.standing == Standing::Confirming => {
                Task::Again { href: self.href("") }
            }
            Step::Confirmation if self.standing.goes_on() => go(Step::Processing, "What happens next"),
            Step::Confirmation if self.standing.is_past_paying() => Task::Nothing,
            Step::Confirmation => self.pay(),
            Step::Processing => Task::Nothing,
        }
    }

    fn pay(&self) -> Task {
        let price = self.visit.journey.price;
        let label = match self.standing {
            Standing::Declined => "Try again",
            Standing::Elsewhere => "Continue to payment",
            _ => "Pay",
        };
        Task::Pay {
            href: self.href("/pay"),
            shown: shown_price(self.visit),
            label,
            price: Figure {
                text: self.locale.money(price),
                code: price.currency.as_str().to_uppercase(),
                lang: self.locale.tag,
            },
        }
    }
}

/// The price as the pay button carries it back, to see whether it is still the same.
pub(super) fn shown_price(visit: &Visit) -> String {
    let price = visit.journey.price;
    format!("{} {}", price.amount_minor, price.currency)
}
