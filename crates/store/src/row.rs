//! What a statement gives back, read column by column.

use crate::copied::Values;
use crate::error::{Result, StoreError};
use rusqlite::types::{FromSql, Value};
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(Vec<Value>),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of column `index`, counted from 0 in the order the statement names them.
    pub(crate) fn get<T>(&self, index: usize) -> Result<T>
    where
        T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        let corrupt = |why| StoreError::Corrupt { table: "a row", why };
        match self {
            Self::Sqlite(row) => {
                let value = row.get(index).ok_or_else(|| corrupt(format!("no column {index}")))?;
                T::column_result(value.into()).map_err(|e| corrupt(format!("column {index}: {e}")))
            }
            Self::Postgres(row) => row.try_get(index).map_err(|e| corrupt(e.to_string())),
        }
    }

    /// Column `index` read with `parse`; a text it refuses is a corrupt row of `table`.
    pub(crate) fn parse<T>(
        &self,
        index: usize,
        table: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let text: String = self.get(index)?;
        read_back(&text, index, table, parse)
    }

    /// Likewise, or null.
    pub(crate) fn parse_opt<T>(
        &self,
        index: usize,
        table: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let text: Option<String> = self.get(index)?;
        text.map(|text| read_back(&text, index, table, parse)).transpose()
    }

    /// Column `index` read as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        index: usize,
        table: &'static str,
    ) -> Result<T> {
        let text: String = self.get(index)?;
        from_json(&text, table)
    }

    /// Column `index` read as JSON, or null.
    pub(crate) fn json_opt<T: serde::de::DeserializeOwned>(
        &self,
        index: usize,
        table: &'static str,
    ) -> Result<Option<T>> {
        let text: Option<String> = self.get(index)?;
        text.map(|text| from_json(&text, table)).transpose()
    }
}

/// One row that is looked at where it lies, for answers that are too long to keep.
pub(crate) enum Line<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a PgRow),
    /// A message of [`crate::copied`], and where its values lie.
    Copied(&'a Values, &'a [u8]),
}

impl Line<'_> {
    /// Column `index`; its texts are borrowed from the row.
    pub(crate) fn text(&self, index: usize) -> Result<&str> {
        match self {
            Self::Sqlite(row) => row.get_ref(index)?.as_str().map_err(|e| unreadable(index, &e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| unreadable(index, &e)),
            Self::Copied(values, message) => {
                let bytes = values.get(message, index)?.ok_or_else(|| unreadable(index, &"null"))?;
                std::str::from_utf8(bytes).map_err(|e| unreadable(index, &e))
            }
        }
    }

    /// Column `index`.
    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        self.int_opt(index)?.ok_or_else(|| unreadable(index, &"null"))
    }

    /// Column `index`, or null.
    pub(crate) fn int_opt(&self, index: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.get_ref(index)?.as_i64_or_null().map_err(|e| unreadable(index, &e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| unreadable(index, &e)),
            Self::Copied(..) => Ok(self.eight(index)?.map(i64::from_be_bytes)),
        }
    }

    /// Column `index`, or null.
    pub(crate) fn real_opt(&self, index: usize) -> Result<Option<f64>> {
        match self {
            Self::Sqlite(row) => row.get_ref(index)?.as_f64_or_null().map_err(|e| unreadable(index, &e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| unreadable(index, &e)),
            Self::Copied(..) => Ok(self.eight(index)?.map(f64::from_be_bytes)),
        }
    }

    /// Column `index`.
    pub(crate) fn truth(&self, index: usize) -> Result<bool> {
        match self {
            Self::Sqlite(_) => Ok(self.int(index)? != 0),
            Self::Postgres(row) => row.try_get(index).map_err(|e| unreadable(index, &e)),
            Self::Copied(values, message) => match values.get(message, index)? {
                Some([byte]) => Ok(*byte != 0),
                _ => Err(unreadable(index, &"not a boolean")),
            },
        }
    }

    /// A copied number, or null.
    fn eight(&self, index: usize) -> Result<Option<[u8; 8]>> {
        let Self::Copied(values, message) = self else { return Ok(None) };
        let eight = |bytes: &[u8]| bytes.try_into().map_err(|_| unreadable(index, &"not eight bytes"));
        values.get(message, index)?.map(eight).transpose()
    }
}

fn unreadable(index: usize, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { table: "a row", why: format!("column {index}: {why}") }
}

fn read_back<T>(
    text: &str,
    index: usize,
    table: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    parse(text).ok_or_else(|| StoreError::Corrupt { table, why: format!("column {index} holds {text:?}") })
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, table: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Corrupt { table, why: e.to_string() })
}

/// JSON text of a value that cannot fail to serialise: our own structs with text keys.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Other(e.to_string()))
}
