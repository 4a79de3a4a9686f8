//! A CSV file as spreadsheets write it: with commas, semicolons or tabs, a byte order mark, quoted line ends.

use super::{FAULTS_MAX, Fault, REQUIRED_COLUMNS, ROWS_MAX};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Columns at most: a client's own and 50 attributes.
const COLUMNS_MAX: usize = 54;
/// What may stand between cells.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// A line with which Excel is told the delimiter.
const EXCEL_HINT: &str = "sep=";

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// As spreadsheets count: 1 is the one with the column names.
    pub(super) number: u64,
    /// One per column.
    pub(super) cells: Vec<String>,
}

/// A file with column names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// Own columns in lower case, others as written. Empty for a column without a name.
    pub(super) columns: Vec<String>,
    /// Rows that have a cell for each column and one at least that is not empty.
    pub(super) rows: Vec<Row>,
    /// What is wrong with others.
    pub(super) faults: Vec<Fault>,
}

impl Table {
    /// Reads a file. The fault is one that leaves nothing to read.
    pub(super) fn read(file: &[u8]) -> Result<Self, Fault> {
        let text = text(file)?;
        let (text, hinted, above) = match text.split_once('\n') {
            Some((first, rest)) if first.to_ascii_lowercase().starts_with(EXCEL_HINT) => {
                (rest, first.as_bytes().get(EXCEL_HINT.len()).copied(), 1)
            }
            _ => (text, None, 0),
        };
        let delimiter = hinted.filter(|d| DELIMITERS.contains(d)).unwrap_or_else(|| guess(text));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let head = match records.next() {
            Some(Ok(head)) => head,
            Some(Err(error)) => return Err(Fault::of_row(1 + above, error.to_string())),
            None => return Err(Fault::of_file("The file is empty; its first row must name the columns.")),
        };
        let mut table = Self { columns: columns(&head, 1 + above)?, ..Self::default() };
        for (number, record) in (2 + above..).zip(records) {
            match record {
                Ok(record) => table.take(number, &record)?,
                Err(error) => return Err(Fault::of_row(number, error.to_string())),
            }
        }
        if table.rows.is_empty() && table.faults.is_empty() {
            return Err(Fault::of_file("The file has column names and no rows."));
        }
        Ok(table)
    }

    fn take(&mut self, number: u64, record: &StringRecord) -> Result<(), Fault> {
        if record.iter().all(str::is_empty) {
            return Ok(());
        }
        if self.rows.len() == ROWS_MAX {
            return Err(Fault::of_row(number, format!("The file has more than {ROWS_MAX} rows; split it.")));
        }
        let (cells, columns) = (record.len(), self.columns.len());
        let spare = record.iter().skip(columns).any(|cell| !cell.is_empty());
        let nameless =
            record.iter().zip(&self.columns).any(|(cell, name)| name.is_empty() && !cell.is_empty());
        if cells < columns || spare {
            let message = format!(
                "has {cells} cells and the first row {columns}; a cell with a comma, a semicolon, a quote or a line end in \
                 it must stand in \"quotes\""
            );
            self.faults.push(Fault::of_row(number, message));
        } else if nameless {
            self.faults.push(Fault::of_row(
                number,
                "has a value in a column without a name; name it in the first row",
            ));
        } else {
            let cells = record.iter().take(columns).map(str::to_owned).collect();
            self.rows.push(Row { number, cells });
        }
        // A file that is wrong throughout is not read to its end.
        if self.faults.len() > FAULTS_MAX * 10 {
            Err(Fault::of_row(number, "Too many rows are wrong."))
        } else {
            Ok(())
        }
    }

    /// Columns that become attributes.
    pub(super) fn attributes(&self) -> Vec<String> {
        let other = |name: &&String| !name.is_empty() && !super::OWN_COLUMNS.contains(&name.as_str());
        self.columns.iter().filter(other).cloned().collect()
    }
}

