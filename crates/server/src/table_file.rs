//! Tables as files, CSV or Parquet, from the same rows: what a column is called and what it holds is said once.
//!
//! CSV spells times as RFC 3339, leaves absent values empty and puts an apostrophe before what a spreadsheet would run
//! as a formula; Parquet has every value as it is, with its type. Rows are written as they come.

use crate::clock::rfc3339;
use crate::csv_file::harmless;
use crate::parquet_file::{self, ParquetError};
use std::borrow::Cow;
use std::io::Write;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number; money in minor units.
    Integer,
    /// A number.
    Real,
    /// True or false.
    Truth,
    /// Unix ms, UTC.
    Time,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether values may be absent.
    pub optional: bool,
}

impl Column {
    /// Without absent values.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: false }
    }

    /// With.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, optional: true }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// None.
    Absent,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// True or false.
    Truth(bool),
    /// Unix ms.
    Time(i64),
}

impl Kind {
    /// Whether a value that is there is of this kind.
    pub(crate) const fn holds(self, cell: &Cell<'_>) -> bool {
        matches!(
            (self, cell),
            (Self::Text, Cell::Text(_))
                | (Self::Integer, Cell::Integer(_))
                | (Self::Real, Cell::Real(_))
                | (Self::Truth, Cell::Truth(_))
                | (Self::Time, Cell::Time(_))
        )
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Cell<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Cell<'_> {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl<'a> Cell<'a> {
    /// A time that may be absent.
    pub fn time(at_ms: Option<i64>) -> Self {
        at_ms.map_or(Self::Absent, Self::Time)
    }

    /// A text that is absent when it is empty.
    pub fn unless_empty(text: &'a str) -> Self {
        (!text.is_empty()).then_some(text).into()
    }

    fn in_csv(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Text(text) => harmless(text.clone().into_owned()),
            Self::Integer(value) => value.to_string(),
            Self::Real(value) => value.to_string(),
            Self::Truth(value) => value.to_string(),
            Self::Time(at_ms) => rfc3339(*at_ms),
        }
    }
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// As CSV.
    #[error("the rows could not be written: {0}")]
    Csv(#[from] csv::Error),
    /// As Parquet.
    #[error("the rows could not be written: {0}")]
    Parquet(#[from] ParquetError),
}

/// A file that is being written.
pub enum TableFile<W: Write> {
    /// Comma-separated.
    Csv(Box<csv::Writer<W>>),
    /// Parquet.
    Parquet(Box<parquet_file::Writer<W>>),
}

impl<W: Write> TableFile<W> {
    /// Begins a CSV file with a row of names.
    pub fn csv(out: W, columns: &[Column]) -> Result<Self, TableError> {
        let mut writer = csv::WriterBuilder::new().from_writer(out);
        writer.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self::Csv(Box::new(writer)))
    }

    /// Begins a Parquet file.
    pub fn parquet(out: W, columns: &[Column]) -> Result<Self, TableError> {
        Ok(Self::Parquet(Box::new(parquet_file::Writer::new(out, columns)?)))
    }

    /// One row: a cell for each column.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), TableError> {
        match self {
            Self::Csv(writer) => writer.write_record(cells.iter().map(Cell::in_csv))?,
            Self::Parquet(writer) => writer.row(cells)?,
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(), TableError> {
        match self {
            Self::Csv(mut writer) => writer.flush().map_err(csv::Error::from)?,
            Self::Parquet(writer) => drop(writer.finish()?),
        }
        Ok(())
    }
}
