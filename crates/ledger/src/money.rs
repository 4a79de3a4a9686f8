//! Money: integer minor units and a currency. Never a float, never added across currencies.
//!
//! Exponents are Stripe's, not ISO 4217's: <https://docs.stripe.com/currencies#special-cases>.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Three ASCII letters, lowercase: `usd`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Stripe sends these in whole units.
const ZERO_DECIMAL: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];
/// Stripe sends these in thousandths.
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// No minor unit in daily life, yet sent times a hundred.
const SENT_TIMES_HUNDRED: &[&str] = &["isk", "ugx"];
/// Currencies written with their sign in front; others get their code.
const SIGNS: &[(&str, &str)] = &[
    ("usd", "$"),
    ("eur", "€"),
    ("gbp", "£"),
    ("jpy", "¥"),
    ("inr", "₹"),
    ("krw", "₩"),
    ("brl", "R$"),
    ("cad", "CA$"),
    ("aud", "A$"),
    ("nzd", "NZ$"),
    ("mxn", "MX$"),
];

impl Currency {
    /// Accepts any case, as people and old Stripe versions write it.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_lowercase())))
    }

    /// Lowercase code, as Stripe spells it.
    pub fn as_str(&self) -> &str {
        // ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many minor units make one major unit, as a power of ten.
    pub fn exponent(self) -> u32 {
        let code = self.as_str();
        if ZERO_DECIMAL.contains(&code) {
            0
        } else if THREE_DECIMAL.contains(&code) {
            3
        } else {
            2
        }
    }

    /// Digits people write after the point.
    fn digits_shown(self) -> u32 {
        if SENT_TIMES_HUNDRED.contains(&self.as_str()) { 0 } else { self.exponent() }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a currency is three letters, like usd"))
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Stripe minor units.
    pub amount_minor: i64,
    /// Lowercase code.
    pub currency: Currency,
}

impl Money {
    /// `amount_minor` in `currency`.
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }
}

/// `$500.00`, `¥500`, `KWD 5.000`, `ISK 500`, `−$5.00`; thousands are grouped: `$1,234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.currency.as_str();
        let scale = 10_u64.pow(self.currency.exponent());
        let magnitude = self.amount_minor.unsigned_abs();
        if self.amount_minor < 0 {
            f.write_str("−")?;
        }
        match SIGNS.iter().find(|(c, _)| *c == code) {
            Some((_, sign)) => f.write_str(sign)?,
            None => write!(f, "{} ", code.to_ascii_uppercase())?,
        }
        write_grouped(f, magnitude / scale)?;
        let rest = magnitude % scale;
        match self.currency.digits_shown() {
            0 if rest == 0 => Ok(()),
            // ISK and UGX must end in 00; should one not, show what is there rather than hide it.
            0 => write!(f, ".{rest:0width$}", width = self.currency.exponent() as usize),
            digits => write!(f, ".{rest:0width$}", width = digits as usize),
        }
    }
}

fn write_grouped(f: &mut fmt::Formatter<'_>, whole: u64) -> fmt::Result {
    let digits = whole.to_string();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            f.write_str(",")?;
        }
        write!(f, "{digit}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(amount_minor: i64, code: &str) -> String {
        Money::new(amount_minor, Currency::parse(code).unwrap()).to_string()
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        let table = [
            (50_000, "usd", "$500.00"),
            (500, "JPY", "¥500"),
            (5_000, "kwd", "KWD 5.000"),
            (50_000, "isk", "ISK 500"),
            (50_050, "isk", "ISK 500.50"),
            (1_000_000, "ugx", "UGX 10,000"),
            (123_456_789, "eur", "€1,234,567.89"),
            (-500, "usd", "−$5.00"),
            (7, "usd", "$0.07"),
            (0, "gbp", "£0.00"),
            (i64::MIN, "usd", "−$92,233,720,368,547,758.08"),
            (2_500, "huf", "HUF 25.00"),
        ];
        for (amount, code, want) in table {
            assert_eq!(show(amount, code), want);
        }
    }

    #[test]
    fn a_currency_is_three_letters_in_any_case() {
        assert_eq!(Currency::parse("USD").unwrap().as_str(), "usd");
        for bad in ["", "us", "usdd", "u$d", "12a", "ü"] {
            assert!(Currency::parse(bad).is_none(), "{bad}");
        }
    }
}
