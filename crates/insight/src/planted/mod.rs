//! Journeys with planted truth, for tests and benchmarks: nine of fifty variants differ, five of twenty elements
//! matter, element 0 is confounded and does nothing, hypotheses 0–3 are over-confident.
//!
//! The same rows, byte for byte as CSV, as the reference generator (`gen.py`): counter-based splitmix64, no state, so
//! any row can be made alone. Delays are Weibull; unpaid rows are open at [`AS_OF_S`], not failures.

pub mod facts;

use std::f64::consts::PI;
use std::fmt::Write as _;

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// First start, Unix seconds.
pub const START_S: u32 = 1_750_000_000;
/// The moment of analysis, Unix seconds.
pub const AS_OF_S: u32 = START_S + 120 * 86_400;
/// Variants.
pub const VARIANTS: usize = 50;
/// Elements.
pub const ELEMENTS: usize = 20;
const HYPOTHESES: f64 = 8.0;
const BASE: f64 = -2.9;
const SHAPE: f64 = 0.8;
/// Variants whose logit differs from the control's.
pub const VARIANT_EFFECTS: [(usize, f64); 9] = [
    (3, 0.25),
    (7, 0.35),
    (11, 0.45),
    (19, 0.60),
    (23, 0.80),
    (29, -0.25),
    (31, -0.35),
    (37, -0.45),
    (41, -0.60),
];
const HYPOTHESIS_EFFECTS: [f64; 8] = [0.0, 0.10, 0.20, -0.10, 0.0, -0.20, 0.05, -0.05];
/// Elements that matter, on the logit.
pub const ELEMENT_EFFECTS: [(usize, f64); 5] = [(2, 0.40), (5, -0.30), (9, 0.20), (13, -0.50), (17, 0.70)];

/// One planted journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Journey {
    /// Number of the row.
    pub id: u64,
    /// Start, Unix seconds.
    pub created_s: u32,
    /// 0–49; 0 is the control.
    pub variant: u8,
    /// 0–7.
    pub hypothesis: u8,
    /// Predicted chance of payment in hundredths, if any was made.
    pub predicted_percent: Option<u8>,
    /// Page views.
    pub page_views: u32,
    /// Bit j is element j.
    pub elements: u32,
    /// Seconds from start to payment, if paid by [`AS_OF_S`].
    pub paid_after_s: Option<u32>,
    /// Paid, in minor units.
    pub amount_minor: i64,
    /// `USD`, `EUR`, `JPY`, or empty when unpaid.
    pub currency: &'static str,
    /// Given back, in minor units.
    pub refunded_minor: i64,
    /// Disputed and lost.
    pub disputed: bool,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Rows of one seed and size.
#[derive(Clone, Debug)]
pub struct Planted {
    rows: u64,
    keys: [u64; 13],
    element_keys: [u64; ELEMENTS],
}

impl Planted {
    /// `rows` journeys; the reference uses seed 42.
    pub fn new(rows: u64, seed: u64) -> Self {
        let key = |field: u64| mix(seed ^ mix(field.wrapping_mul(GOLDEN)));
        Self {
            rows,
            keys: std::array::from_fn(|field| key(field as u64)),
            element_keys: std::array::from_fn(|j| key(100 + j as u64)),
        }
    }

