//! `/api/v1/settings`, and the page of the same name.

mod files;
mod thresholds;
