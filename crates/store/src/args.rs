//! Values on their way into a statement.

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
    Bytes(Vec<u8>),
    /// For `= ANY($n)`.
    Texts(Vec<String>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident |$v:ident| $make:expr;)+) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Self { Self::$variant($make) } })+
    };
}

into_value! {
    &str => Text |v| Some(v.to_owned());
    &String => Text |v| Some(v.clone());
    String => Text |v| Some(v);
    Option<String> => Text |v| v;
    &Option<String> => Text |v| v.clone();
    Option<&str> => Text |v| v.map(str::to_owned);
    i64 => Int |v| Some(v);
    Option<i64> => Int |v| v;
    Option<f64> => Real |v| v;
    bool => Bool |v| Some(v);
    Option<bool> => Bool |v| v;
    Vec<u8> => Bytes |v| v;
    Vec<String> => Texts |v| v;
    &[String] => Texts |v| v.to_vec();
}

/// Builds the arguments of a statement: `args![id, at_ms]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::args::Value::from($value)),*] };
}
pub(crate) use args;
