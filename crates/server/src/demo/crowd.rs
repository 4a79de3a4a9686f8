//! Who came in the months before: a plan from a seed, with planted truth, so that there is something to find out.
//!
//! A guarantee helps much, a video and a question as headline a little, an anchor and a deadline nothing; a deadline
//! makes those who pay pay sooner. Some hypotheses predict too much. Must never touch a database: `history` lives it.

use super::cast;
use insight::random::Random;
use serde_json::{Value, json};

/// Days before now on which the first came.
pub(super) const DAYS: i64 = 168;
const A_DAY_S: i64 = 86_400;
/// Who comes on a day, in turn; the week has a shape.
const PER_DAY: [i64; 7] = [4, 4, 3, 4, 3, 2, 1];
const SEED: u64 = 0x7768_7970_6169_6402;

/// A further version of an offer of the cast, with the hypothesis that justified it.
struct Variant {
    /// Index into what [`cast::contents`] gives.
    offer: usize,
    elements: &'static [(&'static str, &'static str)],
    hypothesis: &'static str,
    category: &'static str,
    predicted: f64,
}

const HEAD_QUESTION: (&str, &str) = ("headline", "question");
const HEAD_STATEMENT: (&str, &str) = ("headline", "statement");
const GUARANTEE: (&str, &str) = ("guarantee", "30-days");
const VIDEO: (&str, &str) = ("testimonial", "video");
const ANCHOR: (&str, &str) = ("anchor", "yes");
const DEADLINE: (&str, &str) = ("deadline", "friday");

const VARIANTS: &[Variant] = &[
    Variant {
        offer: 0,
        elements: &[HEAD_STATEMENT, GUARANTEE, VIDEO],
        hypothesis: "A client who says on video that it worked answers the doubt that no text can.",
        category: "social-proof",
        predicted: 0.45,
    },
    Variant {
        offer: 0,
        elements: &[HEAD_QUESTION],
        hypothesis: "A question as headline lets shop owners see themselves before they see a price.",
        category: "clarity",
        predicted: 0.2,
    },
    Variant {
        offer: 0,
        elements: &[HEAD_STATEMENT, ANCHOR],
        hypothesis: "Beside an agency’s price, ours looks like the sensible choice.",
        category: "price",
        predicted: 0.5,
    },
    Variant {
        offer: 1,
        elements: &[ANCHOR, GUARANTEE],
        hypothesis: "Money back within thirty days makes a yearly price safe to try.",
        category: "risk-reversal",
        predicted: 0.35,
    },
    Variant {
        offer: 1,
        elements: &[HEAD_QUESTION, VIDEO],
        hypothesis: "Hearing it from a neighbour in the same trade makes it feel tested.",
        category: "social-proof",
        predicted: 0.3,
    },
    Variant {
        offer: 1,
        elements: &[HEAD_STATEMENT, GUARANTEE, VIDEO],
        hypothesis: "Proof and safety together leave nothing to be afraid of.",
        category: "risk-reversal",
        predicted: 0.45,
    },
    Variant {
        offer: 2,
        elements: &[HEAD_QUESTION, DEADLINE, GUARANTEE],
        hypothesis: "A guarantee beside the deadline takes the pressure out of it.",
        category: "risk-reversal",
        predicted: 0.4,
    },
    Variant {
        offer: 2,
        elements: &[HEAD_STATEMENT, VIDEO],
        hypothesis: "Without a deadline people read to the end, and trust what they read.",
        category: "clarity",
        predicted: 0.25,
    },
    Variant {
        offer: 2,
        elements: &[ANCHOR, DEADLINE],
        hypothesis: "The price after Friday makes the price before it feel like a find.",
        category: "urgency",
        predicted: 0.6,
    },
];

/// Hypotheses that some journeys were sent on instead of their version's: (statement, category, predicted).
pub(super) const OWN: &[(&str, &str, f64)] = &[
    ("Naming what we saw on their own site shows that it was written for them.", "personalisation", 0.3),
    ("An answer before the question is asked saves them a call.", "clarity", 0.3),
    ("Sent on a Sunday evening, it is read in peace before the week begins.", "urgency", 0.4),
    ("Two names that they know from their own street say more than ten reviews.", "social-proof", 0.25),
];
/// Of a hundred journeys so many have one of these.
const OWN_PERCENT: usize = 45;