fn text(file: &[u8]) -> Result<&str, Fault> {
    let wrong =
        "The file is not UTF-8. In Excel save it as \"CSV UTF-8\"; elsewhere choose UTF-8 as its encoding.";
    let text = std::str::from_utf8(file).map_err(|_| Fault::of_file(wrong))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // UTF-16 can be valid UTF-8, with a NUL beside each letter.
    if text.contains('\0') { Err(Fault::of_file(wrong)) } else { Ok(text) }
}

/// The one that the first row has most of.
fn guess(text: &str) -> u8 {
    let first = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    // Of equals the last one wins, so commas stand last.
    DELIMITERS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

fn columns(head: &StringRecord, row: u64) -> Result<Vec<String>, Fault> {
    let fault = |message: String| Err(Fault::of_row(row, message));
    let columns: Vec<String> = head.iter().map(column).collect();
    if columns.len() > COLUMNS_MAX {
        return fault(format!("has {} columns; {COLUMNS_MAX} at most", columns.len()));
    }
    for required in REQUIRED_COLUMNS {
        if !columns.iter().any(|column| column == required) {
            return fault(format!(
                "has no column {required}. The first row must name the columns: name and email, if you like company and \
                 stripe_customer_id; any other becomes an attribute."
            ));
        }
    }
    let twice =
        columns.iter().enumerate().find(|(at, name)| !name.is_empty() && columns[..*at].contains(name));
    match twice {
        Some((_, name)) => fault(format!("names the column {name} twice; each once")),
        None => Ok(columns),
    }
}

/// Own columns in any case and spelling that spreadsheets have.
fn column(name: &str) -> String {
    let plain = name.to_lowercase().replace([' ', '-'], "_");
    match plain.as_str() {
        "name" | "email" | "company" | "stripe_customer_id" => plain,
        "e_mail" | "email_address" => "email".to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(file: &str) -> Vec<(u64, Vec<String>)> {
        let table = Table::read(file.as_bytes()).unwrap();
        assert_eq!(table.faults, []);
        table.rows.into_iter().map(|row| (row.number, row.cells)).collect()
    }

    #[test]
    fn files_are_read_as_spreadsheets_write_them() {
        let want = [(2, vec!["Ana, Lima".to_owned(), "ana@example.com".to_owned(), "a\nb".to_owned()])];
        let files = [
            "name,email,note\n\"Ana, Lima\",ana@example.com,\"a\nb\"\n",
            "\u{feff}Name,E-Mail,note\r\n\"Ana, Lima\",ana@example.com,\"a\nb\"\r\n",
            "name;email;note\nAna, Lima;ana@example.com;\"a\nb\"",
            "NAME\temail\tnote\nAna, Lima\tana@example.com\t\"a\nb\"\n\t\t\n",
            "name,email,note,,\n\"Ana, Lima\" , ana@example.com,\"a\nb\",,\n,,,,\n",
        ];
        for file in files {
            let read: Vec<_> = rows(file).into_iter().map(|(n, cells)| (n, cells[..3].to_vec())).collect();
            assert_eq!(read, want, "{file:?}");
        }
        assert_eq!(rows("sep=;\r\nname;email\r\nAna;a@b.c\r\n")[0].0, 3);
        assert_eq!(rows("name,email\n,\nAna,a@b.c\n")[0].0, 3, "an empty row is counted");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let utf16: Vec<u8> = "name,email\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: [(&[u8], &str); 8] = [
            (b"", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"name,email\nJos\xe9,a@b.c\n", "UTF-8"),
            (&utf16, "UTF-8"),
            (b"name,mail\nAna,a@b.c\n", "no column email"),
            (b"name,email,Email\nAna,a@b.c,x\n", "twice"),
            (b"name,email\n\n", "no rows"),
            (b"name|email\nAna|a@b.c\n", "no column name"),
        ];
        for (file, want) in table {
            let fault = Table::read(file).unwrap_err();
            assert!(fault.message.contains(want), "{fault:?}");
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_named() {
        let table = Table::read(b"name,email,\nAna,a@b.c,\nBen\nCleo,c@b.c,,x\nDora,d@b.c,y\n").unwrap();
        let rows: Vec<u64> = table.faults.iter().filter_map(|fault| fault.row).collect();
        assert_eq!((rows, table.rows.len()), (vec![3, 4, 5], 1));
    }
}
