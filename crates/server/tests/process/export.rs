//! `whypaid export`: what it prints, and how it ends. Parquet is read back by PyArrow, which is not ours, and compared
//! with the CSV value by value.

use crate::util::check::{STOP_MAX, settle};
use crate::util::database::Database;
use crate::util::http::{Seller, token};
use crate::util::process::{Whypaid, command, run};
use crate::util::seed::Rng;
use crate::util::skip;
use crate::util::stripe_side::StripeSide;
use serde_json::{Value, json};
use server::table_file::{Cell, Column, Kind, TableFile};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const TABLES: [&str; 4] = ["facts", "journeys", "payments", "events"];
const JOURNEYS: usize = 24;
const EVENTS: usize = 400;

#[test]
fn export_writes_rows_to_standard_output_and_progress_elsewhere() {
    let database = Database::sqlite();
    for (table, first) in [
        ("facts", "journey_id,client_id,content_id,"),
        ("journeys", "id,client_id,client,email,"),
        ("payments", "id,status,livemode,currency,"),
        ("events", "id,type,livemode,"),
    ] {
        let (code, out, err) = run(&database.url, &["export", table, "--format", "csv"]);
        assert_eq!((code, out.lines().count()), (0, 1), "{table}: {out} {err}");
        assert!(out.starts_with(first) && err.contains("0 rows"), "{table}: {out} {err}");
        let (code, out, err) = run(&database.url, &["export", table, "--format", "parquet"]);
        assert!(code == 0 && err.contains("0 rows"), "{table}: {err}");
        assert!(out.starts_with("PAR1") && out.ends_with("PAR1"), "{table}: {out}");
    }
    let (code, _, err) = run(&database.url, &["export", "secrets"]);
    assert!(code == 2 && err.contains("facts, journeys, payments, events"), "{err}");
    let (code, _, err) = run(&database.url, &["export", "facts", "--output", "/nowhere/x.csv"]);
    assert!(code == 1 && err.contains("/nowhere/x.csv cannot be written"), "{err}");
}

/// What a table says of itself, read by PyArrow; every value is the CSV's.
fn read_back(python: &Path, parquet: &Path, csv: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/parquet.py");
    let done = Command::new(python).arg(script).args([parquet, csv]).output().expect("runs Python");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", parquet.display());
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// The Python of the tests, when it has PyArrow.
fn python() -> Option<PathBuf> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/venv/bin/python"));
    let python = std::env::var_os("WHYPAID_TEST_PYTHON").map_or_else(default, PathBuf::from);
    let mut import = Command::new(&python);
    import.args(["-c", "import pyarrow.parquet"]).stdout(Stdio::null()).stderr(Stdio::null());
    if import.status().is_ok_and(|status| status.success()) {
        return Some(python);
    }
    skip(&format!("no Python with PyArrow at {}: `cargo xtask setup` makes one", python.display()));
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn export_of_every_table_is_the_same_in_parquet_and_in_csv() {
    let Some(python) = python() else { return };
    let database = Database::sqlite();
    let token = token(&database.url).await;
    let server = Whypaid::start(&database.url).await;
    let journeys = Seller::new(&server, &token).make_journeys(JOURNEYS).await;
    server.terminate(STOP_MAX).await;
    let stripe = StripeSide::new(Rng::start("export_of_every_table"), journeys);
    let events: Vec<_> = (0..EVENTS).map(|_| stripe.next()).collect();
    database.insert(&events).await;
    let server = Whypaid::start(&database.url).await;
    settle(&database).await;
    server.terminate(STOP_MAX).await;

    let folder = TempDir::new().unwrap();
    let told = TABLES.map(|table| {
        let [parquet, csv] = ["parquet", "csv"].map(|format| {
            let path = folder.path().join(format!("{table}.{format}"));
            let mut export = command(&database.url);
            export.args(["export", table, "--format", format, "--output"]).arg(&path);
            let done = export.output().expect("runs whypaid");
            assert!(done.status.success(), "{table}: {}", String::from_utf8_lossy(&done.stderr));
            path
        });
        read_back(&python, &parquet, &csv)
    });
    let [facts, journeys, payments, events] = told;
    assert_eq!((&facts["rows"], &journeys["rows"]), (&json!(JOURNEYS), &json!(JOURNEYS)));
    assert_eq!(events["rows"], EVENTS);
    assert!(payments["rows"].as_u64().unwrap() > 0, "{payments}");
    let types = &facts["types"];
    for (column, want) in [
        ("journey_id", "string"),
        ("predicted_probability", "double?"),
        ("livemode", "bool"),
        ("started_at", "timestamp[ms, tz=UTC]"),
        ("ended_at", "timestamp[ms, tz=UTC]?"),
        ("net_minor", "int64"),
        ("currency", "string?"),
    ] {
        assert_eq!(types[column], want, "{column}");
    }
}

const COLUMNS: [Column; 6] = [
    Column::new("number", Kind::Integer),
    Column::optional("text", Kind::Text),
    Column::optional("real", Kind::Real),
    Column::optional("truth", Kind::Truth),
    Column::optional("time", Kind::Time),
    Column::optional("never", Kind::Integer),
];

fn cells(row: i64) -> [Cell<'static>; 6] {
    let texts = ["ü, \"quoted\"", "=1+1", "-5", "two\nlines", "🐢", "'", "x"];
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let real = row as f64 / 7.0;
    // Absent in long runs, alternating, and by threes: all shapes of runs.
    let text = texts[usize::try_from(row % 7).unwrap()].repeat(usize::try_from(row % 40).unwrap());
    [
        Cell::Integer(if row % 2 == 0 { i64::MAX - row } else { i64::MIN + row }),
        // An empty text and none are one in CSV.
        if text.is_empty() { Cell::Absent } else { text.into() },
        if (row / 1_000) % 2 == 0 { Cell::Absent } else { real.into() },
        if row % 2 == 0 { Cell::Absent } else { (row % 3 == 0).into() },
        Cell::time((row % 3 != 0).then_some(row * 86_400_001 - 1_000_000_000_000)),
        Cell::Absent,
    ]
}

#[test]
fn export_in_parquet_goes_over_many_row_groups_of_bounded_size() {
    const ROWS: i64 = 230_000;
    let Some(python) = python() else { return };
    let folder = TempDir::new().unwrap();
    let (parquet, csv) = (folder.path().join("t.parquet"), folder.path().join("t.csv"));
    let file = |path: &Path| File::create(path).unwrap();
    let begun = [TableFile::parquet(file(&parquet), &COLUMNS), TableFile::csv(file(&csv), &COLUMNS)];
    for mut table in begun.map(|table| table.unwrap()) {
        (0..ROWS % 100_000).chain(0..200_000).for_each(|row| table.row(&cells(row % 30_000)).unwrap());
        table.finish().unwrap();
    }
    let told = read_back(&python, &parquet, &csv);
    assert_eq!(told["rows"], ROWS);
    assert!(told["groups"].as_u64().unwrap() >= 3, "{told}");
    assert!(told["largest_group_bytes"].as_u64().unwrap() <= 17 << 20, "{told}");
    assert!(told["created_by"].as_str().unwrap().starts_with("whypaid version 0."), "{told}");
    assert_eq!(told["types"]["number"], "int64");
    assert_eq!(told["types"]["truth"], "bool?");
}
