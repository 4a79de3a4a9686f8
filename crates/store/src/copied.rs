//! Rows of a whole table from PostgreSQL: `COPY … TO STDOUT` in its binary form, which costs both sides about half of what
//! an ordinary answer costs. <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".

use crate::error::{Result, StoreError};
use crate::row::Line;
use crate::sql::Sql;
use futures_util::TryStreamExt as _;
use sqlx::postgres::PgConnection;

/// How the first message begins: the signature, flags, and the length of an extension of the header.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
const FLAGS_BYTES: usize = 4;
/// In place of a row's number of columns, at the end.
const END: i16 = -1;

/// Shows each row of a `SELECT columns FROM table` without more.
pub(crate) async fn each(
    conn: &mut PgConnection,
    sql: &Sql,
    mut each: impl FnMut(&Line<'_>) -> Result<()>,
) -> Result<()> {
    let text = copy(sql.text).ok_or_else(|| broken("it is not a whole table"))?;
    let mut messages = conn.copy_out_raw(&text).await?;
    let (mut values, mut done) = (Values::default(), Ok(()));
    // One row each. Read to the end even when a row is refused: the connection would still be sending.
    while let Some(message) = messages.try_next().await? {
        if done.is_ok() {
            done = values
                .read(&message)
                .and_then(|is_row| if is_row { each(&Line::Copied(&values, &message)) } else { Ok(()) });
        }
    }
    done
}

/// Copying the table itself takes the server a third less than copying an answer.
fn copy(select: &str) -> Option<String> {
    let (columns, table) = select.strip_prefix("SELECT ")?.split_once(" FROM ")?;
    let is_table = table.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_table.then(|| format!("COPY {table} ({columns}) TO STDOUT (FORMAT binary)"))
}

/// Where the values of a row lie in its message; `None` is null.
#[derive(Debug, Default)]
pub(crate) struct Values(Vec<Option<(usize, usize)>>);

impl Values {
    /// False at the end.
    fn read(&mut self, message: &[u8]) -> Result<bool> {
        let mut rest = Rest { message, at: 0 };
        if message.starts_with(SIGNATURE) {
            rest.at = SIGNATURE.len() + FLAGS_BYTES;
            let extension = i32::from_be_bytes(rest.take()?);
            rest.skip(extension)?;
        }
        self.0.clear();
        let columns = i16::from_be_bytes(rest.take()?);
        for _ in 0..columns {
            let bytes = i32::from_be_bytes(rest.take()?);
            let start = rest.at;
            self.0.push(if bytes < 0 { None } else { Some((start, rest.skip(bytes)?)) });
        }
        Ok(columns != END)
    }

    /// The bytes of column `index`, or null.
    pub(crate) fn get<'a>(&self, message: &'a [u8], index: usize) -> Result<Option<&'a [u8]>> {
        let place = self.0.get(index).ok_or_else(|| broken("a column is missing"))?;
        Ok(place.map(|(start, end)| &message[start..end]))
    }
}

struct Rest<'a> {
    message: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.message.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        self.at += N;
        bytes.copied().ok_or_else(|| broken("it ends too early"))
    }

    /// Where it is after so many bytes.
    fn skip(&mut self, bytes: i32) -> Result<usize> {
        let end = usize::try_from(bytes).ok().map(|bytes| self.at + bytes);
        self.at = end.filter(|end| *end <= self.message.len()).ok_or_else(|| broken("it ends too early"))?;
        Ok(self.at)
    }
}

fn broken(why: &str) -> StoreError {
    StoreError::Corrupt { table: "a copied row", why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_table_is_copied() {
        let text = copy("SELECT id, stage FROM journey").unwrap();
        assert_eq!(text, "COPY journey (id, stage) TO STDOUT (FORMAT binary)");
        for not in ["SELECT id FROM journey WHERE id > $1", "SELECT id FROM a, b", "DELETE FROM journey"] {
            assert_eq!(copy(not), None, "{not}");
        }
    }

    fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
        let mut message = i16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
        for value in values {
            let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap());
            message.extend(length.to_be_bytes());
            message.extend(value.unwrap_or_default());
        }
        message
    }

    #[test]
    fn values_lie_one_after_the_other() {
        let plain = row(&[Some(b"jrn_1"), None, Some(&7_i64.to_be_bytes()), Some(b"")]);
        let first = [SIGNATURE, &[0; 4], &3_i32.to_be_bytes(), b"ext", &plain].concat();
        for message in [&plain, &first] {
            let mut values = Values::default();
            assert!(values.read(message).unwrap());
            let line = Line::Copied(&values, message);
            assert_eq!((line.text(0).unwrap(), line.text(3).unwrap()), ("jrn_1", ""));
            assert_eq!((line.int_opt(1).unwrap(), line.int(2).unwrap()), (None, 7));
            assert!(line.text(1).is_err() && line.int(0).is_err() && line.text(4).is_err());
        }
    }

    #[test]
    fn the_end_is_no_row_and_half_a_row_is_an_error() {
        let mut values = Values::default();
        assert!(!values.read(&END.to_be_bytes()).unwrap());
        let whole = row(&[Some(b"jrn_1"), Some(b"x")]);
        for length in 0..whole.len() {
            assert!(values.read(&whole[..length]).is_err(), "{length}");
        }
    }
}
