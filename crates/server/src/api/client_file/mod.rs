//! Clients from a CSV file: everything is checked first, and then all of it is written or nothing.
//!
//! Rows are counted as spreadsheets do: the one with the column names is row 1.

mod table;

use super::access::Principal;
use super::clients;
use super::form::Form;
use crate::apply::{Change, Context, journeys, weak};
use crate::audit;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::clients::StoredClient;
use store::payments::{self, HintKind};
use store::{Conn, Db, clients as stored};
use table::{Row, Table};

/// Largest file.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Rows in one file.
pub const ROWS_MAX: usize = 200_000;
/// Faults that are told; the rest are counted.
pub const FAULTS_MAX: usize = 100;
/// Rows checked against the database, or written, in one statement.
const CHUNK_ROWS: usize = 1_000;
/// Columns that are a client's own; all others become attributes.
const OWN_COLUMNS: [&str; 4] = ["name", "email", "company", "stripe_customer_id"];
/// Those of them that must be there.
const REQUIRED_COLUMNS: [&str; 2] = ["name", "email"];

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row, when it is one row's; 1 is the one with the column names.
    pub row: Option<u64>,
    /// The column, when it is one column's.
    pub column: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Fault {
    fn of_file(message: impl Into<String>) -> Self {
        Self { row: None, column: None, message: message.into() }
    }

    fn of_row(row: u64, message: impl Into<String>) -> Self {
        Self { row: Some(row), column: None, message: message.into() }
    }

    /// `row 3, column email`
    pub fn place(&self) -> String {
        let parts =
            [self.row.map(|row| format!("row {row}")), self.column.as_ref().map(|c| format!("column {c}"))];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not right; what is told is [`FAULTS_MAX`] at most.
    #[error("{count} faults; nothing was imported")]
    Faults {
        /// The first of them.
        told: Vec<Fault>,
        /// All of them.
        count: usize,
    },
    /// Database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Check everything, write nothing.
    pub dry_run: bool,
    /// Leave out rows whose address a client has already, instead of refusing the file.
    pub skip_existing: bool,
}

/// What was done, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows with a client.
    pub rows: usize,
    /// New clients.
    pub created: usize,
    /// Left out: a client has the address already.
    pub skipped: usize,
    /// Columns that became attributes.
    pub attributes: Vec<String>,
}

/// Imports clients. `progress` is told how many rows are done, and of how many.
pub async fn clients(
    db: &Db,
    context: &Context,
    who: &Principal,
    file: &[u8],
    options: Options,
    mut progress: impl FnMut(&'static str, usize, usize),
) -> Result<Report, ImportError> {
    let table = Table::read(file).map_err(|fault| told(vec![fault]))?;
    let mut faults = table.faults.clone();
    let mut checked = check(context, &table, &mut faults);
    let mut conn = if options.dry_run { db.read().await? } else { db.ledger().await? };
    let known = known(&mut conn, &checked).await?;
    let rows = checked.len();
    if options.skip_existing {
        checked.retain(|(_, client)| !known.contains(&client.email));
    } else {
        let exists = checked.iter().filter(|(_, client)| known.contains(&client.email));
        faults.extend(exists.map(|(row, _)| Fault {
            row: Some(*row),
            column: Some("email".to_owned()),
            message: "a client has this address already; remove the row, or skip those that exist".to_owned(),
        }));
    }
    if !faults.is_empty() {
        return Err(told(faults));
    }
    progress("checked", rows, rows);
    let made: Vec<StoredClient> = checked.into_iter().map(|(_, client)| client).collect();
    let report =
        Report { rows, created: made.len(), skipped: rows - made.len(), attributes: table.attributes() };
    if !options.dry_run {
        let changes = write(&mut conn, context, &made, &mut progress).await?;
        let detail = json!({"created": report.created, "skipped": report.skipped});
        audit::record(&mut conn, context, who, "client.import", None, detail).await?;
        context.live.commit(conn, changes).await?;
    }
    Ok(report)
}

fn told(mut faults: Vec<Fault>) -> ImportError {
    faults.sort_by_key(|fault| fault.row);
    let count = faults.len();
    faults.truncate(FAULTS_MAX);
    ImportError::Faults { told: faults, count }
}

/// Reads each row as the API reads a body, so that both take the same.
fn check(context: &Context, table: &Table, faults: &mut Vec<Fault>) -> Vec<(u64, StoredClient)> {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut checked = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut form = Form::of(body(table, row));
        let client = clients::read(context, &mut form);
        let of_form = form.faults().iter().map(|error| Fault {
            row: Some(row.number),
            column: Some(error.field.trim_start_matches("attributes.").to_owned()),
            message: error.message.clone(),
        });
        faults.extend(of_form);
        if form.faults().iter().all(|error| error.field != "email") {
            if let Some(first) = seen.get(&client.email) {
                faults.push(Fault {
                    row: Some(row.number),
                    column: Some("email".to_owned()),
                    message: format!("is the address of row {first}, too; each client once"),
                });
                continue;
            }
            seen.insert(client.email.clone(), row.number);
        }
        checked.push((row.number, client));
    }
    checked
}

/// A row as the body that would make the same client. Empty cells say nothing.
fn body(table: &Table, row: &Row) -> Map<String, Value> {
    let (mut fields, mut attributes) = (Map::new(), Map::new());
    let cells = table.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.trim().is_empty());
    for (column, cell) in cells {
        let to = if OWN_COLUMNS.contains(&column.as_str()) { &mut fields } else { &mut attributes };
        to.insert(column.clone(), Value::String(cell.trim().to_owned()));
    }
    fields.insert("attributes".to_owned(), Value::Object(attributes));
    fields
}

async fn known(conn: &mut Conn, checked: &[(u64, StoredClient)]) -> store::Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for chunk in checked.chunks(CHUNK_ROWS) {
        let emails = chunk.iter().map(|(_, client)| client.email.clone()).collect();
        known.extend(stored::known_emails(conn, emails).await?);
    }
    Ok(known)
}

/// Writes them, and matches payments that had waited for one of them.
async fn write(
    conn: &mut Conn,
    context: &Context,
    made: &[StoredClient],
    progress: &mut impl FnMut(&'static str, usize, usize),
) -> store::Result<Vec<Change>> {
    let mut concerned: BTreeSet<String> = BTreeSet::new();
    let mut done = 0;
    for chunk in made.chunks(CHUNK_ROWS) {
        stored::insert_all(conn, chunk).await?;
        let emails: Vec<String> = chunk.iter().map(|client| client.email.clone()).collect();
        let customers = chunk.iter().filter_map(|client| client.stripe_customer_id.clone()).collect();
        let waiting = !payments::hinted(conn, HintKind::Email, emails).await?.is_empty()
            || !payments::hinted(conn, HintKind::Customer, customers).await?.is_empty();
        for client in chunk.iter().filter(|_| waiting) {
            concerned.extend(weak::settle_client(conn, &client.id).await?);
        }
        done += chunk.len();
        progress("written", done, made.len());
    }
    journeys::rejudge(conn, context, &concerned).await
}
