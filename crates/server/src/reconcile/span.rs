//! How far back to compare, as people write it.

/// Seconds of `12h`, `30d` or `8w`.
pub fn span_s(text: &str) -> Option<i64> {
    let unit_s = match text.chars().last()? {
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number: u32 = text[..text.len() - 1].parse().ok()?;
    (number > 0).then(|| i64::from(number) * unit_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_hours_days_or_weeks() {
        let read = ["12h", "30d", "8w"].map(span_s);
        assert_eq!(read, [Some(43_200), Some(2_592_000), Some(4_838_400)]);
        for wrong in ["", "d", "30", "0d", "-1d", "1.5d", "30m", "99999999999d", "ü"] {
            assert_eq!(span_s(wrong), None, "{wrong}");
        }
    }
}
