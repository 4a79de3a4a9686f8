//! `whypaid export`: what it prints, and how it ends.

use crate::util::database::Database;
use crate::util::process::run;

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
    }
    let (code, out, err) = run(&database.url, &["export", "facts", "--format", "parquet"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("parquet cannot be written yet; --format csv"), "{err}");
    let (code, _, err) = run(&database.url, &["export", "secrets"]);
    assert!(code == 2 && err.contains("facts, journeys, payments, events"), "{err}");
    let (code, _, err) = run(&database.url, &["export", "facts", "--output", "/nowhere/x.csv"]);
    assert!(code == 1 && err.contains("/nowhere/x.csv cannot be written"), "{err}");
}
