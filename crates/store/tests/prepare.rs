//! Every statement is accepted by both databases, and nobody else writes SQL.

use crate::common::on_both;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::sql;

#[tokio::test]
async fn every_statement_prepares() {
    on_both(async |t| {
        for statement in sql::all() {
            let prepared = t.db.prepare(statement).await;
            assert!(prepared.is_ok(), "{}: {}\n{prepared:?}", statement.name, statement.text);
        }
    })
    .await;
}

#[tokio::test]
async fn every_many_row_insert_prepares_in_every_size() {
    on_both(async |t| {
        for insert in sql::all_many() {
            let prepared = t.db.prepare_many(insert).await;
            assert!(prepared.is_ok(), "{} into {}\n{prepared:?}", insert.name, insert.into);
        }
    })
    .await;
}

#[test]
fn no_statement_is_written_twice() {
    let mut texts = BTreeSet::new();
    for statement in sql::all() {
        assert!(texts.insert(statement.text), "{} repeats: {}", statement.name, statement.text);
    }
    let mut inserts = BTreeSet::new();
    for insert in sql::all_many() {
        assert!(inserts.insert((insert.into, insert.name)), "{} into {} twice", insert.name, insert.into);
    }
}

/// A module that declares statements and is not listed would never be prepared.
#[test]
fn every_module_with_statements_is_listed() {
    let listed = read(&crates().join("store/src/sql.rs"));
    let mut modules = 0;
    let source = crates().join("store/src");
    for file in rust_files(&source) {
        if !read(&file).lines().any(|line| line == "statements! {") {
            continue;
        }
        let path = file.strip_prefix(&source).unwrap().with_extension("");
        let module = path.to_str().unwrap().replace('/', "::");
        for list in ["ALL", "ALL_MANY"] {
            assert!(listed.contains(&format!("crate::{module}::{list},")), "{module}::{list} is missing");
        }
        modules += 1;
    }
    assert!(modules >= 9, "only {modules} modules found; does the macro's name still match?");
}

#[test]
fn only_the_store_writes_sql() {
    let mut found = Vec::new();
    let mut scanned = 0;
    for room in subfolders(&crates()) {
        if room.ends_with("store") {
            continue;
        }
        for file in rust_files(&room.join("src")) {
            scanned += 1;
            let text = read(&file);
            let lines = (1..).zip(text.lines()).filter(|(_, line)| is_sql(line));
            found.extend(lines.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
        }
    }
    assert!(scanned > 5, "only {scanned} files scanned");
    assert!(found.is_empty(), "SQL outside the store:\n{}", found.join("\n"));
}

#[test]
fn the_scan_knows_sql_from_prose() {
    let sql = [
        r#"let q = "SELECT id FROM client";"#,
        r#"    "INSERT INTO client (id) VALUES ($1)""#,
        "    SELECT id",
        r#"x("UPDATE client SET name = $1")"#,
        r#"x("DELETE FROM client")"#,
        r#"x("WITH a AS (SELECT 1)")"#,
    ];
    for line in sql {
        assert!(is_sql(line), "{line}");
    }
    for line in ["// SELECT nothing", "/// INSERT INTO is SQL", "let selected = SELECTED;", "Select one"] {
        assert!(!is_sql(line), "{line}");
    }
}

fn is_sql(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") {
        return false;
    }
    let update = line.split_once("UPDATE ").is_some_and(|(_, rest)| rest.contains(" SET "));
    update
        || line.starts_with("SELECT ")
        || ["\"SELECT ", "(SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|part| line.contains(part))
}

fn crates() -> PathBuf {
    let store = Path::new(env!("CARGO_MANIFEST_DIR"));
    store.parent().expect("the store lies in crates/").to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        folders.extend(subfolders(&next));
        files.extend(entries(&next).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")));
    }
    files
}
