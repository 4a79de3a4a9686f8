//! Clients: one of them, and many from a file.

mod import;
mod show;

use crate::api::client_file::FILE_BYTES_MAX;
use crate::pages::listed::Listed;

/// Both.
pub(super) fn routes() -> Listed {
    let import = Listed::new()
        .get("/clients/import", import::form)
        .post("/clients/import", import::submit)
        .taking(FILE_BYTES_MAX);
    Listed::new().get("/clients/{id}", show::page).merge(import)
}
