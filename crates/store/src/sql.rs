//! Statements: static text, one for both databases, each registered so that a test can prepare it on both.
//!
//! Three spellings differ between the engines and are put in by the machine, never by hand: the numbers of arguments,
//! `= ANY($n)` for a list of texts, and the rows of a many-row insert.

use crate::args::{Kind, Value};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// One statement.
#[derive(Debug)]
pub struct Sql {
    /// Its name in the source.
    pub name: &'static str,
    /// Portable text, PostgreSQL's spelling.
    pub text: &'static str,
    sqlite: OnceLock<Arc<str>>,
}

impl Sql {
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, sqlite: OnceLock::new() }
    }

    /// `?n`, since SQLite takes `$n` for a name. It has no arrays: a list goes in as one JSON text.
    pub(crate) fn sqlite_text(&self) -> Arc<str> {
        let spell = || {
            let mut text = String::with_capacity(self.text.len() + 64);
            let mut rest = self.text;
            while let Some((before, after)) = rest.split_once("= ANY(") {
                let (argument, tail) = after.split_once(')').unwrap_or((after, ""));
                let _ = write!(text, "{before}IN (SELECT value FROM json_each({argument}))");
                rest = tail;
            }
            text.push_str(rest);
            Arc::from(text.replace('$', "?"))
        };
        Arc::clone(self.sqlite.get_or_init(spell))
    }
}

/// An insert of any number of rows.
#[derive(Debug)]
pub struct InsertMany {
    /// Its name in the source.
    pub name: &'static str,
    /// Table.
    pub into: &'static str,
    /// Columns with their types.
    pub columns: &'static [(&'static str, Kind)],
    /// `ON CONFLICT …`, or nothing.
    pub tail: &'static str,
    postgres: OnceLock<Arc<str>>,
    postgres_new: OnceLock<Arc<str>>,
    sqlite: OnceLock<Arc<str>>,
}

impl InsertMany {
    pub(crate) const fn new(
        name: &'static str,
        into: &'static str,
        columns: &'static [(&'static str, Kind)],
        tail: &'static str,
    ) -> Self {
        Self {
            name,
            into,
            columns,
            tail,
            postgres: OnceLock::new(),
            postgres_new: OnceLock::new(),
            sqlite: OnceLock::new(),
        }
    }

    /// One array per column: planned once, whatever the number of rows.
    pub(crate) fn postgres_text(&self) -> Arc<str> {
        let spell = || {
            let arrays: Vec<String> = (1..).zip(self.columns).map(|(n, (_, kind))| array(n, *kind)).collect();
            Arc::from(self.text(&format!("SELECT * FROM unnest({})", arrays.join(", "))))
        };
        Arc::clone(self.postgres.get_or_init(spell))
    }

    /// Likewise; gives the first column of each row it wrote.
    pub(crate) fn postgres_text_new(&self) -> Arc<str> {
        let spell = || Arc::from(format!("{} RETURNING {}", self.postgres_text(), self.columns[0].0));
        Arc::clone(self.postgres_new.get_or_init(spell))
    }

    /// Likewise, and in the same statement does `then` with `given` columns of the new rows, which it knows as `fresh`:
    /// PostgreSQL is asked once instead of in a transaction of four steps.
    pub(crate) fn postgres_text_then(&self, given: &str, then: &str) -> String {
        let insert = self.postgres_text();
        format!(
            "WITH fresh AS ({insert} RETURNING {given}), then_done AS ({then}) SELECT {} FROM fresh",
            self.columns[0].0
        )
    }

    /// One row.
    pub(crate) fn sqlite_text(&self) -> Arc<str> {
        let spell =
            || Arc::from(self.text(&format!("VALUES ({})", vec!["?"; self.columns.len()].join(", "))));
        Arc::clone(self.sqlite.get_or_init(spell))
    }

    /// In tests: a value for each column.
    pub(crate) fn check(&self, rows: &[Vec<Value>]) {
        debug_assert!(
            rows.iter().all(|row| row.len() == self.columns.len()),
            "{}: a value per column",
            self.name
        );
    }

    fn text(&self, rows: &str) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({}) {rows} {}", self.into, columns.join(", "), self.tail)
    }
}

fn array(n: usize, kind: Kind) -> String {
    let element = match kind {
        Kind::Text => "text",
        Kind::Int => "bigint",
        Kind::Real => "double precision",
        Kind::Bool => "boolean",
        Kind::Bytes => "bytea",
    };
    format!("${n}::{element}[]")
}

