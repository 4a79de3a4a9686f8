//! No page and no source of one says that something observed was a cause (SPEC I10).

use super::{PARTS, part};
use crate::routes::insights::{cohort, paid};
use crate::util::on_both;
use std::path::Path;

/// Never said of what was only observed.
const CAUSAL: [&str; 12] = [
    "caused",
    "causes ",
    "drove",
    "drives ",
    "because of",
    "leads to",
    "led to",
    "results in",
    "boosts",
    "increases payment",
    "makes clients pay",
    "proves",
];

fn assert_no_cause(text: &str, of: &str) {
    let lower = text.to_lowercase();
    for word in CAUSAL {
        assert!(!lower.contains(word), "{of} says “{word}”");
    }
}

#[test]
fn no_source_of_a_page_says_cause() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "templates/intelligence",
        "templates/charts",
        "src/pages/intelligence",
        "src/charts",
        "src/insights/answer",
    ];
    let mut waiting: Vec<_> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut read = 0;
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // What is said to people; comments are for those who change it.
            let said: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            assert_no_cause(&said.join("\n"), &path.display().to_string());
            read += 1;
        }
    }
    assert!(read > 40, "{read} files");
}

#[tokio::test]
async fn no_rendered_part_says_cause_and_none_has_a_style_or_script_of_its_own() {
    on_both(async |app| {
        for (name, count) in [("Strong", 24), ("Weak", 5)] {
            for journey in cohort(app, name, 30, 40).await.iter().take(count) {
                paid(app, journey, 2).await;
            }
        }
        for slug in PARTS {
            for by in ["content", "version", "hypothesis", "category", "element", "segment", "arm"] {
                let html = part(app, slug, &format!("&by={by}")).await;
                assert_no_cause(&html, &format!("{slug} by {by}"));
                assert!(
                    !html.contains("style=") && !html.contains("<script") && !html.contains(" onclick"),
                    "{slug}"
                );
                // Whatever is drawn has a title, a description and its numbers.
                for svg in html.split("<svg class=\"drawing").skip(1) {
                    assert!(svg.contains("role=\"img\"") && svg.contains("<desc id="), "{slug}");
                    assert!(svg.contains("Show the numbers"), "{slug}");
                }
            }
        }
        let page = app.page("/intelligence").await.text;
        assert_no_cause(&page, "the page");
    })
    .await;
}
