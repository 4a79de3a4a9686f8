//! Money and dates in the client's own manner. Words stay English; only figures change, in one table.
//!
//! A test holds the table's amounts to those of ICU 78 (CLDR 48). Whoever is not in it reads figures as an English page
//! has them.

use ledger::Money;

/// Between figures that belong together.
const NARROW_SPACE: &str = "\u{202f}";
/// Between a figure and its currency.
const SPACE: &str = "\u{a0}";
/// Entries of an `Accept-Language` that are looked at.
const LANGUAGES_MAX: usize = 20;

/// Where the currency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// `$5`
    Before,
    /// `€ 5`
    BeforeSpaced,
    /// `5 €`
    After,
}

/// How thousands are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Groups {
    /// `1,000`
    Threes,
    /// `1000` and `10 000`
    ThreesFromTenThousand,
    /// `12,34,567`
    Indian,
}

/// One manner of writing figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Locale {
    /// BCP 47; tells a screen reader how to say the figures.
    pub(super) tag: &'static str,
    decimal: &'static str,
    group: &'static str,
    groups: Groups,
    sign: Sign,
    /// For `strftime`.
    date: &'static str,
    /// The country's own currency and how people there write it.
    home: (&'static str, &'static str),
}

const fn locale(
    tag: &'static str,
    (decimal, group, groups): (&'static str, &'static str, Groups),
    sign: Sign,
    date: &'static str,
    home: (&'static str, &'static str),
) -> Locale {
    Locale { tag, decimal, group, groups, sign, date, home }
}

type Figures = (&'static str, &'static str, Groups);

const POINT: Figures = (".", ",", Groups::Threes);
const COMMA: Figures = (",", ".", Groups::Threes);
const COMMA_SPACE: Figures = (",", SPACE, Groups::Threes);
const COMMA_NARROW: Figures = (",", NARROW_SPACE, Groups::Threes);
const COMMA_SPACE_LATE: Figures = (",", SPACE, Groups::ThreesFromTenThousand);
const COMMA_LATE: Figures = (",", ".", Groups::ThreesFromTenThousand);
const INDIAN: Figures = (".", ",", Groups::Indian);

const DOTS: &str = "%d.%m.%Y";
const SLASHES: &str = "%d/%m/%Y";
const MONTH_NAME: &str = "%-d %b %Y";

const EURO: (&str, &str) = ("eur", "€");

/// The first is for everybody else. A language alone stands for the country where most of its speakers are.
const LOCALES: &[Locale] = &[
    locale("en", POINT, Sign::Before, MONTH_NAME, ("usd", "$")),
    locale("en-US", POINT, Sign::Before, "%b %-d, %Y", ("usd", "$")),
    locale("en-CA", POINT, Sign::Before, "%b %-d, %Y", ("cad", "$")),
    locale("en-AU", POINT, Sign::Before, MONTH_NAME, ("aud", "$")),
    locale("en-NZ", POINT, Sign::Before, MONTH_NAME, ("nzd", "$")),
    locale("en-IN", INDIAN, Sign::Before, MONTH_NAME, ("inr", "₹")),
    locale("hi", INDIAN, Sign::Before, SLASHES, ("inr", "₹")),
    locale("de", COMMA, Sign::After, DOTS, EURO),
    locale("de-AT", COMMA, Sign::BeforeSpaced, DOTS, EURO),
    locale("de-CH", (".", "'", Groups::Threes), Sign::BeforeSpaced, DOTS, ("chf", "CHF")),
    locale("fr", COMMA_NARROW, Sign::After, SLASHES, EURO),
    locale("fr-CA", COMMA_SPACE, Sign::After, "%Y-%m-%d", ("cad", "$")),
    locale("fr-CH", (".", NARROW_SPACE, Groups::Threes), Sign::After, DOTS, ("chf", "CHF")),
    locale("it", COMMA_LATE, Sign::After, SLASHES, EURO),
    locale("it-CH", (".", "'", Groups::ThreesFromTenThousand), Sign::BeforeSpaced, DOTS, ("chf", "CHF")),
    locale("es", COMMA_LATE, Sign::After, SLASHES, EURO),
    locale("es-MX", POINT, Sign::Before, SLASHES, ("mxn", "$")),
    locale("es-US", POINT, Sign::Before, SLASHES, ("usd", "$")),
    locale("pt", COMMA, Sign::BeforeSpaced, SLASHES, ("brl", "R$")),
    locale("pt-PT", COMMA_SPACE_LATE, Sign::After, SLASHES, EURO),
    locale("nl", COMMA, Sign::BeforeSpaced, "%d-%m-%Y", EURO),
    locale("sv", COMMA_SPACE, Sign::After, "%Y-%m-%d", ("sek", "kr")),
    locale("da", COMMA, Sign::After, DOTS, ("dkk", "kr.")),
    locale("nb", COMMA_SPACE, Sign::After, DOTS, ("nok", "kr")),
    locale("no", COMMA_SPACE, Sign::After, DOTS, ("nok", "kr")),
    locale("fi", COMMA_SPACE, Sign::After, "%-d.%-m.%Y", EURO),
    locale("pl", COMMA_SPACE_LATE, Sign::After, DOTS, ("pln", "zł")),
    locale("cs", COMMA_SPACE, Sign::After, "%-d. %-m. %Y", ("czk", "Kč")),
    locale("sk", COMMA_SPACE, Sign::After, "%-d. %-m. %Y", EURO),
    locale("hu", COMMA_SPACE_LATE, Sign::After, "%Y. %m. %d.", ("huf", "Ft")),
    locale("ro", COMMA, Sign::After, DOTS, ("ron", "RON")),
    locale("el", COMMA, Sign::After, SLASHES, EURO),
    locale("tr", COMMA, Sign::Before, DOTS, ("try", "₺")),
    locale("uk", COMMA_SPACE, Sign::After, DOTS, ("uah", "₴")),
    locale("ja", POINT, Sign::Before, "%Y/%m/%d", ("jpy", "￥")),
    locale("zh", POINT, Sign::Before, "%Y/%-m/%-d", ("cny", "¥")),
    locale("ko", POINT, Sign::Before, "%Y. %-m. %-d.", ("krw", "₩")),
];