/// Declares a module's statements, and `ALL` of them for the test that prepares each.
macro_rules! statements {
    ($($name:ident = $text:expr;)+ $(@many $many:ident = $into:literal ($($column:ident: $kind:ident),+) $tail:literal;)*) => {
        $(static $name: $crate::sql::Sql = $crate::sql::Sql::new(stringify!($name), $text);)+
        $(static $many: $crate::sql::InsertMany = $crate::sql::InsertMany::new(
            stringify!($many), $into, &[$((stringify!($column), $crate::args::Kind::$kind)),+], $tail);)*
        pub(crate) static ALL: &[&$crate::sql::Sql] = &[$(&$name),+];
        pub(crate) static ALL_MANY: &[&$crate::sql::InsertMany] = &[$(&$many),*];
    };
}
pub(crate) use statements;

/// Every statement of the store.
pub fn all() -> Vec<&'static Sql> {
    [
        crate::agreements::ALL,
        crate::attempts::ALL,
        crate::audit::ALL,
        crate::bulk_marks::ALL,
        crate::browsers::ALL,
        crate::checkouts::ALL,
        crate::client_search::ALL,
        crate::clients::ALL,
        crate::contents::ALL,
        crate::entries::ALL,
        crate::event_list::ALL,
        crate::events::ALL,
        crate::facts::ALL,
        crate::first_steps::ALL,
        crate::history::ALL,
        crate::invitations::ALL,
        crate::journeys::ALL,
        crate::leases::ALL,
        crate::names::ALL,
        crate::lists::choices::ALL,
        crate::lists::lead::ALL,
        &crate::lists::walks(),
        crate::notes::ALL,
        crate::parked::ALL,
        crate::payment_list::ALL,
        crate::payment_totals::ALL,
        crate::payments::ALL,
        crate::put_aside::ALL,
        crate::reconciliations::ALL,
        crate::saved_views::ALL,
        crate::replays::ALL,
        crate::reviews::ALL,
        crate::people::ALL,
        crate::sessions::ALL,
        crate::set_up::ALL,
        crate::snapshots::ALL,
        crate::tally::ALL,
        crate::thresholds::ALL,
        crate::tokens::ALL,
        crate::views::ALL,
        crate::withdrawals::ALL,
    ]
    .concat()
}

/// Every many-row insert of the store.
pub fn all_many() -> Vec<&'static InsertMany> {
    [
        crate::agreements::ALL_MANY,
        crate::attempts::ALL_MANY,
        crate::audit::ALL_MANY,
        crate::bulk_marks::ALL_MANY,
        crate::browsers::ALL_MANY,
        crate::checkouts::ALL_MANY,
        crate::client_search::ALL_MANY,
        crate::clients::ALL_MANY,
        crate::contents::ALL_MANY,
        crate::entries::ALL_MANY,
        crate::event_list::ALL_MANY,
        crate::events::ALL_MANY,
        crate::facts::ALL_MANY,
        crate::first_steps::ALL_MANY,
        crate::history::ALL_MANY,
        crate::invitations::ALL_MANY,
        crate::journeys::ALL_MANY,
        crate::leases::ALL_MANY,
        crate::names::ALL_MANY,
        crate::lists::choices::ALL_MANY,
        crate::lists::lead::ALL_MANY,
        crate::notes::ALL_MANY,
        crate::parked::ALL_MANY,
        crate::payment_list::ALL_MANY,
        crate::payment_totals::ALL_MANY,
        crate::payments::ALL_MANY,
        crate::put_aside::ALL_MANY,
        crate::reconciliations::ALL_MANY,
        crate::saved_views::ALL_MANY,
        crate::replays::ALL_MANY,
        crate::reviews::ALL_MANY,
        crate::people::ALL_MANY,
        crate::sessions::ALL_MANY,
        crate::set_up::ALL_MANY,
        crate::snapshots::ALL_MANY,
        crate::tally::ALL_MANY,
        crate::thresholds::ALL_MANY,
        crate::tokens::ALL_MANY,
        crate::views::ALL_MANY,
        crate::withdrawals::ALL_MANY,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_spelled_for_sqlite() {
        static LIST: Sql = Sql::new("LIST", "SELECT a FROM t WHERE a = ANY($1) AND b = ANY($2)");
        let want = "SELECT a FROM t WHERE a IN (SELECT value FROM json_each(?1)) \
                    AND b IN (SELECT value FROM json_each(?2))";
        assert_eq!(&*LIST.sqlite_text(), want);
    }
}
