//! Migrations: forward only, one list per engine. On SQLite all run in one write transaction, on PostgreSQL under an
//! advisory lock: whoever comes second finds the work done.

use crate::error::StoreError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

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
        "reconciliation",
        include_str!("../migrations/sqlite/0003_reconciliation.sql"),
        include_str!("../migrations/postgres/0003_reconciliation.sql"),
    ),
];

pub(crate) fn sqlite() -> Migrator {
    migrator(|&(version, description, sqlite, _)| (version, description, sqlite))
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
