//! Two texts compared word by word, for people who want to see what changed.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;
use utoipa::ToSchema;

/// How long to look for the smallest difference of two texts; after that a larger one is good enough.
const SEARCH_TIMEOUT: Duration = Duration::from_millis(250);

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// In both.
    Same,
    /// Only in the first.
    Removed,
    /// Only in the second.
    Added,
}

/// Neighbouring words of one kind, with the white space between them. Those that are not `added` make up the first text,
/// those that are not `removed` the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// As it was written.
    pub text: String,
}

/// What differs between two texts.
pub fn pieces(from: &str, to: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().timeout(SEARCH_TIMEOUT).diff_words(from, to);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Delete => Change::Removed,
            ChangeTag::Insert => Change::Added,
        };
        match pieces.last_mut() {
            Some(last) if last.change == kind => last.text.push_str(change.value()),
            _ => pieces.push(Piece { change: kind, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(from: &str, to: &str) -> String {
        let told = pieces(from, to).into_iter().map(|piece| match piece.change {
            Change::Same => piece.text,
            Change::Removed => format!("[-{}-]", piece.text),
            Change::Added => format!("[+{}+]", piece.text),
        });
        told.collect()
    }

    fn side(pieces: &[Piece], without: Change) -> String {
        pieces.iter().filter(|piece| piece.change != without).map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn words_are_compared_as_people_read_them() {
        let table = [
            ("pay now", "pay now", "pay now"),
            ("pay it now", "pay it today", "pay it [-now-][+today+]"),
            ("", "new", "[+new+]"),
            ("old", "", "[-old-]"),
            ("", "", ""),
            ("a b", "a  b", "a[- -][+  +]b"),
            ("Übung macht", "Übungen macht", "[-Übung-][+Übungen+] macht"),
        ];
        for (from, to, want) in table {
            assert_eq!(told(from, to), want);
        }
    }

    #[test]
    fn long_texts_with_nothing_in_common_end_soon() {
        let words = |start: u32| (start..start + 15_000).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let (from, to) = (words(0), words(20_000));
        let pieces = pieces(&from, &to);
        assert_eq!((side(&pieces, Change::Added), side(&pieces, Change::Removed)), (from, to));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, fork: false, ..ProptestConfig::default() })]

        #[test]
        fn both_texts_can_be_put_together_again(from in "[ab \n]{0,40}", to in "[ab \n]{0,40}") {
            let pieces = pieces(&from, &to);
            prop_assert_eq!(side(&pieces, Change::Added), from);
            prop_assert_eq!(side(&pieces, Change::Removed), to);
            prop_assert!(pieces.windows(2).all(|two| two[0].change != two[1].change));
        }
    }
}
