//! Contents: what clients read, its versions side by side, and new ones, each with its hypothesis (SPEC J3).

mod compare;
pub(super) mod editor;
mod list;
mod make;
mod preview;
mod show;

use crate::pages::listed::Listed;

/// Bytes of a form at most: four pages of 100 000 characters each, up to 12 bytes as forms spell them.
pub(super) const FORM_BYTES_MAX: usize = 5 * 1024 * 1024;

/// All of them.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get("/contents", list::page)
        .get("/contents.csv", list::file)
        .get("/contents/new", make::new)
        .post("/contents/new", make::create)
        .get("/contents/{id}", show::page)
        .get("/contents/{id}/edit", make::edit)
        .post("/contents/{id}/edit", make::save)
        .get("/contents/{id}/rollback", make::rollback_form)
        .post("/contents/{id}/rollback", make::rollback)
        .get("/contents/{id}/compare", compare::page)
        .get("/contents/{id}/versions/{version}", show::version)
        .get("/contents/{id}/versions/{version}/{step}", preview::page)
        .taking(FORM_BYTES_MAX)
}
