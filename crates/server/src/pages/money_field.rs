//! Amounts as people type them.

use ledger::{Currency, Money};
use serde_json::{Value, json};

/// Digits before the point at most: what Stripe takes.
const WHOLE_DIGITS_MAX: usize = 12;

/// `500.00`, for a field beside its currency.
pub(super) fn decimal(money: Money) -> String {
    let digits = money.currency.exponent() as usize;
    let scale = 10_i64.pow(money.currency.exponent());
    match digits {
        0 => money.amount_minor.to_string(),
        _ => format!("{}.{:0digits$}", money.amount_minor / scale, money.amount_minor % scale),
    }
}

/// The minor units of `500`, `500.00` or `500,00`; `None` of anything else.
pub(super) fn minor(text: &str, currency: Currency) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = currency.exponent() as usize;
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > WHOLE_DIGITS_MAX || part.len() > digits {
        return None;
    }
    if !is_number(whole) || !is_number(part) || (part.is_empty() && text.len() > whole.len()) {
        return None;
    }
    format!("{whole}{part:0<digits$}").parse().ok()
}

/// A price for an API body. What cannot be read is passed on, so that the API names the field; the second is what to
/// say of the amount then.
pub(super) fn price(amount: &str, currency: &str) -> (Value, Option<String>) {
    let currency = currency.trim();
    let Some(known) = Currency::parse(currency) else {
        return (json!({"amount_minor": 1, "currency": currency}), None);
    };
    if let Some(amount_minor) = minor(amount, known) {
        return (json!({"amount_minor": amount_minor, "currency": currency}), None);
    }
    let example = decimal(Money::new(50_000, known));
    let fault = format!("Must be an amount such as {example}, without thousands separators.");
    (json!({"amount_minor": 1, "currency": currency}), Some(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let table = [
            ("500", "usd", Some(50_000)),
            (" 500.00 ", "usd", Some(50_000)),
            ("500,5", "eur", Some(50_050)),
            ("0.07", "usd", Some(7)),
            ("500", "jpy", Some(500)),
            ("5.123", "kwd", Some(5_123)),
            ("5.00", "jpy", None),
            ("1,234.50", "usd", None),
            ("5.001", "usd", None),
            ("5.", "usd", None),
            (".5", "usd", None),
            ("-5", "usd", None),
            ("5e3", "usd", None),
            ("", "usd", None),
            ("٥", "usd", None),
            ("9999999999999", "usd", None),
        ];
        for (text, currency, want) in table {
            let currency = Currency::parse(currency).unwrap();
            assert_eq!(minor(text, currency), want, "{text}");
            if let Some(amount_minor) = want {
                let money = Money::new(amount_minor, currency);
                assert_eq!(minor(&decimal(money), currency), want);
            }
        }
    }
}
