//! Where things are: the checkout, the folder for tools, the reference material beside the checkout.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, While};

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Made by this tool, ignored by git, safe to delete.
    pub(crate) tools: PathBuf,
}

impl Workspace {
    pub(crate) fn open() -> Outcome<Self> {
        // Read when run, not when built: checkouts that share a target folder share the binary.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| {
            Failure::new("run it as `cargo xtask`, so that it knows which checkout is meant")
        })?;
        let root = Path::new(&manifest)
            .parent()
            .ok_or_else(|| Failure::new("the folder `xtask` must be inside the checkout"))?
            .to_path_buf();
        let tools = root.join(".tools");
        fs::create_dir_all(&tools).or_could_not(|| format!("make the folder {}", tools.display()))?;
        Ok(Self { root, tools })
    }

    /// Payloads and reference files that some tests read; a checkout alone works without them.
    pub(crate) fn shared(&self) -> Option<PathBuf> {
        let shared = self.root.join("../shared");
        shared.is_dir().then(|| shared.canonicalize().ok()).flatten()
    }

    /// The browser tests, once there are any.
    pub(crate) fn e2e(&self) -> Option<PathBuf> {
        let folder = self.root.join("e2e");
        folder.join("package.json").is_file().then_some(folder)
    }
}