/// What is true of elements, on the logit.
const TRUTH: &[((&str, &str), f64)] =
    &[(GUARANTEE, 1.0), (VIDEO, 0.5), (HEAD_QUESTION, 0.3), (DEADLINE, -0.1), (ANCHOR, 0.0)];
const BASE: f64 = -1.75;
/// Of those who pay, days until most have; a deadline hurries them.
const DELAY_DAYS: f64 = 6.0;
const HURRIED_DAYS: f64 = 2.0;

const FIRST: &[&str] = &[
    "Aiko", "Amara", "Bruno", "Carmen", "Dario", "Elif", "Emeka", "Freya", "Hana", "Idris", "Ines", "Jakub",
    "Katja", "Lars", "Mina", "Noor", "Oskar", "Paula", "Rania", "Samuel", "Tess", "Viktor", "Yara",
];
const LAST: &[&str] = &[
    "Almeida", "Bauer", "Costa", "Dubois", "Eriksen", "Fontana", "Garcia", "Horvat", "Ivanova", "Jansen",
    "Keller", "Laurent", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Ricci", "Sato", "Tanaka", "Ueda",
    "Varga", "Wagner", "Yilmaz", "Zhang",
];
/// (industry, what such companies call themselves)
const TRADES: &[(&str, &str)] = &[
    ("retail", "Store"),
    ("health", "Dental"),
    ("food", "Kitchen"),
    ("trades", "Woodworks"),
    ("retail", "Books"),
];

/// One who came.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) name: String,
    pub(super) company: String,
    pub(super) email: String,
    pub(super) industry: &'static str,
    pub(super) size: &'static str,
    /// Index into the versions: those of the cast first, then those of [`variants`].
    pub(super) version: usize,
    /// Index into [`OWN`], when it was not sent on its version's hypothesis.
    pub(super) own: Option<usize>,
    pub(super) began_s: i64,
    /// Seconds on each of the four pages; 0: not opened.
    pub(super) pages_s: [i64; 4],
    pub(super) end: End,
}

/// What became of it; seconds after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing: still open.
    Leaves,
    /// Opens the checkout and lets it expire.
    Abandons { after_s: i64 },
    /// Pays.
    Pays { after_s: i64, then: After },
}

/// What became of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Stays,
    /// A fifth is given back.
    PartRefund,
    Refund,
    DisputeLost,
}

/// (index of the offer, body of `POST /api/v1/contents/{id}/versions`), from what made the offer's first version.
pub(super) fn variants() -> impl Iterator<Item = (usize, Value)> {
    let contents: Vec<Value> = cast::contents().collect();
    VARIANTS.iter().map(move |variant| {
        let of = &contents[variant.offer];
        let elements: serde_json::Map<String, Value> =
            variant.elements.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
        let body = json!({
            "pages": of["pages"],
            "price": of["price"],
            "elements": elements,
            "hypothesis": {
                "statement": variant.hypothesis,
                "category": variant.category,
                "predicted_probability": variant.predicted,
                "predicted_days": 5,
            },
        });
        (variant.offer, body)
    })
}

