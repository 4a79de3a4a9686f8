//! Objects of one kind in the order they were made, which is also the order of their times.

use std::collections::HashMap;
use std::sync::Arc;

/// What a [`Table`] holds.
pub(crate) trait Row: Clone {
    fn id(&self) -> &str;
    fn created_s(&self) -> i64;
    /// A field that lists can be filtered by.
    fn text(&self, field: &str) -> Option<&str>;
}

/// Rows are shared: an event keeps the object as it was, at the price of a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: Vec<Arc<T>>,
    at: HashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), at: HashMap::new() }
    }
}

impl<T: Row> Table<T> {
    pub(crate) fn insert(&mut self, row: T) -> Arc<T> {
        debug_assert!(
            self.rows.last().is_none_or(|last| last.created_s() <= row.created_s()),
            "time runs on"
        );
        let row = Arc::new(row);
        self.at.insert(row.id().to_owned(), self.rows.len());
        self.rows.push(Arc::clone(&row));
        row
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<T>> {
        self.at.get(id).map(|&at| &self.rows[at])
    }

    /// Changes a row; whoever holds the row as it was keeps that. `None` when there is no such row.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut T)) -> Option<Arc<T>> {
        let row = &mut self.rows[*self.at.get(id)?];
        change(Arc::make_mut(row));
        Some(Arc::clone(row))
    }

    /// Oldest first.
    pub(crate) fn rows(&self) -> &[Arc<T>] {
        &self.rows
    }

    /// Where in [`rows`](Self::rows).
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.at.get(id).copied()
    }
}
