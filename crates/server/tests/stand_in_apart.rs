//! `serve` cannot reach the stand-in: only the demo and its own command name it, and only the command line names these.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// (name, where it may stand)
const MAY_NAME: &[(&str, &[&str])] = &[
    ("stand_in::", &["demo/", "cli/stand_in.rs", "cli/mod.rs"]),
    ("stand_in;", &["cli/mod.rs"]),
    ("demo::", &["demo/", "cli/demo.rs", "cli/mod.rs"]),
    ("demo;", &["lib.rs", "cli/mod.rs"]),
];

#[test]
fn only_the_demo_and_its_own_command_name_the_stand_in() {
    let mut files = Vec::new();
    collect(Path::new(SOURCES), &mut files);
    let mut found = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(SOURCES).unwrap().to_str().unwrap().to_owned();
        for (word, places) in MAY_NAME {
            if names(&text, word) {
                found += 1;
                assert!(places.iter().any(|place| name.starts_with(place)), "{name} names {word}");
            }
        }
    }
    assert!(found >= 6, "found {found} places only: this test looks for the wrong words");
    let command = std::fs::read_to_string(Path::new(SOURCES).join("cli/serve.rs")).unwrap();
    assert!(!command.contains("stand_in") && !command.contains("demo"), "serve knows nothing of it");
}

/// In code, not in what is said about it.
fn names(text: &str, word: &str) -> bool {
    let code = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    code.into_iter().any(|line| line.contains(word))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
