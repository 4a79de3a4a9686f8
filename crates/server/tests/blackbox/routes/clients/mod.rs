//! `/api/v1/clients`.

mod import;
