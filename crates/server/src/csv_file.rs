//! Lists as CSV files (RFC 4180) that a spreadsheet opens as they are meant.

use crate::api::Result;
use crate::api::problem::Problem;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// A spreadsheet takes a cell that begins with one of these for a formula, and would run what a client called themselves.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A download named `name` (without `.csv`), with a row of column names first.
pub fn answer<const N: usize>(
    name: &str,
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Response> {
    let body = text(columns, rows).map_err(|error| {
        tracing::error!(%error, "a CSV file could not be written");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The file could not be written.")
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok((headers, body).into_response())
}

fn text<const N: usize>(
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> std::result::Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A number stays one; other text that would be a formula gets an apostrophe in front (OWASP, CSV injection).
pub(crate) fn harmless(cell: String) -> String {
    if cell.starts_with(FORMULA_STARTS) && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let rows = [["a,b \"c\"", "=1+1"], ["-5", "+49 30"], ["@x", "ü\nü"], ["-1+2", ""]];
        let file = text(["one", "two"], rows.map(|row| row.map(str::to_owned))).unwrap();
        let want = "one,two\r\n\"a,b \"\"c\"\"\",'=1+1\r\n-5,'+49 30\r\n'@x,\"ü\nü\"\r\n'-1+2,\r\n";
        assert_eq!(String::from_utf8(file).unwrap(), want);
    }
}
