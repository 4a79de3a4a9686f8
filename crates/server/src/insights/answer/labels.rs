//! Names instead of ids, looked up for what is shown only.

use crate::insights::ask::By;
use std::collections::BTreeMap;
use store::{Db, Result, names};

/// Characters of a hypothesis's statement that name it.
const STATEMENT_CHARS: usize = 60;

/// Names of groups.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Of these keys of a dimension.
    pub async fn of(db: &Db, by: &By, keys: impl IntoIterator<Item = String>) -> Result<Self> {
        let keys: Vec<String> = keys.into_iter().collect();
        if keys.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(match by {
            By::Content => names::contents(&mut db.read().await?, keys).await?,
            By::Version => {
                let found = names::versions(&mut db.read().await?, keys).await?;
                found.into_iter().map(|(id, (name, number))| (id, format!("{name} v{number}"))).collect()
            }
            By::Hypothesis => {
                let found = names::hypotheses(&mut db.read().await?, keys).await?;
                found.into_iter().map(|(id, statement)| (id, first_words(&statement))).collect()
            }
            _ => BTreeMap::new(),
        }))
    }

    /// The name of a key; what has none is its own.
    pub fn get(&self, key: &str) -> String {
        self.0.get(key).map_or_else(|| key.to_owned(), Clone::clone)
    }
}

/// The first words of a text, whole words within [`STATEMENT_CHARS`] where that is possible.
pub fn first_words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = text.char_indices().nth(STATEMENT_CHARS) else { return text };
    let cut = text[..end].rfind(' ').filter(|space| *space > end / 2).unwrap_or(end);
    format!("{}…", text[..cut].trim_end_matches([',', ';', '.', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_cut_between_words() {
        let table = [
            ("Short and whole.", "Short and whole."),
            (
                "A money-back guarantee removes the risk that stops small shops from buying.",
                "A money-back guarantee removes the risk that stops small…",
            ),
            ("two\nlines  of it", "two lines of it"),
        ];
        for (statement, want) in table {
            assert_eq!(first_words(statement), want);
        }
        let long = "ü".repeat(200);
        assert_eq!(first_words(&long), format!("{}…", "ü".repeat(60)));
    }
}
