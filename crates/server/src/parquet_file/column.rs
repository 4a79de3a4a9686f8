//! The values of one column of a row group, on their way into one page: PLAIN, with a run of bits that says which are
//! there.

use super::thrift::varint;
use crate::table_file::{Cell, Column};

/// A run of values that are all there or all absent.
#[derive(Clone, Copy)]
struct Run {
    length: u64,
    there: bool,
}

/// Values of one column.
pub(super) struct Buffer {
    pub(super) column: Column,
    /// Values so far, absent ones included.
    pub(super) values: usize,
    /// PLAIN: numbers in little-endian order, texts behind their length, truth values eight in a byte.
    plain: Vec<u8>,
    /// Truth values in the last byte.
    bits: usize,
    runs: Vec<Run>,
}

/// A cell that its column cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("column {column} cannot hold what it was given")]
pub struct Misfit {
    column: &'static str,
}

impl Buffer {
    pub(super) fn new(column: Column) -> Self {
        Self { column, values: 0, plain: Vec::new(), bits: 0, runs: Vec::new() }
    }

    /// Takes one value in.
    pub(super) fn push(&mut self, cell: &Cell<'_>) -> Result<(), Misfit> {
        let there = !matches!(cell, Cell::Absent);
        let fits = if there { self.column.kind.holds(cell) } else { self.column.optional };
        if !fits {
            return Err(Misfit { column: self.column.name });
        }
        match cell {
            Cell::Absent => {}
            Cell::Text(text) => {
                let length = u32::try_from(text.len()).map_err(|_| Misfit { column: self.column.name })?;
                self.plain.extend(length.to_le_bytes());
                self.plain.extend(text.as_bytes());
            }
            Cell::Integer(value) | Cell::Time(value) => self.plain.extend(value.to_le_bytes()),
            Cell::Real(value) => self.plain.extend(value.to_le_bytes()),
            Cell::Truth(value) => self.bit(*value),
        }
        self.values += 1;
        self.run(there);
        Ok(())
    }

    fn bit(&mut self, value: bool) {
        if self.bits.is_multiple_of(8) {
            self.plain.push(0);
        }
        if let Some(last) = self.plain.last_mut() {
            *last |= u8::from(value) << (self.bits % 8);
        }
        self.bits += 1;
    }

    fn run(&mut self, there: bool) {
        if !self.column.optional {
            return;
        }
        match self.runs.last_mut().filter(|run| run.there == there) {
            Some(run) => run.length += 1,
            None => self.runs.push(Run { length: 1, there }),
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.plain.len() + self.runs.len() * size_of::<Run>()
    }

    /// The page's body; the buffer is empty afterwards.
    pub(super) fn take_page(&mut self) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.plain.len() + 16);
        if self.column.optional {
            // Definition levels: runs (RLE) of one bit each, behind their length.
            let mut levels = Vec::new();
            for run in &self.runs {
                varint(&mut levels, run.length << 1);
                levels.push(u8::from(run.there));
            }
            page.extend(u32::try_from(levels.len()).unwrap_or(u32::MAX).to_le_bytes());
            page.extend(levels);
        }
        page.append(&mut self.plain);
        self.runs.clear();
        (self.values, self.bits) = (0, 0);
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_file::Kind;

    #[test]
    fn absent_values_leave_a_run_and_no_bytes() {
        let mut buffer = Buffer::new(Column::optional("n", Kind::Integer));
        for cell in [Cell::Integer(1), Cell::Absent, Cell::Absent, Cell::Integer(-1)] {
            buffer.push(&cell).unwrap();
        }
        let mut want = vec![6, 0, 0, 0, 2, 1, 4, 0, 2, 1];
        want.extend(1_i64.to_le_bytes());
        want.extend((-1_i64).to_le_bytes());
        assert_eq!(buffer.take_page(), want);
        assert_eq!((buffer.values, buffer.bytes()), (0, 0));
    }

    #[test]
    fn truth_values_are_eight_in_a_byte_the_lowest_bit_first() {
        let mut buffer = Buffer::new(Column::new("t", Kind::Truth));
        for at in 0..10 {
            buffer.push(&Cell::Truth(at % 3 == 0)).unwrap();
        }
        assert_eq!(buffer.take_page(), [0b0100_1001, 0b10]);
    }

    #[test]
    fn a_cell_of_another_kind_is_refused() {
        let mut buffer = Buffer::new(Column::new("n", Kind::Integer));
        assert!(buffer.push(&Cell::Real(1.0)).is_err());
        assert!(buffer.push(&Cell::Absent).is_err());
        assert_eq!(buffer.bytes(), 0);
    }
}