impl Locale {
    /// The one that a browser's `Accept-Language` asks for first, of those we know.
    pub(super) fn of(accept_language: Option<&str>) -> &'static Self {
        let wanted = accept_language.unwrap_or_default().split(',').take(LANGUAGES_MAX).map(weighted);
        let mut wanted: Vec<(&str, f32)> = wanted.filter(|(_, weight)| *weight > 0.0).collect();
        wanted.sort_by(|a, b| b.1.total_cmp(&a.1));
        wanted.into_iter().find_map(|(tag, _)| known(tag)).unwrap_or(&LOCALES[0])
    }

    /// `1.234,50 €`
    pub(super) fn money(&self, money: Money) -> String {
        // How many digits a currency has is the ledger's to know.
        let plain = money.to_string();
        let figures = plain.find(|c: char| c.is_ascii_digit()).unwrap_or(plain.len());
        let (before, figures) = plain.split_at(figures);
        let (whole, fraction) = figures.split_once('.').unwrap_or((figures, ""));
        let whole = self.grouped(&whole.replace(',', ""));
        let decimal = if fraction.is_empty() { "" } else { self.decimal };
        let minus = if before.starts_with('−') { "−" } else { "" };
        let sign = self.sign_of(money, before.trim_start_matches('−').trim());
        let spelled = sign.chars().all(char::is_alphabetic);
        match self.sign {
            Sign::Before if !spelled => format!("{minus}{sign}{whole}{decimal}{fraction}"),
            Sign::Before | Sign::BeforeSpaced => format!("{minus}{sign}{SPACE}{whole}{decimal}{fraction}"),
            Sign::After => format!("{minus}{whole}{decimal}{fraction}{SPACE}{sign}"),
        }
    }

    /// What the currency is called here. A dollar that is not the country's own says whose it is.
    fn sign_of<'a>(&self, money: Money, elsewhere: &'a str) -> &'a str
    where
        Self: 'a,
    {
        let (home, sign) = self.home;
        match money.currency.as_str() {
            currency if currency == home => sign,
            "usd" if sign == "$" => "US$",
            _ => elsewhere,
        }
    }

    fn grouped(&self, digits: &str) -> String {
        let count = digits.len();
        if self.groups == Groups::ThreesFromTenThousand && count < 5 {
            return digits.to_owned();
        }
        let mut text = String::with_capacity(count * 2);
        for (index, digit) in digits.chars().enumerate() {
            let left = count - index;
            let starts = match self.groups {
                Groups::Indian if left > 3 => (left - 3).is_multiple_of(2),
                Groups::Indian => left == 3,
                Groups::Threes | Groups::ThreesFromTenThousand => left.is_multiple_of(3),
            };
            if index > 0 && starts {
                text.push_str(self.group);
            }
            text.push(digit);
        }
        text
    }

    /// `22.11.2026`, in UTC.
    pub(super) fn date(&self, at_ms: i64) -> String {
        jiff::Timestamp::from_millisecond(at_ms)
            .map_or_else(|_| String::new(), |at| at.strftime(self.date).to_string())
    }
}

