//! As much of Thrift's compact protocol as Parquet's headers and footer need: writing structs, lists, whole numbers and
//! texts.
//!
//! Source: apache/thrift, `doc/specs/thrift-compact-protocol.md`. Must never know what the fields mean.

/// What a field holds, by the protocol's numbers.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Int32 = 5,
    Int64 = 6,
    Text = 8,
    List = 9,
    Struct = 12,
}

/// A truth value is told by its field's type alone.
const TRUE: u8 = 1;
/// Ends a struct.
const STOP: u8 = 0;
/// Longer steps between fields, and longer lists, are written apart.
const SHORT_MAX: usize = 14;

/// Bytes of one struct; fields are given in ascending order of their numbers.
#[derive(Default)]
pub(super) struct Struct {
    bytes: Vec<u8>,
    last_field: u8,
}

impl Struct {
    /// A whole number of 32 bits.
    pub(super) fn int32(mut self, field: u8, value: i32) -> Self {
        self.field(field, Kind::Int32 as u8);
        zigzag(&mut self.bytes, i64::from(value));
        self
    }

    /// A whole number of 64 bits.
    pub(super) fn int64(mut self, field: u8, value: i64) -> Self {
        self.field(field, Kind::Int64 as u8);
        zigzag(&mut self.bytes, value);
        self
    }

    /// A truth value that is true.
    pub(super) fn truth(mut self, field: u8) -> Self {
        self.field(field, TRUE);
        self
    }

    /// A text.
    pub(super) fn text(mut self, field: u8, value: &str) -> Self {
        self.field(field, Kind::Text as u8);
        text(&mut self.bytes, value);
        self
    }

    /// A struct within.
    pub(super) fn inner(mut self, field: u8, inner: Self) -> Self {
        self.field(field, Kind::Struct as u8);
        self.bytes.extend(inner.finish());
        self
    }

    /// A list of whole numbers of 32 bits: Parquet's enums.
    pub(super) fn numbers(mut self, field: u8, values: &[i32]) -> Self {
        self.list(field, Kind::Int32, values.len());
        for value in values {
            zigzag(&mut self.bytes, i64::from(*value));
        }
        self
    }

    /// A list of texts.
    pub(super) fn texts(mut self, field: u8, values: &[&str]) -> Self {
        self.list(field, Kind::Text, values.len());
        for value in values {
            text(&mut self.bytes, value);
        }
        self
    }

    /// A list of structs.
    pub(super) fn structs(mut self, field: u8, values: Vec<Self>) -> Self {
        self.list(field, Kind::Struct, values.len());
        for value in values {
            self.bytes.extend(value.finish());
        }
        self
    }

    /// The bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(STOP);
        self.bytes
    }

    fn field(&mut self, field: u8, kind: u8) {
        debug_assert!(
            field > self.last_field && field - self.last_field <= 15,
            "fields ascend by small steps"
        );
        self.bytes.push((field - self.last_field) << 4 | kind);
        self.last_field = field;
    }

    fn list(&mut self, field: u8, kind: Kind, length: usize) {
        self.field(field, Kind::List as u8);
        if length <= SHORT_MAX {
            #[expect(clippy::cast_possible_truncation, reason = "at most 14")]
            self.bytes.push((length as u8) << 4 | kind as u8);
        } else {
            self.bytes.push(0xF0 | kind as u8);
            varint(&mut self.bytes, length as u64);
        }
    }
}

fn text(bytes: &mut Vec<u8>, value: &str) {
    varint(bytes, value.len() as u64);
    bytes.extend(value.as_bytes());
}

fn zigzag(bytes: &mut Vec<u8>, value: i64) {
    varint(bytes, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Seven bits at a time, the lowest first (unsigned LEB128).
pub(super) fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push((value & 0x7F) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_take_as_many_bytes_as_they_need() {
        let table: [(u64, &[u8]); 5] = [
            (0, &[0]),
            (127, &[0x7F]),
            (128, &[0x80, 1]),
            (300, &[0xAC, 2]),
            (u64::MAX, &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ];
        for (value, want) in table {
            let mut bytes = Vec::new();
            varint(&mut bytes, value);
            assert_eq!(bytes, want, "{value}");
        }
    }

    #[test]
    fn fields_tell_their_step_and_their_type() {
        let inner = Struct::default().truth(1);
        let bytes = Struct::default().int32(1, -1).int64(4, 150).text(5, "ü").inner(6, inner).finish();
        assert_eq!(bytes, [0x15, 1, 0x36, 0xAC, 2, 0x18, 2, 0xC3, 0xBC, 0x1C, 0x11, 0, 0]);
    }

    #[test]
    fn long_lists_tell_their_length_apart() {
        let short = Struct::default().numbers(1, &[0; 14]).finish();
        assert_eq!(short[..2], [0x19, 0xE5]);
        let long = Struct::default().texts(1, &["a"; 15]).finish();
        assert_eq!(long[..5], [0x19, 0xF8, 15, 1, b'a']);
    }
}
