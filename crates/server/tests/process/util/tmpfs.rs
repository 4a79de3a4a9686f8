//! A disk so small that a test can fill it.

use super::skip;
use super::watchdog::Watchdog;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A file of this name takes the rest of the disk.
const BALLAST: &str = "ballast";
/// Bytes written to it at a time; a page is what SQLite asks for as well.
const BLOCK: [u8; 4096] = [0; 4096];

/// A mounted tmpfs; gone when dropped.
pub(crate) struct SmallDisk {
    folder: TempDir,
    _unmount: Watchdog,
}

impl SmallDisk {
    /// `None`, with a word about it, where mounting is not permitted.
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let path = folder.path().display().to_string();
        let watchdog = Watchdog::over("umount \"$1\"", &[&path]);
        if let Err(why) = mount(&format!("size={size}"), folder.path()) {
            skip(&format!("a disk that can be filled needs a mount, which is not permitted here: {why}"));
            return None;
        }
        Some(Self { folder, _unmount: watchdog })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// As when somebody gives the machine a larger disk.
    pub(crate) fn resize(&self, size: &str) {
        mount(&format!("remount,size={size}"), self.path()).expect("may remount what it mounted");
    }

    /// Takes all space that is left, as a log file that nobody rotates does. Returns the bytes taken.
    pub(crate) fn fill(&self) -> usize {
        use std::io::Write as _;
        let mut ballast = std::fs::File::create(self.path().join(BALLAST)).expect("a file");
        let mut bytes = 0;
        while let Ok(written) = ballast.write(&BLOCK) {
            bytes += written;
        }
        bytes
    }

    /// Removes what [`Self::fill`] wrote.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.path().join(BALLAST)).expect("the ballast");
    }
}

fn mount(options: &str, folder: &Path) -> Result<(), String> {
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).output();
    let done = mount.map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()) }
}
