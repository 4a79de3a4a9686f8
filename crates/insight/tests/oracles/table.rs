//! CSV files of the oracles, and the small filters written over them.

use crate::case::{Case, number};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

pub(crate) struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// `inputs.data.csv`, filtered by `inputs.filter`.
    pub(crate) fn of(case: &Case) -> Option<Self> {
        let data = &case.inputs["data"];
        let path = case.folder.join(data["csv"].as_str()?);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Some(sum) = data["sha256"].as_str() {
            assert_eq!(digest(text.as_bytes()), sum, "{} is not the file the numbers are of", path.display());
        }
        let mut table = Self::parse(&text);
        if let Some(filter) = case.inputs["filter"].as_str() {
            table.keep(filter);
        }
        Some(table)
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let header = lines.next().unwrap_or_default();
        let columns = header.split(',').enumerate().map(|(index, name)| (name.to_owned(), index)).collect();
        let rows = lines.map(|line| line.split(',').map(str::to_owned).collect()).collect();
        Self { columns, rows }
    }

    /// `col == value`, with `!=`, `<`, `<=`, `>`, `>=`, joined by `and` or `&`.
    fn keep(&mut self, filter: &str) {
        for clause in filter.replace(" and ", "&").split('&') {
            let clause = clause.trim().trim_matches(['(', ')']);
            let operator = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|op| clause.contains(op));
            let operator = operator.unwrap_or_else(|| panic!("a filter not understood: {clause}"));
            let (name, value) = clause.split_once(operator).unwrap();
            let index = self.columns[name.trim()];
            let value = value.trim().trim_matches(['\'', '"']).to_owned();
            self.rows.retain(|row| holds(&row[index], operator, &value));
        }
    }

    pub(crate) fn text(&self, name: &str) -> Vec<String> {
        let index = self.columns[name];
        self.rows.iter().map(|row| row[index].clone()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    pub(crate) fn column(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|cell| parse(cell)).collect()
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn parse(cell: &str) -> f64 {
    match cell {
        "True" | "true" | "TRUE" => 1.0,
        "False" | "false" | "FALSE" => 0.0,
        other => other.parse().unwrap_or_else(|_| panic!("not a number: {other:?}")),
    }
}

fn holds(cell: &str, operator: &str, value: &str) -> bool {
    let order = match (cell.parse::<f64>(), value.parse::<f64>()) {
        (Ok(cell), Ok(value)) => cell.total_cmp(&value),
        _ => cell.cmp(value),
    };
    match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// A list given in place, or the column whose name is given, of the case's CSV.
pub(crate) fn values(case: &Case, table: Option<&Table>, names: &[&str]) -> Option<Vec<f64>> {
    let value = names.iter().map(|name| &case.inputs[*name]).find(|value| !value.is_null())?;
    match value {
        Value::String(column) => table.filter(|table| table.has(column)).map(|table| table.column(column)),
        Value::Array(list) => list.iter().map(number).collect(),
        _ => None,
    }
}

/// Labels likewise: groups may be words or numbers.
pub(crate) fn labels(case: &Case, table: Option<&Table>, names: &[&str]) -> Option<Vec<String>> {
    let value = names.iter().map(|name| &case.inputs[*name]).find(|value| !value.is_null())?;
    match value {
        Value::String(column) => table.filter(|table| table.has(column)).map(|table| table.text(column)),
        Value::Array(list) => Some(list.iter().map(ToString::to_string).collect()),
        _ => None,
    }
}
