//! Clients by what a person types: words that begin words of a client's name, address or company. An index seek for
//! each word, however many clients there are.

use crate::args::args;
use crate::db::Conn;
use crate::error::Result;
use crate::sql::statements;
use crate::words;
use std::collections::BTreeSet;

/// Clients that one word leads to at most; of a word that begins more, the others are not looked at.
const OF_WORD_MAX: i64 = 5_000;
/// After every word in the order of bytes.
const AFTER_ALL: char = char::MAX;

statements! {
    OF_WORD = "SELECT client_id FROM client_word WHERE word >= $1 AND word < $2 LIMIT $3";
    FITTING = "SELECT id FROM client WHERE id = ANY($1) \
               AND (CAST($2 AS TEXT) IS NULL OR words LIKE $2) AND (CAST($3 AS TEXT) IS NULL OR words LIKE $3) \
               AND (CAST($4 AS TEXT) IS NULL OR words LIKE $4)";
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// `cli_…`
    pub(crate) ids: Vec<String>,
    /// There may be more: every word begins words of more clients than are looked at.
    pub(crate) cut: bool,
}

/// Clients with a word that begins with `word`, at most `limit` rows; a client may be among them twice.
pub(crate) async fn of_word(conn: &mut Conn, word: &str, limit: i64) -> Result<Vec<String>> {
    let rows = conn.fetch_all(&OF_WORD, args![word, format!("{word}{AFTER_ALL}"), limit]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Clients that have a word for each word of `question`, or are called so by their id.
pub(crate) async fn find(conn: &mut Conn, question: &str) -> Result<Found> {
    if question.starts_with("cli_") {
        return Ok(Found { ids: vec![question.to_owned()], cut: false });
    }
    let words = words::asked(question);
    let mut found: Option<(usize, Found)> = None;
    for (at, word) in words.iter().enumerate() {
        let ids = of_word(conn, word, OF_WORD_MAX + 1).await?;
        let cut = i64::try_from(ids.len()).is_ok_and(|count| count > OF_WORD_MAX);
        if found.is_none() || !cut {
            let ids: BTreeSet<String> = ids.into_iter().collect();
            found = Some((at, Found { ids: ids.into_iter().collect(), cut }));
        }
        if !cut {
            break;
        }
    }
    let Some((lead, found)) = found else { return Ok(Found::default()) };
    let mut rest = words.iter().enumerate().filter(|(at, _)| *at != lead);
    let [second, third, fourth] = [(); 3].map(|()| rest.next().map(|(_, word)| format!("% {word}%")));
    if second.is_none() || found.ids.is_empty() {
        return Ok(found);
    }
    let rows = conn.fetch_all(&FITTING, args![found.ids, second, third, fourth]).await?;
    Ok(Found { ids: rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?, cut: found.cut })
}
