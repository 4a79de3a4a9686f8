//! SPEC 9.15: bad input on every route is a 4xx problem with a stable code and the field at fault, never a 5xx. The
//! matrix is made from a table of routes and fields, and a list of hostile values.

mod bodies;
mod paths;
mod queries;
pub(super) mod table;
mod values;