/// Elements of every version, in the order of [`Visitor::version`].
fn elements() -> Vec<Vec<(String, String)>> {
    let of_cast = cast::contents().map(|content| {
        let pairs = content["elements"].as_object().into_iter().flatten();
        pairs.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect()
    });
    let pairs = |variant: &Variant| -> Vec<(String, String)> {
        variant.elements.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    of_cast.chain(VARIANTS.iter().map(pairs)).collect()
}

/// All who came until `now_s`, in order of time.
pub(super) fn crowd(now_s: i64) -> Vec<Visitor> {
    let mut random = Random::new(SEED);
    let versions = elements();
    let mut all = Vec::new();
    for (day, count) in (0..DAYS - 1).zip(PER_DAY.iter().cycle()) {
        for _ in 0..*count {
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a day")]
            let second = (random.unit() * 86_400.0) as i64;
            let began_s = now_s - (DAYS - day) * A_DAY_S + second;
            all.push(visitor(all.len(), began_s, &versions, &mut random));
        }
    }
    all.sort_by_key(|visitor| visitor.began_s);
    all
}

fn visitor(number: usize, began_s: i64, versions: &[Vec<(String, String)>], random: &mut Random) -> Visitor {
    let version = random.below(versions.len());
    let (industry, trade) = TRADES[random.below(TRADES.len())];
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number % LAST.len()]);
    let has = |(key, value): (&str, &str)| versions[version].iter().any(|(k, v)| k == key && v == value);
    let helps: f64 = TRUTH.iter().filter(|(element, _)| has(*element)).map(|(_, effect)| effect).sum();
    let chance = 1.0 / (1.0 + (-(BASE + helps)).exp());
    let days = if has(DEADLINE) { HURRIED_DAYS } else { DELAY_DAYS };
    let end = end(chance, days, random);
    Visitor {
        name: format!("{first} {last}"),
        company: format!("{last} {trade}"),
        email: format!("{}.{}@example.net", first.to_lowercase(), last.to_lowercase()),
        industry,
        size: if random.chance(0.6) { "solo" } else { "team" },
        version,
        own: (random.below(100) < OWN_PERCENT).then(|| random.below(OWN.len())),
        began_s,
        pages_s: pages(end, random),
        end,
    }
}

fn end(chance: f64, days: f64, random: &mut Random) -> End {
    // Weibull with shape 0.8: many soon, some late.
    let delay_s = days * 86_400.0 * (-random.unit().ln()).powf(1.25);
    #[expect(clippy::cast_possible_truncation, reason = "a few weeks of seconds")]
    let after_s = delay_s as i64 + 600;
    let (pays, abandons) = (random.chance(chance), random.chance(0.12));
    let then = match random.below(100) {
        0..4 => After::Refund,
        4..8 => After::PartRefund,
        8..10 => After::DisputeLost,
        _ => After::Stays,
    };
    match (pays, abandons) {
        (true, _) => End::Pays { after_s, then },
        (false, true) => End::Abandons { after_s },
        (false, false) => End::Leaves,
    }
}

fn pages(end: End, random: &mut Random) -> [i64; 4] {
    let seconds = |random: &mut Random, typical: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "a few minutes")]
        let seconds = (typical * (0.6 * random.normal()).exp()) as i64;
        seconds.max(3)
    };
    let (first, second) = (seconds(random, 75.0), seconds(random, 40.0));
    let (third, fourth) = (seconds(random, 15.0), seconds(random, 20.0));
    match end {
        End::Pays { .. } => [first + 20, second + 10, third, fourth],
        End::Leaves if random.chance(0.18) => [0; 4],
        End::Leaves if random.chance(0.55) => [first, 0, 0, 0],
        End::Leaves | End::Abandons { .. } => [first, second, 0, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_795_000_000;

    #[test]
    fn the_crowd_is_the_same_each_time_and_in_order() {
        let (a, b) = (crowd(NOW_S), crowd(NOW_S));
        assert!(a.len() > 450 && a.len() < 600, "{}", a.len());
        assert!(
            a.iter().zip(&b).all(|(x, y)| x.email == y.email && x.end == y.end && x.began_s == y.began_s)
        );
        assert!(a.windows(2).all(|pair| pair[0].began_s <= pair[1].began_s));
        assert!(a.last().unwrap().began_s < NOW_S);
    }

    #[test]
    fn the_planted_truth_is_there_to_be_found() {
        let (all, versions) = (crowd(NOW_S), elements());
        assert_eq!(versions.len(), 12);
        let rate = |with: bool| {
            let guaranteed = |v: &&Visitor| versions[v.version].iter().any(|(k, _)| k == "guarantee") == with;
            let of: Vec<&Visitor> = all.iter().filter(guaranteed).collect();
            let paid = of.iter().filter(|v| matches!(v.end, End::Pays { .. })).count();
            u32::try_from(paid * 100 / of.len()).unwrap()
        };
        assert!(rate(true) > rate(false) + 8, "{} against {}", rate(true), rate(false));
    }
}
