//! `whypaid import clients`: what it prints, and how it ends.

use crate::util::database::Database;
use crate::util::process::run;
use std::io::Write as _;
use tempfile::NamedTempFile;

fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(content.as_bytes()).expect("writes");
    file
}

#[test]
fn import_clients_checks_first_and_writes_all_or_nothing() {
    let database = Database::sqlite();
    let import = |content: &str, flags: &[&str]| {
        let file = file(content);
        let path = file.path().to_str().unwrap().to_owned();
        run(&database.url, &[&["import", "clients", &path], flags].concat())
    };
    let good = "name;email;size\nAna;ana@example.com;small\nBen;ben@example.com;\n";
    let (code, out, _) = import(good, &["--dry-run"]);
    assert_eq!((code, out.as_str()), (0, "2 of 2 clients can be imported; attributes: size\n"));
    let (code, out, err) = import(good, &[]);
    assert_eq!((code, out.as_str()), (0, "2 of 2 clients imported; attributes: size\n"));
    assert!(err.contains("2 of 2 rows checked") && err.contains("2 of 2 rows written"), "{err}");
    let (code, out, err) = import("name,email\nCleo,cleo\nAna,ana@example.com\n", &[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("row 2, column email: must be an e-mail address"), "{err}");
    assert!(err.contains("row 3, column email: a client has this address already"), "{err}");
    assert!(err.contains("no client was written"), "{err}");
    let (code, out, _) = import(good, &["--skip-existing"]);
    assert_eq!((code, out.contains("0 of 2 clients imported; 2 left out")), (0, true), "{out}");
    let (code, _, err) = run(&database.url, &["import", "clients", "/nowhere/x.csv"]);
    assert!(code == 1 && err.contains("/nowhere/x.csv cannot be read"), "{err}");
    let (code, _, err) = run(&database.url, &["import", "clients"]);
    assert!(code == 2 && err.contains("<FILE>"), "{err}");
}
