//! What the browser tests in `e2e/` need: Chromium and the packages that their lock file names.

use std::path::Path;

use super::{apt, npm};
use crate::failure::Outcome;

const CHROMIUM: &str = "/usr/bin/chromium";

pub(super) fn ensure(e2e: &Path) -> Outcome<()> {
    if !Path::new(CHROMIUM).is_file() {
        apt::install(&["chromium", "fonts-liberation"], &format!("Chromium, as {CHROMIUM}"))?;
    }
    npm::ensure(e2e)
}
