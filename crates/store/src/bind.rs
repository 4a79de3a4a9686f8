//! Values to PostgreSQL's arguments.

use crate::args::{Kind, Value};
use crate::error::{Result, StoreError};
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn refused(error: sqlx::error::BoxDynError) -> StoreError {
    StoreError::Other(format!("argument not accepted: {error}"))
}

pub(crate) fn postgres_args(values: Vec<Value>) -> Result<PgArguments> {
    let mut args = PgArguments::default();
    for value in values {
        match value {
            Value::Text(v) => args.add(v),
            Value::Int(v) => args.add(v),
            Value::Real(v) => args.add(v),
            Value::Bool(v) => args.add(v),
            Value::Bytes(v) => args.add(&*v),
            Value::Texts(v) => args.add(v),
        }
        .map_err(refused)?;
    }
    Ok(args)
}

/// Rows to one array per column.
pub(crate) fn postgres_columns(columns: &[(&str, Kind)], rows: Vec<Vec<Value>>) -> Result<PgArguments> {
    let mut by_column: Vec<Vec<Value>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in by_column.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let mut args = PgArguments::default();
    for ((name, kind), values) in columns.iter().zip(by_column) {
        let wrong = || StoreError::Other(format!("column {name} wants {kind:?}"));
        macro_rules! array {
            ($variant:ident) => {{
                let pick = |v| if let Value::$variant(v) = v { Some(v) } else { None };
                args.add(values.into_iter().map(pick).collect::<Option<Vec<_>>>().ok_or_else(wrong)?)
            }};
        }
        match kind {
            Kind::Text => array!(Text),
            Kind::Int => array!(Int),
            Kind::Real => array!(Real),
            Kind::Bool => array!(Bool),
            Kind::Bytes => {
                fn pick(value: &Value) -> Option<&[u8]> {
                    if let Value::Bytes(bytes) = value { Some(bytes) } else { None }
                }
                args.add(values.iter().map(pick).collect::<Option<Vec<_>>>().ok_or_else(wrong)?)
            }
        }
        .map_err(refused)?;
    }
    Ok(args)
}
