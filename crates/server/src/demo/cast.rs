//! Who plays: example clients, the content each is sent, and how each story goes.

use super::script::Plot;
use serde_json::{Value, json};

/// Journeys whose stories run side by side.
pub(super) const ON_STAGE: usize = 3;

/// One client's part.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) client_name: String,
    pub(super) number: usize,
    company: &'static str,
    /// Index into what [`contents`] gives.
    pub(super) offer: usize,
    pub(super) plot: Plot,
    pub(super) days_ago: i64,
    pub(super) hours_to_act: i64,
    pub(super) mark: Option<&'static str>,
    pub(super) note: &'static str,
}

/// A piece of sales content.
struct Offer {
    name: &'static str,
    amount_minor: i64,
    currency: &'static str,
    hypothesis: &'static str,
    category: &'static str,
    predicted: f64,
    elements: &'static [(&'static str, &'static str)],
}

const OFFERS: &[Offer] = &[
    Offer {
        name: "Guarantee offer",
        amount_minor: 50_000,
        currency: "usd",
        hypothesis: "A thirty-day guarantee removes the fear of paying a stranger.",
        category: "risk-reversal",
        predicted: 0.45,
        elements: &[("headline", "question"), ("guarantee", "30-days")],
    },
    Offer {
        name: "Site care, yearly",
        amount_minor: 118_800,
        currency: "eur",
        hypothesis: "Naming what downtime costs makes the yearly price look small.",
        category: "price",
        predicted: 0.3,
        elements: &[("anchor", "yes"), ("testimonial", "video")],
    },
    Offer {
        name: "Launch week bundle",
        amount_minor: 24_900,
        currency: "usd",
        hypothesis: "A real deadline, named once and kept, brings the decision forward.",
        category: "urgency",
        predicted: 0.35,
        elements: &[("deadline", "friday"), ("headline", "statement")],
    },
];

const NAMES: &[(&str, &str)] = &[
    ("Ana Lindqvist", "Nordlys Studio"),
    ("Tomás Herrera", "Herrera & Hijos"),
    ("Priya Raman", "Raman Dental"),
    ("Jonas Weber", "Weber Holzbau"),
    ("Maya Cohen", "Cohen Ceramics"),
    ("Olu Adeyemi", "Brightpath"),
    ("Sofia Rossi", "Rossi Moda"),
    ("Ken Watanabe", "Kissa Coffee"),
    ("Leila Haddad", "Atlas Tours"),
    ("Piotr Nowak", "Nowak Audio"),
    ("Grace O’Neill", "Harbour Yoga"),
    ("Mateo Silva", "Silva Surf"),
];

/// (plot, days ago, hours until the client acts, mark, note) of the weeks before the demo.
const PAST: &[(Plot, i64, i64, Option<&str>, &str)] = &[
    (Plot::PaysByCard, 21, 5, None, ""),
    (Plot::LetsItExpire, 19, 2, None, ""),
    (Plot::DeclinedThenPays, 17, 30, None, ""),
    (Plot::Silent, 16, 0, Some("ghosted"), "No answer after two reminders."),
    (Plot::PaysThenRefunded, 14, 8, None, ""),
    (Plot::PaysByDebit, 12, 26, None, ""),
    (Plot::DisputesAndWins, 11, 3, None, ""),
    (Plot::Silent, 6, 0, Some("responded"), "Asked for a call next week."),
    (Plot::PaysThenPartRefund, 5, 1, None, ""),
    (Plot::Silent, 2, 0, None, ""),
    (Plot::Silent, 1, 0, None, ""),
];

/// The plots of the evening, in turn.
const TONIGHT: &[Plot] = &[
    Plot::PaysByCard,
    Plot::DeclinedThenPays,
    Plot::LetsItExpire,
    Plot::PaysByDebit,
    Plot::PaysThenPartRefund,
    Plot::DisputesAndLoses,
    Plot::DebitFails,
    Plot::PaysThenRefunded,
    Plot::DisputesAndWins,
];

/// The person at the terminal.
pub(super) fn you() -> Part {
    Part { client_name: "You, the client".to_owned(), company: "Your browser", ..part(0, Plot::Silent) }
}

/// Hands out parts.
pub(super) struct Cast {
    next: usize,
}

impl Cast {
    pub(super) fn tonight() -> Self {
        Self { next: 0 }
    }

    pub(super) fn played(&self) -> usize {
        self.next
    }

    pub(super) fn next_part(&mut self) -> Part {
        let number = PAST.len() + self.next;
        let plot = TONIGHT[self.next % TONIGHT.len()];
        self.next += 1;
        part(number, plot)
    }

    pub(super) fn of_the_past() -> impl Iterator<Item = Part> {
        PAST.iter().enumerate().map(|(number, &(plot, days_ago, hours_to_act, mark, note))| Part {
            days_ago,
            hours_to_act,
            mark,
            note,
            ..part(number, plot)
        })
    }
}

fn part(number: usize, plot: Plot) -> Part {
    let (name, company) = NAMES[number % NAMES.len()];
    let round = number / NAMES.len();
    let client_name = if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) };
    let offer = (number + round) % OFFERS.len();
    Part { client_name, number, company, offer, plot, days_ago: 0, hours_to_act: 0, mark: None, note: "" }
}

impl Part {
    /// Body of `POST /api/v1/clients`.
    pub(super) fn client(&self) -> Value {
        json!({
            "name": self.client_name,
            "email": format!("client{}@example.com", self.number + 1),
            "company": self.company,
        })
    }
}

/// Bodies of `POST /api/v1/contents`, one per offer.
pub(super) fn contents() -> impl Iterator<Item = Value> {
    OFFERS.iter().map(|offer| {
        let elements: serde_json::Map<String, Value> =
            offer.elements.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
        json!({
            "name": offer.name,
            "pages": {
                "activation": format!("# {}\n\nHello, this is what we talked about.", offer.name),
                "agreement": "What you get, what it costs, and how to end it.",
                "confirmation": "Pay safely with Stripe.",
                "processing": "Thank you. Here is what happens next.",
            },
            "price": {"amount_minor": offer.amount_minor, "currency": offer.currency},
            "elements": elements,
            "hypothesis": {
                "statement": offer.hypothesis,
                "category": offer.category,
                "predicted_probability": offer.predicted,
                "predicted_days": 5,
            },
        })
    })
}
