//! Parquet files, written as they come: flat rows in row groups of bounded size, PLAIN and not compressed, one page for
//! each column of a group, the footer last. Nothing is ever read back or sought, so a pipe will do.
//!
//! Source: apache/parquet-format, `src/main/thrift/parquet.thrift` (2.11); the numbers below are its own. [Why our
//! own](../../../../docs/decisions/0023-parquet-is-written-here.md). Must never know whose rows they are.

mod column;
mod thrift;

pub use column::Misfit;

use crate::table_file::{Cell, Column, Kind};
use column::Buffer;
use std::io::Write;
use thrift::Struct;

/// A row group is written once it holds so many bytes: what a writer needs of memory, and what a reader needs at least.
const GROUP_BYTES_MAX: usize = 16 << 20;
/// Likewise, of many small rows.
const GROUP_ROWS_MAX: usize = 100_000;

const MAGIC: &[u8; 4] = b"PAR1";
/// Of the format.
const VERSION: i32 = 1;
const CREATED_BY: &str = concat!("whypaid version ", env!("CARGO_PKG_VERSION"));

/// Encodings and codec.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const UNCOMPRESSED: i32 = 0;
/// Type of page.
const DATA_PAGE: i32 = 0;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ParquetError {
    /// The file, or whoever reads it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A fault of the program.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// One value, or the footer, is beyond what the format can say.
    #[error("a page of {0} bytes is more than the format holds")]
    TooLarge(usize),
}

/// Writes one file.
pub struct Writer<W: Write> {
    out: W,
    /// Bytes written.
    place: i64,
    columns: Vec<Buffer>,
    /// Those finished, for the footer.
    groups: Vec<Struct>,
    rows: i64,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub fn new(mut out: W, columns: &[Column]) -> Result<Self, ParquetError> {
        out.write_all(MAGIC)?;
        let columns = columns.iter().map(|column| Buffer::new(*column)).collect();
        Ok(Self { out, place: long(MAGIC.len()), columns, groups: Vec::new(), rows: 0 })
    }

    /// One row: a cell for each column.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        debug_assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell)?;
        }
        self.rows += 1;
        if self.held_bytes() >= GROUP_BYTES_MAX || self.held_rows() >= GROUP_ROWS_MAX {
            self.end_group()?;
        }
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.end_group()?;
        let footer = self.footer().finish();
        self.write(&footer)?;
        let length = u32::try_from(footer.len()).map_err(|_| ParquetError::TooLarge(footer.len()))?;
        self.write(&length.to_le_bytes())?;
        self.write(MAGIC)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn held_bytes(&self) -> usize {
        self.columns.iter().map(Buffer::bytes).sum()
    }

    fn held_rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ParquetError> {
        self.out.write_all(bytes)?;
        self.place += long(bytes.len());
        Ok(())
    }

    /// RowGroup: 1 columns, 2 total_byte_size, 3 num_rows.
    fn end_group(&mut self) -> Result<(), ParquetError> {
        let rows = long(self.held_rows());
        if rows == 0 {
            return Ok(());
        }
        let began = self.place;
        let chunks = (0..self.columns.len()).map(|at| self.end_chunk(at)).collect::<Result<Vec<_>, _>>()?;
        let bytes = self.place - began;
        self.groups.push(Struct::default().structs(1, chunks).int64(2, bytes).int64(3, rows));
        Ok(())
    }

    /// Writes a column's page. ColumnChunk: 2 file_offset, 3 meta_data.
    ///
    /// ColumnMetaData: 1 type, 2 encodings, 3 path_in_schema, 4 codec, 5 num_values, 6 total_uncompressed_size,
    /// 7 total_compressed_size, 9 data_page_offset; sizes include the page's header.
    fn end_chunk(&mut self, at: usize) -> Result<Struct, ParquetError> {
        let Column { name, kind, .. } = self.columns[at].column;
        let values = self.columns[at].values;
        let page = self.columns[at].take_page();
        let began = self.place;
        let header = page_header(page.len(), values)?;
        self.write(&header)?;
        self.write(&page)?;
        let bytes = self.place - began;
        let about = Struct::default()
            .int32(1, physical(kind))
            .numbers(2, &[PLAIN, RLE])
            .texts(3, &[name])
            .int32(4, UNCOMPRESSED)
            .int64(5, long(values))
            .int64(6, bytes)
            .int64(7, bytes)
            .int64(9, began);
        Ok(Struct::default().int64(2, began).inner(3, about))
    }

    /// FileMetaData: 1 version, 2 schema, 3 num_rows, 4 row_groups, 6 created_by.
    fn footer(&mut self) -> Struct {
        let columns: Vec<Column> = self.columns.iter().map(|buffer| buffer.column).collect();
        Struct::default()
            .int32(1, VERSION)
            .structs(2, schema(&columns))
            .int64(3, self.rows)
            .structs(4, std::mem::take(&mut self.groups))
            .text(6, CREATED_BY)
    }
}

/// PageHeader: 1 type, 2 uncompressed_page_size, 3 compressed_page_size, 5 data_page_header. DataPageHeader:
/// 1 num_values, 2 encoding, 3 definition_level_encoding, 4 repetition_level_encoding.
fn page_header(bytes: usize, values: usize) -> Result<Vec<u8>, ParquetError> {
    let number = |n: usize| i32::try_from(n).map_err(|_| ParquetError::TooLarge(bytes));
    let data = Struct::default().int32(1, number(values)?).int32(2, PLAIN).int32(3, RLE).int32(4, RLE);
    let header = Struct::default()
        .int32(1, DATA_PAGE)
        .int32(2, number(bytes)?)
        .int32(3, number(bytes)?)
        .inner(5, data);
    Ok(header.finish())
}

/// SchemaElement of the root: 4 name, 5 num_children; of a column: 1 type, 3 repetition_type, 4 name, 6 converted_type,
/// 10 logicalType. Older readers know the converted type only.
fn schema(columns: &[Column]) -> Vec<Struct> {
    let children = i32::try_from(columns.len()).unwrap_or(i32::MAX);
    let root = Struct::default().text(4, "schema").int32(5, children);
    let leaves = columns.iter().map(|column| {
        let leaf = Struct::default()
            .int32(1, physical(column.kind))
            .int32(3, i32::from(column.optional))
            .text(4, column.name);
        match column.kind {
            // UTF8; LogicalType 1: StringType.
            Kind::Text => leaf.int32(6, 0).inner(10, Struct::default().inner(1, Struct::default())),
            // TIMESTAMP_MILLIS; LogicalType 8: TimestampType, 1 isAdjustedToUTC, 2 unit, of which 1 is milliseconds.
            Kind::Time => {
                let unit = Struct::default().inner(1, Struct::default());
                let of_time = Struct::default().truth(1).inner(2, unit);
                leaf.int32(6, 9).inner(10, Struct::default().inner(8, of_time))
            }
            Kind::Integer | Kind::Real | Kind::Truth => leaf,
        }
    });
    std::iter::once(root).chain(leaves).collect()
}

/// As the format counts.
fn long(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// BOOLEAN, INT64, DOUBLE, BYTE_ARRAY.
const fn physical(kind: Kind) -> i32 {
    match kind {
        Kind::Truth => 0,
        Kind::Integer | Kind::Time => 2,
        Kind::Real => 5,
        Kind::Text => 6,
    }
}
