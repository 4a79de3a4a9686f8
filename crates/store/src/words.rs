//! The words that a search looks for: the same cut for what is kept and for what is asked, on both databases.
//!
//! A word is a run of letters and digits in lower case. Scripts without blanks between words are found by any part:
//! each of their characters begins a word.

use std::collections::BTreeSet;

/// Characters of a word that count; longer ones are found by their beginning all the same.
const WORD_CHARS_MAX: usize = 40;
/// Words of a question that count.
pub const ASKED_MAX: usize = 4;
/// From here on scripts that write words without blanks (kana, Han, Hangul).
const WITHOUT_BLANKS: char = '\u{3040}';
/// Accents that were typed apart from their letter.
const COMBINING: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

fn runs(text: &str) -> Vec<String> {
    let text: String = text.to_lowercase().chars().filter(|c| !COMBINING.contains(c)).collect();
    let runs = text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
    runs.map(|run| run.chars().take(WORD_CHARS_MAX).collect()).collect()
}

/// Every word of `texts`, each once.
pub(crate) fn kept(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in texts.iter().flat_map(|text| runs(text)) {
        let starts = run.char_indices().skip(1).filter(|(_, c)| *c >= WITHOUT_BLANKS);
        words.extend(starts.map(|(at, _)| run[at..].to_owned()));
        words.insert(run);
    }
    words
}

/// As a row keeps them: a blank before each, so that ` an` finds those that begin with `an`.
pub(crate) fn line(words: &BTreeSet<String>) -> String {
    words.iter().fold(String::new(), |line, word| line + " " + word)
}

/// The words that somebody asks for, the longest first, as it is the rarest. Each must begin a word of the client's.
pub fn asked(question: &str) -> Vec<String> {
    let mut words = runs(question);
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.dedup();
    words.truncate(ASKED_MAX);
    words
}

/// True when a client of these names is among those that [`asked`] for `question` finds.
pub fn finds(question: &str, texts: &[&str]) -> bool {
    let (asked, kept) = (asked(question), kept(texts));
    !asked.is_empty() && asked.iter().all(|word| kept.iter().any(|kept| kept.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_how_they_begin() {
        let ana = ["Ana-Lucía Lima", "ana@lima.example", "Café No\u{301}rte 24/7"];
        for found in ["ana", "LIM", "lima exam", "@lima.ex", "caf nor", "24", "luc", "norte"] {
            assert!(finds(found, &ana), "{found}");
        }
        for missed in ["ima", "anna", "lima x", "", "!", "%", "_"] {
            assert!(!finds(missed, &ana), "{missed}");
        }
        assert!(finds("本語", &["日本語学校"]) && !finds("語本", &["日本語学校"]));
    }

    #[test]
    fn a_line_has_a_blank_before_each_word() {
        assert_eq!(line(&kept(&["Ana ana", "b@x.org"])), " ana b org x");
        assert_eq!(asked("a Lima of 2 cities x y"), ["cities", "lima", "of", "a"]);
    }
}