/// `de;q=0.5`
fn weighted(entry: &str) -> (&str, f32) {
    let (tag, parameter) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = match parameter.trim().strip_prefix("q=") {
        Some(weight) => weight.parse().ok().filter(|w: &f32| w.is_finite()).unwrap_or(0.0),
        None => 1.0,
    };
    (tag.trim(), weight)
}

/// The tag itself, else its language: `de-LI` is written as `de`.
fn known(tag: &str) -> Option<&'static Locale> {
    let exact = |wanted: &str| LOCALES.iter().find(|locale| locale.tag.eq_ignore_ascii_case(wanted));
    exact(tag).or_else(|| exact(tag.split('-').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Currency;

    fn money(language: &str, amount_minor: i64, code: &str) -> String {
        let money = Money::new(amount_minor, Currency::parse(code).unwrap());
        Locale::of(Some(language))
            .money(money)
            .replace([NARROW_SPACE, SPACE].map(|s| s.chars().next().unwrap()), " ")
    }

    #[test]
    fn amounts_read_as_people_there_write_them() {
        let table = [
            ("en", 123_456_750, "usd", "$1,234,567.50"),
            ("en-US", 50_000, "eur", "€500.00"),
            ("en-CA", 50_000, "usd", "US$500.00"),
            ("en-CA", 50_000, "cad", "$500.00"),
            ("en-GB", 50_000, "gbp", "£500.00"),
            ("en-IN", 123_456_750, "inr", "₹12,34,567.50"),
            ("en", 5_000, "kwd", "KWD 5.000"),
            ("de", 123_456_750, "eur", "1.234.567,50 €"),
            ("de", 50_000, "usd", "500,00 $"),
            ("de-AT", 123_450, "usd", "$ 1.234,50"),
            ("de-CH", 123_450, "eur", "€ 1'234.50"),
            ("fr-FR", 123_450, "eur", "1 234,50 €"),
            ("fr-CA", 123_450, "usd", "1 234,50 US$"),
            ("es-ES", 123_450, "eur", "1234,50 €"),
            ("es-ES", 1_234_500, "eur", "12.345,00 €"),
            ("pt-BR", 123_450, "brl", "R$ 1.234,50"),
            ("pt-PT", 123_450, "eur", "1234,50 €"),
            ("nl", 123_450, "eur", "€ 1.234,50"),
            ("sv-SE", 123_450, "sek", "1 234,50 kr"),
            ("pl", 123_450, "pln", "1234,50 zł"),
            ("ja", 1_234, "jpy", "￥1,234"),
            ("ja", 123_450, "usd", "$1,234.50"),
            ("en", -500, "usd", "−$5.00"),
            ("de", -500, "eur", "−5,00 €"),
            ("de", 0, "jpy", "0 ¥"),
        ];
        for (language, amount, code, want) in table {
            assert_eq!(money(language, amount, code), want, "{language}");
        }
    }

    /// `new Intl.NumberFormat(tag, {style: "currency", currency})` of Node with ICU 78.2, for 1234567.5 and 1234.5; spaces
    /// as plain ones. HUF, JPY and KRW are left out: there Stripe and CLDR differ in their digits.
    #[test]
    fn every_locale_writes_amounts_as_icu_does() {
        let table = [
            ("en", "usd", "$1,234,567.50", "$1,234.50"),
            ("en-US", "usd", "$1,234,567.50", "$1,234.50"),
            ("en-CA", "cad", "$1,234,567.50", "$1,234.50"),
            ("en-AU", "aud", "$1,234,567.50", "$1,234.50"),
            ("en-NZ", "nzd", "$1,234,567.50", "$1,234.50"),
            ("en-IN", "inr", "₹12,34,567.50", "₹1,234.50"),
            ("hi", "inr", "₹12,34,567.50", "₹1,234.50"),
            ("de", "eur", "1.234.567,50 €", "1.234,50 €"),
            ("de-AT", "eur", "€ 1.234.567,50", "€ 1.234,50"),
            ("de-CH", "chf", "CHF 1'234'567.50", "CHF 1'234.50"),
            ("fr", "eur", "1 234 567,50 €", "1 234,50 €"),
            ("fr-CA", "cad", "1 234 567,50 $", "1 234,50 $"),
            ("fr-CH", "chf", "1 234 567.50 CHF", "1 234.50 CHF"),
            ("it", "eur", "1.234.567,50 €", "1234,50 €"),
            ("it-CH", "chf", "CHF 1'234'567.50", "CHF 1234.50"),
            ("es", "eur", "1.234.567,50 €", "1234,50 €"),
            ("es-MX", "mxn", "$1,234,567.50", "$1,234.50"),
            ("es-US", "usd", "$1,234,567.50", "$1,234.50"),
            ("pt", "brl", "R$ 1.234.567,50", "R$ 1.234,50"),
            ("pt-PT", "eur", "1 234 567,50 €", "1234,50 €"),
            ("nl", "eur", "€ 1.234.567,50", "€ 1.234,50"),
            ("sv", "sek", "1 234 567,50 kr", "1 234,50 kr"),
            ("da", "dkk", "1.234.567,50 kr.", "1.234,50 kr."),
            ("nb", "nok", "1 234 567,50 kr", "1 234,50 kr"),
            ("no", "nok", "1 234 567,50 kr", "1 234,50 kr"),
            ("fi", "eur", "1 234 567,50 €", "1 234,50 €"),
            ("pl", "pln", "1 234 567,50 zł", "1234,50 zł"),
            ("cs", "czk", "1 234 567,50 Kč", "1 234,50 Kč"),
            ("sk", "eur", "1 234 567,50 €", "1 234,50 €"),
            ("ro", "ron", "1.234.567,50 RON", "1.234,50 RON"),
            ("el", "eur", "1.234.567,50 €", "1.234,50 €"),
            ("tr", "try", "₺1.234.567,50", "₺1.234,50"),
            ("uk", "uah", "1 234 567,50 ₴", "1 234,50 ₴"),
            ("zh", "cny", "¥1,234,567.50", "¥1,234.50"),
        ];
        for (tag, code, large, small) in table {
            assert_eq!(Locale::of(Some(tag)).tag, tag);
            let written = (money(tag, 123_456_750, code), money(tag, 123_450, code));
            assert_eq!(written, (large.to_owned(), small.to_owned()), "{tag}");
        }
        let left_out = ["hu", "ja", "ko"];
        let all = LOCALES.iter().filter(|locale| !left_out.contains(&locale.tag)).count();
        assert_eq!(table.len(), all);
    }

    #[test]
    fn the_browsers_first_known_language_counts() {
        let table = [
            (None, "en"),
            (Some(""), "en"),
            (Some("*"), "en"),
            (Some("ar,he"), "en"),
            (Some("de-LI"), "de"),
            (Some("DE-ch"), "de-CH"),
            (Some("xx,fr;q=0.5,de;q=0.9"), "de"),
            (Some("fr;q=0,de;q=0.1"), "de"),
            (Some("de;q=nan,it;q=x,fr;q=inf"), "en"),
            (Some("pt-PT,pt;q=0.9,en;q=0.8"), "pt-PT"),
            (Some(";;;,,,q=1,é"), "en"),
        ];
        for (header, want) in table {
            assert_eq!(Locale::of(header).tag, want, "{header:?}");
        }
    }

    #[test]
    fn dates_are_written_as_there() {
        let at_ms = 1_795_313_655_120;
        let table = [
            ("en", "22 Nov 2026"),
            ("en-US", "Nov 22, 2026"),
            ("de", "22.11.2026"),
            ("fr", "22/11/2026"),
            ("sv", "2026-11-22"),
            ("ja", "2026/11/22"),
            ("hu", "2026. 11. 22."),
        ];
        for (language, want) in table {
            assert_eq!(Locale::of(Some(language)).date(at_ms), want);
        }
        assert!(LOCALES.iter().all(|locale| locale.date(at_ms).contains("2026")));
    }
}
