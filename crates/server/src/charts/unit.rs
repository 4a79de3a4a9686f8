//! Figures as people read them. One place, so that a chart, its table and the sentence above it never differ.

use ledger::{Currency, Money};

/// Between a number and its sign, so that lines never break there.
const GAP: char = '\u{a0}';

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// A fraction of 1, shown of 100.
    Percent,
    /// A difference of two fractions, with its sign: `+12 points`.
    Points,
    /// Days.
    Days,
    /// Seconds, shown as seconds or minutes.
    Seconds,
    /// Minor units of a currency.
    Money(Currency),
    /// A plain number.
    Count,
    /// A plain fraction, such as a score.
    Ratio,
}

impl Unit {
    /// `31 %`, `+4.2 points`, `12 days`, `$1,234.50`.
    pub fn say(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}{GAP}%", self.bare(value)),
            Self::Points => format!("{}{GAP}points", self.bare(value)),
            Self::Days if self.bare(value) == "1" => format!("1{GAP}day"),
            Self::Days => format!("{}{GAP}days", self.bare(value)),
            Self::Seconds if value < 90.0 => format!("{}{GAP}s", decimals(value)),
            Self::Seconds => format!("{}{GAP}min", decimals(value / 60.0)),
            Self::Money(currency) => money(value, currency),
            Self::Count | Self::Ratio => self.bare(value),
        }
    }

    /// For an axis: as short as can be.
    pub fn tick(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}{GAP}%", trimmed(value * 100.0, 1)),
            Self::Points if value == 0.0 => "0".to_owned(),
            Self::Points => format!("{}{}", sign(value), trimmed(value.abs() * 100.0, 1)),
            Self::Money(currency) => short_money(value, currency),
            Self::Days | Self::Count | Self::Ratio | Self::Seconds => grouped(&trimmed(value, 2)),
        }
    }

    /// `22–41 %`, `−3 to +8 points`, `$10.00–$20.00`.
    pub fn range(self, low: f64, high: f64) -> String {
        match self {
            Self::Percent => {
                let (low, high) = (self.bare(low), self.bare(high));
                if low == high { format!("{low}{GAP}%") } else { format!("{low}–{high}{GAP}%") }
            }
            Self::Points => format!("{} to {}{GAP}points", self.bare(low), self.bare(high)),
            Self::Days if !high.is_finite() => format!("{} or more days", self.bare(low)),
            Self::Days => format!("{}–{}{GAP}days", self.bare(low), self.bare(high)),
            Self::Money(_) if low < 0.0 => format!("{} to {}", self.say(low), self.say(high)),
            Self::Money(_) | Self::Seconds => format!("{}–{}", self.say(low), self.say(high)),
            Self::Count | Self::Ratio => format!("{}–{}", self.bare(low), self.bare(high)),
        }
    }

    /// `31 % (22–41 %)`, `+12 points (+3 to +21)`, or the value alone.
    pub fn with_range(self, value: f64, interval: Option<(f64, f64)>) -> String {
        let said = self.say(value);
        let Some((low, high)) = interval else { return said };
        match self {
            Self::Points => format!("{said} ({} to {})", self.bare(low), self.bare(high)),
            _ => format!("{said} ({})", self.range(low, high)),
        }
    }

    fn bare(self, value: f64) -> String {
        match self {
            Self::Percent => decimals(value * 100.0),
            Self::Points if value.abs() < 0.0995 => {
                format!("{}{}", sign(value), trimmed(value.abs() * 100.0, 1))
            }
            Self::Points => format!("{}{}", sign(value), decimals(value.abs() * 100.0)),
            Self::Count => grouped(&format!("{value:.0}")),
            Self::Ratio => format!("{value:.2}"),
            Self::Days | Self::Seconds => decimals(value),
            Self::Money(currency) => money(value, currency),
        }
    }
}

/// A whole number with its thousands apart.
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// What an estimate of how many are needed is worth saying: two digits. `471` is 470, `17,541` is 18,000.
pub fn rounded(value: u64) -> u64 {
    let unit = 10_u64.pow(value.checked_ilog10().unwrap_or(0).saturating_sub(1));
    value.saturating_add(unit / 2) / unit * unit
}

/// `1 journey`, `1,234 journeys`
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{}{GAP}{}", count(value), if value == 1 { one } else { many })
}

fn sign(value: f64) -> &'static str {
    // What rounds to nothing has no sign.
    match (value * 1000.0).round() {
        rounded if rounded > 0.0 => "+",
        rounded if rounded < 0.0 => "−",
        _ => "",
    }
}

/// One decimal below ten, none above: more would claim what is not known.
fn decimals(value: f64) -> String {
    if value == 0.0 || value.abs() >= 9.95 {
        grouped(&format!("{value:.0}"))
    } else if value > 0.0 && value < 0.05 {
        "<0.1".to_owned()
    } else {
        trimmed(value, 1)
    }
}

fn trimmed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if short == "-0" { "0".to_owned() } else { short.replace('-', "−") }
}

