//! Query parameters of every list.

use crate::util::on_both;
use server::api::access::Role;

const BAD_LIMITS: [&str; 12] = [
    "0",
    "201",
    "-1",
    "1.5",
    "ten",
    "99999999999999999999",
    "0x10",
    "1e2",
    "NaN",
    "%00",
    "%F0%9F%91%A9",
    "'",
];
/// Not the `next` of any list.
const BAD_CURSORS: [&str; 5] = ["%00", "%F0%9F%91%A9", "'%20OR%201=1--", "a%20b", "%E2%80%AE"];
const BAD_WORDS: [&str; 7] = ["x", "PAID", "1", "%00", "paid,refunded", "'", "%F0%9F%91%A9"];
/// Taken, whatever they find.
const ODD_SEARCHES: [&str; 10] =
    ["%25", "_", "%27", "%22", "%5C", "%F0%9F%91%A9", "%E2%80%AE", "%C3%A4", "--", "%25%25%25%5F"];

fn bad_queries(list: &str) -> Vec<(&'static str, String)> {
    let mut bad: Vec<(&str, String)> = BAD_LIMITS.map(|limit| ("limit", limit.to_owned())).to_vec();
    bad.extend(BAD_CURSORS.map(|cursor| ("after", cursor.to_owned())));
    bad.push(("after", "x".repeat(10_000)));
    let words: &[&str] = match list {
        "/api/v1/journeys" => &["outcome", "payment_status", "livemode"],
        "/api/v1/payments" => &["status", "unmatched", "matched", "livemode", "currency", "from", "to"],
        "/api/v1/events" => &["status", "livemode", "from", "to"],
        "/api/v1/reconciliations" => &["livemode", "differs"],
        "/api/v1/audit" => &["from", "to"],
        _ => &[],
    };
    for word in words {
        bad.extend(BAD_WORDS.map(|value| (*word, value.to_owned())));
    }
    if list == "/api/v1/journeys" {
        bad.extend([("q", "%00".to_owned()), ("q", "a%00b".to_owned()), ("q", "x".repeat(501))]);
    }
    bad
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    on_both(async |app| {
        let journey = app.journey().await;
        let history = format!("/api/v1/journeys/{}/history", journey.id);
        let content = app.get("/api/v1/contents").await["items"][0]["id"].as_str().unwrap().to_owned();
        let versions = format!("/api/v1/contents/{content}/versions");
        let lists = [
            "/api/v1/clients",
            "/api/v1/contents",
            "/api/v1/journeys",
            "/api/v1/payments",
            "/api/v1/events",
            "/api/v1/reconciliations",
            "/api/v1/people",
            "/api/v1/sessions",
            "/api/v1/tokens",
            "/api/v1/audit",
        ];
        let seen = ["views", "agreements"].map(|what| format!("/api/v1/journeys/{}/{what}", journey.id));
        let more = [history.as_str(), versions.as_str(), seen[0].as_str(), seen[1].as_str()];
        for list in lists.into_iter().chain(more) {
            for (name, value) in bad_queries(list) {
                let answer =
                    app.call(Some(Role::Owner), "GET", &format!("{list}?{name}={value}"), None).await;
                assert_eq!(answer.status, 422, "{list}?{name}={value:.40}: {}", answer.text);
                assert_eq!(answer.problem(422, "invalid"), [name], "{list}?{name}={value:.40}");
            }
            let answer = app.call(Some(Role::Owner), "GET", &format!("{list}?limit=0&after=%00"), None).await;
            let mut both = answer.problem(422, "invalid");
            both.sort();
            assert_eq!(both, ["after", "limit"], "every fault at once");
            for odd in [
                "",
                "?",
                "?&&",
                "?limit=&after=",
                "?unknown=1",
                "?limit=1",
                "?limit=200",
                "?=",
                "?%00=1&limit=3",
            ] {
                let answer = app.call(Some(Role::Owner), "GET", &format!("{list}{odd}"), None).await;
                assert!(
                    answer.status == 200 || answer.status == 422,
                    "{list}{odd}: {} {}",
                    answer.status,
                    answer.text
                );
            }
            for hostile in ["?limit=%ff", "?after=%ff", "?limit=1&limit=2", "?limit=1&limit=x"] {
                let answer = app.call(Some(Role::Owner), "GET", &format!("{list}{hostile}"), None).await;
                assert!(
                    answer.status == 200 || answer.status == 422,
                    "{list}{hostile}: {} {}",
                    answer.status,
                    answer.text
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_takes_any_text_literally() {
    on_both(async |app| {
        app.journey().await;
        for odd in ODD_SEARCHES {
            let found = app.get(&format!("/api/v1/journeys?q={odd}")).await;
            assert_eq!(found["items"].as_array().unwrap().len(), 0, "{odd} is in no name");
        }
        for (q, count) in
            [("ANA", 1), ("lima", 1), ("example.com", 1), ("%20ana%20", 1), ("nobody", 0), ("", 1)]
        {
            let found = app.get(&format!("/api/v1/journeys?q={q}")).await;
            assert_eq!(found["items"].as_array().unwrap().len(), count, "{q}");
        }
    })
    .await;
}
