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
    email: String,
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
    /// What the client reads first, in Markdown.
    pitch: &'static str,
    /// What is agreed to.
    terms: &'static str,
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
        pitch: "# Your new site, or your money back\n\nThree pages, written and built in two weeks:\n\n- **Home**: what you do, for whom, and why you\n- **Prices**: clear enough that nobody has to ask\n- **Contact**: one form that reaches your phone\n\nIf you do not like it within thirty days, you get everything back. *No questions.*",
        terms: "## What we agree on\n\n1. I build the three pages within two weeks of your payment.\n2. You may ask for two rounds of changes.\n3. Within thirty days you may ask for your money back, for any reason.",
        amount_minor: 50_000,
        currency: "usd",
        hypothesis: "A thirty-day guarantee removes the fear of paying a stranger.",
        category: "risk-reversal",
        predicted: 0.45,
        elements: &[("headline", "question"), ("guarantee", "30-days")],
    },
    Offer {
        name: "Site care, yearly",
        pitch: "# A year without worries about your site\n\nAn hour of being unreachable costs a shop like yours about **€180**. A year of care costs €1,188:\n\n- checked every minute, repaired before you notice\n- backups every night, restored on request\n- two hours of changes a month",
        terms: "## What we agree on\n\n1. Care begins on the day of payment and lasts twelve months.\n2. It ends by itself; we ask before it is renewed.\n3. If your site is away for more than four hours in a month, that month is free.",
        amount_minor: 118_800,
        currency: "eur",
        hypothesis: "Naming what downtime costs makes the yearly price look small.",
        category: "price",
        predicted: 0.3,
        elements: &[("anchor", "yes"), ("testimonial", "video")],
    },
    Offer {
        name: "Launch week bundle",
        pitch: "# Launch this Friday\n\nFive days, five pieces, one launch:\n\n1. Your message in one sentence\n2. A page that says it\n3. Three posts that point to it\n4. A letter to your list\n5. Friday: we publish together\n\nThe bundle ends with the week.",
        terms: "## What we agree on\n\n1. We begin on Monday and publish on Friday.\n2. Each piece is yours to keep and change.\n3. What is not delivered by Friday, you do not pay.",
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
    let email = "you@example.com".to_owned();
    Part {
        client_name: "You, the client".to_owned(),
        company: "Your browser",
        email,
        ..part(0, Plot::Silent)
    }
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
    let email = format!("client{}@example.com", number + 1);
    Part {
        client_name,
        number,
        company,
        email,
        offer,
        plot,
        days_ago: 0,
        hours_to_act: 0,
        mark: None,
        note: "",
    }
}

impl Part {
    /// Body of `POST /api/v1/clients`.
    pub(super) fn client(&self) -> Value {
        json!({
            "name": self.client_name,
            "email": self.email,
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
                "activation": offer.pitch,
                "agreement": offer.terms,
                "confirmation": "## Thank you\n\nYour payment is safe with Stripe. A receipt is on its way to your inbox.",
                "processing": "## What happens next\n\nI write to you within one working day, with the first question.",
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
