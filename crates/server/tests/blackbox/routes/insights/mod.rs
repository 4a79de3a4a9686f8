//! `/api/v1/insights`.

mod conversion;
