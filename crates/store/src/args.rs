//! Values on their way into a statement.

use bytes::Bytes;

/// A column's type, the same on both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `TEXT`
    Text,
    /// `BIGINT`
    Int,
    /// `DOUBLE PRECISION`
    Real,
    /// `BOOLEAN`
    Bool,
    /// `BLOB` or `BYTEA`
    Bytes,
}

/// One argument.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text or null.
    Text(Option<String>),
    /// Integer or null.
    Int(Option<i64>),
    /// Float or null; for probabilities only, never money.
    Real(Option<f64>),
    /// Boolean or null.
    Bool(Option<bool>),
    /// Bytes.
    Bytes(Bytes),
    /// For `= ANY($n)`.
    Texts(Vec<String>),
}

impl Value {
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => text,
            _ => None,
        }
    }
}

macro_rules! into_value {
    ($($from:ty => $variant:ident |$v:ident| $make:expr;)+) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Self { Self::$variant($make) } })+
    };
}

into_value! {
    &str => Text |v| Some(storable(v.to_owned()));
    &String => Text |v| Some(storable(v.clone()));
    String => Text |v| Some(storable(v));
    Option<String> => Text |v| v.map(storable);
    &Option<String> => Text |v| v.clone().map(storable);
    Option<&str> => Text |v| v.map(|v| storable(v.to_owned()));
    i64 => Int |v| Some(v);
    Option<i64> => Int |v| v;
    Option<f64> => Real |v| v;
    bool => Bool |v| Some(v);
    Option<bool> => Bool |v| v;
    Vec<u8> => Bytes |v| v.into();
    Bytes => Bytes |v| v;
    Vec<String> => Texts |v| v.into_iter().map(storable).collect();
    &[String] => Texts |v| v.iter().cloned().map(storable).collect();
}

/// PostgreSQL refuses U+0000 in a text, and one of it in a stranger's metadata would stop a whole batch. On both
/// databases it becomes U+FFFD, on the way in and in what is looked up. JSON escapes it, payloads are bytes.
pub(crate) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Builds the arguments of a statement: `args![id, at_ms]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::args::Value::from($value)),*] };
}
pub(crate) use args;