    /// All rows in order.
    pub fn journeys(&self) -> impl Iterator<Item = Journey> + '_ {
        (0..self.rows).map(|row| self.journey(row))
    }

    /// One row.
    pub fn journey(&self, row: u64) -> Journey {
        let u = |field: usize| uniform(self.keys[field], row);
        let created = ((row as f64 + u(0)) / self.rows as f64 * (120.0 * 86_400.0)).floor() as u32;
        let created_s = (START_S + created).min(AS_OF_S - 1);
        let variant = (u(1) * VARIANTS as f64).floor() as usize;
        let hypothesis = (u(2) * HYPOTHESES).floor() as usize;
        let elements = self.elements(row, hypothesis);
        let eta = logit(variant, hypothesis, elements);
        let will_pay = u(3) < 1.0 / (1.0 + (-eta).exp());
        let delay_s = delay_s(hypothesis, u(4));
        let paid_after_s = (will_pay && delay_s <= f64::from(AS_OF_S - created_s)).then_some(delay_s as u32);
        let mut journey = Journey {
            id: row,
            created_s,
            variant: variant as u8,
            hypothesis: hypothesis as u8,
            predicted_percent: (u(11) < 0.7).then(|| prediction(eta, hypothesis)),
            page_views: 1 + (-(-u(12)).ln_1p() * 4.0).floor() as u32,
            elements,
            paid_after_s,
            amount_minor: 0,
            currency: "",
            refunded_minor: 0,
            disputed: false,
        };
        if paid_after_s.is_some() {
            self.pay(&mut journey, row);
        }
        journey
    }

    fn elements(&self, row: u64, hypothesis: usize) -> u32 {
        let mut elements = 0;
        for (j, key) in self.element_keys.iter().enumerate() {
            let share = match (j, hypothesis) {
                (0, 0..4) => 0.6,
                (0, _) => 0.15,
                _ => 0.2 + 0.6 * j as f64 / (ELEMENTS - 1) as f64,
            };
            elements |= u32::from(uniform(*key, row) < share) << j;
        }
        elements
    }

    fn pay(&self, journey: &mut Journey, row: u64) {
        let u = |field: usize| uniform(self.keys[field], row);
        let z = (-2.0 * (-u(5)).ln_1p()).sqrt() * (2.0 * PI * u(6)).cos();
        let price = 5000.0 + 500.0 * f64::from(journey.variant % 10);
        let outlier = if u(7) < 0.0005 { 100.0 } else { 1.0 };
        let amount = (price * (0.6 * z).exp() * outlier).floor().max(50.0) as i64;
        journey.amount_minor = amount;
        journey.currency = match u(8) {
            share if share < 0.80 => "USD",
            share if share < 0.95 => "EUR",
            _ => "JPY",
        };
        journey.refunded_minor = match u(9) {
            share if share < 0.04 => amount,
            share if share < 0.06 => amount / 2,
            _ => 0,
        };
        journey.disputed = u(10) < 0.006;
    }
}

fn uniform(key: u64, row: u64) -> f64 {
    (mix(key.wrapping_add(row.wrapping_mul(GOLDEN))) >> 11) as f64 * 2.0_f64.powi(-53)
}

fn logit(variant: usize, hypothesis: usize, elements: u32) -> f64 {
    let variant = VARIANT_EFFECTS.iter().find(|(v, _)| *v == variant).map_or(0.0, |(_, effect)| *effect);
    let with = ELEMENT_EFFECTS.iter().filter(|(j, _)| elements >> j & 1 == 1).map(|(_, effect)| effect);
    BASE + variant + HYPOTHESIS_EFFECTS[hypothesis] + with.sum::<f64>()
}

fn delay_s(hypothesis: usize, u: f64) -> f64 {
    let scale_days = if hypothesis >= 4 { 6.0 } else { 4.0 };
    let delay = scale_days * 86_400.0 * (-(-u).ln_1p()).powf(1.0 / SHAPE);
    delay.min(4e9).floor().max(1.0)
}

fn prediction(eta: f64, hypothesis: usize) -> u8 {
    let eta = if hypothesis < 4 { 1.6 * eta + 2.0 } else { eta };
    (100.0 / (1.0 + (-eta).exp())).round_ties_even() as u8
}

/// The header line of the CSV.
pub fn csv_header() -> String {
    let mut line = "journey_id,created_at,variant,hypothesis_type,predicted_prob,page_views,".to_owned();
    for j in 0..ELEMENTS {
        let _ = write!(line, "e{j},");
    }
    line + "paid,paid_at,amount_minor,currency,refunded_minor,disputed\n"
}

impl Journey {
    /// Appends this row's CSV line.
    pub fn write_csv(&self, out: &mut String) {
        let _ = write!(out, "{},{},{},{},", self.id, self.created_s, self.variant, self.hypothesis);
        if let Some(percent) = self.predicted_percent {
            let _ = write!(out, "{}.{:02}", percent / 100, percent % 100);
        }
        let _ = write!(out, ",{},", self.page_views);
        for j in 0..ELEMENTS {
            out.push(if self.elements >> j & 1 == 1 { '1' } else { '0' });
            out.push(',');
        }
        match self.paid_after_s {
            Some(after) => {
                let _ = write!(out, "1,{},", u64::from(self.created_s) + u64::from(after));
            }
            None => out.push_str("0,,"),
        }
        let Self { amount_minor, currency, refunded_minor, disputed, .. } = self;
        let _ = writeln!(out, "{amount_minor},{currency},{refunded_minor},{}", u8::from(*disputed));
    }
}