fn grouped(number: &str) -> String {
    let (whole, rest) = number.find('.').map_or((number, ""), |dot| number.split_at(dot));
    let start = whole.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let (sign, digits) = whole.split_at(start);
    let mut out = sign.replace('-', "−");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

fn whole_minor(value: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, which is what a figure needs"
    )]
    let minor = value.round() as i64;
    minor
}

fn money(value: f64, currency: Currency) -> String {
    Money::new(whole_minor(value), currency).to_string()
}

/// Whole major units, thousands and millions in short: `$500`, `$12k`, `€1.2m`.
fn short_money(value: f64, currency: Currency) -> String {
    let scale = 10_f64.powi(i32::try_from(currency.exponent()).unwrap_or(2));
    let major = value / scale;
    let (shown, suffix) = match major.abs() {
        ..1e4 => (trimmed(major.abs(), 2), ""),
        ..1e6 => (trimmed(major.abs() / 1e3, 1), "k"),
        ..1e9 => (trimmed(major.abs() / 1e6, 1), "m"),
        _ => (trimmed(major.abs() / 1e9, 1), "bn"),
    };
    let minus = if major < 0.0 { "−" } else { "" };
    let zero = Money::new(0, currency).to_string();
    let sign: String = zero.chars().take_while(|c| !c.is_ascii_digit()).collect();
    format!("{minus}{sign}{}{suffix}", grouped(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Unit {
        Unit::Money(Currency::parse("usd").unwrap())
    }

    #[test]
    fn figures_read_as_people_write_them() {
        let table = [
            (Unit::Percent, 0.3125, "31 %"),
            (Unit::Percent, 0.042, "4.2 %"),
            (Unit::Percent, 0.000_1, "<0.1 %"),
            (Unit::Percent, 0.0, "0 %"),
            (Unit::Percent, 1.0, "100 %"),
            (Unit::Points, 0.123, "+12 points"),
            (Unit::Points, -0.034, "−3.4 points"),
            (Unit::Points, 0.0, "0 points"),
            (Unit::Points, 0.000_2, "0 points"),
            (Unit::Days, 1.0, "1 day"),
            (Unit::Days, 3.25, "3.2 days"),
            (Unit::Seconds, 42.0, "42 s"),
            (Unit::Seconds, 150.0, "2.5 min"),
            (Unit::Count, 1_234_567.0, "1,234,567"),
            (Unit::Ratio, 0.75, "0.75"),
            (usd(), 123_450.4, "$1,234.50"),
        ];
        for (unit, value, want) in table {
            assert_eq!(unit.say(value).replace(GAP, " "), want, "{unit:?} {value}");
        }
    }

    #[test]
    fn intervals_read_as_people_write_them() {
        let table = [
            (Unit::Percent, (0.221, 0.412), "22–41 %"),
            (Unit::Percent, (0.111, 0.111), "11 %"),
            (Unit::Points, (-0.03, 0.08), "−3 to +8 points"),
            (Unit::Days, (2.0, f64::INFINITY), "2 or more days"),
            (usd(), (1000.0, 2000.0), "$10.00–$20.00"),
            (usd(), (-1000.0, 2000.0), "−$10.00 to $20.00"),
        ];
        for (unit, (low, high), want) in table {
            assert_eq!(unit.range(low, high).replace(GAP, " "), want);
        }
        let both = Unit::Percent.with_range(0.31, Some((0.22, 0.41)));
        assert_eq!(both.replace(GAP, " "), "31 % (22–41 %)");
        let points = Unit::Points.with_range(0.19, Some((0.085, 0.3)));
        assert_eq!(points.replace(GAP, " "), "+19 points (+8.5 to +30)");
    }

    #[test]
    fn how_many_are_needed_is_no_exact_number() {
        let table =
            [(0, 0), (7, 7), (20, 20), (99, 99), (471, 470), (996, 1000), (1_770, 1_800), (17_541, 18_000)];
        for (exact, said) in table {
            assert_eq!(rounded(exact), said, "{exact}");
        }
        assert_eq!(rounded(u64::MAX) % 1_000_000_000_000_000_000, 0);
    }

    #[test]
    fn an_axis_is_short() {
        let jpy = Unit::Money(Currency::parse("jpy").unwrap());
        let table = [
            (Unit::Percent, 0.25, "25 %"),
            (Unit::Percent, 0.025, "2.5 %"),
            (Unit::Points, -0.1, "−10"),
            (Unit::Points, 0.0, "0"),
            (usd(), 0.0, "$0"),
            (usd(), 50_000.0, "$500"),
            (usd(), 1_250_000.0, "$12.5k"),
            (usd(), -150_000_000.0, "−$1.5m"),
            (jpy, 500.0, "¥500"),
            (Unit::Days, 30.0, "30"),
        ];
        for (unit, value, want) in table {
            assert_eq!(unit.tick(value).replace(GAP, " "), want, "{unit:?} {value}");
        }
    }
}
