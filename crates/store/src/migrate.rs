//! Migrations: forward only, one list per engine. On SQLite all run in one write transaction, on PostgreSQL under an
//! advisory lock: whoever comes second finds the work done.

use crate::error::{Result, StoreError};
use rusqlite::Connection;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use std::collections::BTreeMap;

/// (version, description, SQLite, PostgreSQL). Never change one that was released: add the next.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "heart",
        include_str!("../migrations/sqlite/0001_heart.sql"),
        include_str!("../migrations/postgres/0001_heart.sql"),
    ),
    (
        2,
        "client pages",
        include_str!("../migrations/sqlite/0002_client_pages.sql"),
        include_str!("../migrations/postgres/0002_client_pages.sql"),
    ),
    (
        3,
        "stripe",
        include_str!("../migrations/sqlite/0003_stripe.sql"),
        include_str!("../migrations/postgres/0003_stripe.sql"),
    ),
    (
        4,
        "audit",
        include_str!("../migrations/sqlite/0004_audit.sql"),
        include_str!("../migrations/postgres/0004_audit.sql"),
    ),
    (
        5,
        "people",
        include_str!("../migrations/sqlite/0005_people.sql"),
        include_str!("../migrations/postgres/0005_people.sql"),
    ),
    (
        6,
        "lists",
        include_str!("../migrations/sqlite/0006_lists.sql"),
        include_str!("../migrations/postgres/0006_lists.sql"),
    ),
    (
        7,
        "dialog",
        include_str!("../migrations/sqlite/0007_dialog.sql"),
        include_str!("../migrations/postgres/0007_dialog.sql"),
    ),
    (
        8,
        "inboxes",
        include_str!("../migrations/sqlite/0008_inboxes.sql"),
        include_str!("../migrations/postgres/0008_inboxes.sql"),
    ),
    (
        9,
        "facts",
        include_str!("../migrations/sqlite/0009_facts.sql"),
        include_str!("../migrations/postgres/0009_facts.sql"),
    ),
    (
        12,
        "ownership",
        include_str!("../migrations/sqlite/0010_ownership.sql"),
        include_str!("../migrations/postgres/0010_ownership.sql"),
    ),
    (
        13,
        "thresholds",
        include_str!("../migrations/sqlite/0011_thresholds.sql"),
        include_str!("../migrations/postgres/0011_thresholds.sql"),
    ),
    (
        14,
        "waiting",
        include_str!("../migrations/sqlite/0012_waiting.sql"),
        include_str!("../migrations/postgres/0012_waiting.sql"),
    ),
];

/// What sqlx keeps on PostgreSQL, so that both databases tell the same.
const SQLITE_DONE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (version BIGINT PRIMARY KEY, \
    description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
    checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";

/// Runs what is missing; the caller holds the write transaction.
pub(crate) fn sqlite(conn: &Connection) -> Result<()> {
    conn.execute_batch(SQLITE_DONE)?;
    let done: BTreeMap<i64, Vec<u8>> = conn
        .prepare("SELECT version, checksum FROM _sqlx_migrations")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let ours = migrator(|&(version, description, sqlite, _)| (version, description, sqlite));
    let unknown = done.keys().find(|version| !ours.iter().any(|m| m.version == **version));
    if let Some(unknown) = unknown {
        return Err(failed(MigrateError::VersionMissing(*unknown)));
    }
    for migration in ours.iter() {
        match done.get(&migration.version) {
            Some(checksum) if *checksum == *migration.checksum => {}
            Some(_) => return Err(failed(MigrateError::VersionMismatch(migration.version))),
            None => run(conn, migration)?,
        }
    }
    Ok(())
}

fn run(conn: &Connection, migration: &Migration) -> Result<()> {
    conn.execute_batch(migration.sql.as_str())?;
    conn.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (?1, ?2, TRUE, ?3, -1)",
        (migration.version, &*migration.description, &*migration.checksum),
    )?;
    Ok(())
}

pub(crate) fn postgres() -> Migrator {
    migrator(|&(version, description, _, postgres)| (version, description, postgres))
}

type Entry = (i64, &'static str, &'static str, &'static str);

fn migrator(pick: impl Fn(&Entry) -> (i64, &'static str, &'static str)) -> Migrator {
    let all = MIGRATIONS.iter().map(|entry| {
        let (version, description, sql) = pick(entry);
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(all.collect())
}

/// A database that is away is no reason to give up on its schema.
pub(crate) fn failed(error: MigrateError) -> StoreError {
    let text = format!("cannot migrate: {error}");
    match error {
        MigrateError::Execute(e) | MigrateError::ExecuteMigration(e, _) => match StoreError::from(e) {
            StoreError::Unavailable(_) => StoreError::Unavailable(text),
            _ => StoreError::Setup(text),
        },
        _ => StoreError::Setup(text),
    }
}
