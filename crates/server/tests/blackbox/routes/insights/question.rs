//! What all reports share: parameters, files, words, and that they wait for nothing but their own columns.

use super::{cohort, paid};
use crate::util::app::{Setup, node};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

const REPORTS: [&str; 12] = [
    "conversion",
    "revenue",
    "time-to-payment",
    "time-to-refund",
    "elements",
    "hypotheses",
    "funnel",
    "contrast",
    "scores",
    "forecast",
    "revenue-by-week",
    "recommendations",
];

#[tokio::test]
async fn a_bad_parameter_is_named() {
    on_both(async |app| {
        let bad = [
            ("by", "colour"),
            ("by", "%00"),
            ("from", "yesterday"),
            ("from", "1969-12-31"),
            ("to", "2026-02-30"),
            ("currency", "euro"),
            ("livemode", "maybe"),
            ("horizon_days", "0"),
            ("horizon_days", "366"),
            ("horizon_days", "-3"),
            ("content", "x"),
            ("version", "con_00000000000000000000000000000000"),
            ("hypothesis", "%F0%9F%91%A9"),
            ("segment", "industry"),
            ("segment", "%3Dx"),
            ("element", "headline%3D"),
            ("format", "xml"),
        ];
        for report in REPORTS {
            for (name, value) in bad {
                let path = format!("/api/v1/insights/{report}?currency=usd&{name}={value}");
                let path = if name == "currency" { path.replace("currency=usd&", "") } else { path };
                let answer = app.call(Some(Role::Viewer), "GET", &path, None).await;
                assert_eq!(answer.problem(422, "invalid"), [name], "{path}");
            }
            let path = format!("/api/v1/insights/{report}?currency=usd&from=2026-02-01&to=2026-01-01&by=x");
            let mut both = app.call(Some(Role::Viewer), "GET", &path, None).await.problem(422, "invalid");
            both.sort();
            assert_eq!(both, ["by", "to"], "every fault at once");
        }
    })
    .await;
}

#[tokio::test]
async fn every_report_is_a_file_too() {
    on_both(async |app| {
        for journey in cohort(app, "=1+1", 24, 40).await.iter().take(8) {
            paid(app, journey, 3).await;
        }
        app.caught_up().await;
        for report in REPORTS {
            let path = format!("/api/v1/insights/{report}?by=content&format=csv");
            let answer = app.call(Some(Role::Viewer), "GET", &path, None).await;
            assert_eq!(
                (answer.status, answer.content_type.as_str()),
                (200, "text/csv; charset=utf-8"),
                "{report}"
            );
            let mut lines = answer.text.lines();
            let columns = lines.next().unwrap().split(',').count();
            assert!(columns >= 5, "{}", answer.text);
            assert!(!answer.text.contains("NaN") && !answer.text.contains(",=1"), "{}", answer.text);
        }
        let path = "/api/v1/insights/conversion?by=content&format=csv";
        let answer = app.call(Some(Role::Viewer), "GET", path, None).await;
        assert!(answer.text.contains(",'=1+1,24,16,8,0,0,24,0.333"), "{}", answer.text);
    })
    .await;
}

/// SPEC I10.
#[tokio::test]
async fn nothing_is_said_to_be_caused() {
    on_both(async |app| {
        let (good, bad) = (cohort(app, "good", 24, 40).await, cohort(app, "bad", 24, 40).await);
        for journey in good[..18].iter().chain(&bad[..3]) {
            paid(app, journey, 3).await;
        }
        let mut said = app.call(None, "GET", "/openapi.json", None).await.text;
        for report in REPORTS {
            said += &app.insights(&format!("{report}?by=version")).await.to_string();
        }
        for journey in [&good[0], &good[20], &bad[0]] {
            said += &app.get(&format!("/api/v1/journeys/{}/analysis", journey.id)).await.to_string();
        }
        let said = said.to_lowercase();
        for word in ["caused", "drove", "because of", "led to", "thanks to"] {
            let at = said.find(word).map(|at| &said[at.saturating_sub(80)..(at + 80).min(said.len())]);
            assert_eq!(at, None, "{word}");
        }
        assert!(said.contains("associated with"));
    })
    .await;
}

/// Until the columns are loaded, whoever asks is told so; nothing else waits.
#[tokio::test]
async fn while_journeys_are_loaded_it_says_so() {
    on_both(async |app| {
        app.journey().await;
        app.database.meddle("ALTER TABLE hypothesis RENAME TO hypothesis_elsewhere").await;
        let second = node(&app.database.url, &app.clock, &Setup::default()).await;
        let get = async |path: &str| {
            let url = format!("http://{}{path}", second.address);
            let token = crate::util::app::token(Role::Viewer);
            app.http.get(url).bearer_auth(token).send().await.unwrap()
        };
        for report in REPORTS {
            let answer = get(&format!("/api/v1/insights/{report}?currency=usd")).await;
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["retry-after"]),
                (503, &"1".parse().unwrap())
            );
            let problem: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "loading", "{report}");
        }
        assert_eq!(get("/api/v1/clients").await.status(), 200);
        assert_eq!(get("/readyz").await.status(), 200);
        app.database.meddle("ALTER TABLE hypothesis_elsewhere RENAME TO hypothesis").await;
        app.until("it is loaded", async || {
            let answer = get("/api/v1/insights/conversion").await;
            let status = answer.status().as_u16();
            if status == 200 { Ok(()) } else { Err(status.to_string()) }
        })
        .await;
        second.stop().await.unwrap();
    })
    .await;
}

/// Fifty open pages ask the same: each gets the answer, as of one moment.
#[tokio::test]
async fn many_who_ask_the_same_get_the_same() {
    on_both(async |app| {
        cohort(app, "same", 5, 10).await;
        app.caught_up().await;
        let asked = (0..50).map(|_| app.get("/api/v1/insights/conversion?by=version"));
        let answers = futures_util::future::join_all(asked).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(answers[0]["overall"]["n"], json!(5));
    })
    .await;
}
