//! `/api/v1/settings/thresholds` and `/settings/thresholds`: what the statistics go by. SPEC D8, I2.

use crate::routes::insights::{cohort, paid};
use crate::routes::pages::words;
use crate::util::answer::{Answer, Journey};
use crate::util::app::{node, token};
use crate::util::{Setup, TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;
use store::Engine;

const PATH: &str = "/api/v1/settings/thresholds";

fn thresholds(journeys: u64, each: u64, days: u64) -> Value {
    json!({"journeys_min": journeys, "each_min": each, "horizon_days": days})
}

async fn put(app: &TestApp, body: &Value) -> Answer {
    app.call(Some(Role::Owner), "PUT", PATH, Some(body)).await
}

/// Two contents, 24 journeys each, far apart.
async fn two(app: &TestApp) -> [Vec<Journey>; 2] {
    let (good, bad) = (cohort(app, "good", 24, 40).await, cohort(app, "bad", 24, 40).await);
    for journey in good[..16].iter().chain(&bad[..2]) {
        paid(app, journey, 3).await;
    }
    [good, bad]
}

/// What is said of the version of these journeys.
fn of<'a>(answer: &'a Value, journeys: &[Journey]) -> &'a Value {
    let key = &journeys[0].content_version_id;
    let is_it = |group: &&Value| {
        let conversion = group.get("conversion").unwrap_or(group);
        conversion["key"] == **key
    };
    answer["groups"].as_array().unwrap().iter().find(is_it).expect("a group")
}

async fn part(app: &TestApp, slug: &str) -> String {
    let page = app.page(&format!("/intelligence/{slug}?by=version&piece=true")).await;
    words(&page.text).replace('\u{a0}', " ")
}

#[tokio::test]
async fn a_raised_gate_takes_the_verdict_away_everywhere() {
    on_both(async |app| {
        let [good, bad] = two(app).await;
        assert_eq!(app.get(PATH).await, thresholds(20, 5, 30));
        let before = app.insights("conversion?by=version").await;
        assert_eq!(
            (&of(&before, &good)["verdict"], &of(&before, &bad)["verdict"]),
            (&json!("more"), &json!("less"))
        );
        assert_eq!(before["thresholds"], json!({"journeys_min": 20, "each_min": 5}));
        assert!(part(app, "conversion").await.contains("associated with more payment"));

        assert_eq!(put(app, &thresholds(25, 5, 30)).await.ok(), thresholds(25, 5, 30));
        let after = app.insights("conversion?by=version").await;
        for journeys in [&good, &bad] {
            let group = of(&after, journeys);
            assert_eq!((&group["verdict"], &group["needed"]), (&json!("insufficient"), &json!(25)));
            assert_eq!(group["says"], "insufficient: 24 of 25 needed");
        }
        assert_eq!(after["thresholds"], json!({"journeys_min": 25, "each_min": 5}));
        let said = part(app, "conversion").await;
        assert!(
            !said.contains("associated with") && said.contains("insufficient: 24 of 25 needed"),
            "{said}"
        );
        for report in ["hypotheses?by=category", "elements", "contrast", "recommendations", "time-to-refund"]
        {
            let answer = app.insights(report).await;
            assert_eq!(answer["thresholds"]["journeys_min"], 25, "{report}: {answer}");
            assert!(!answer.to_string().contains(":\"more\""), "{report}: {answer}");
        }
        let next = app.insights("recommendations").await;
        assert_eq!(next["items"][0]["unknown"][0]["more_needed"], 1, "{next}");
        let analysis = app.get(&format!("/api/v1/journeys/{}/analysis", good[0].id)).await;
        assert_eq!(analysis["thresholds"]["journeys_min"], 25);
        assert_eq!(analysis["factors"][0]["group"]["verdict"], "insufficient");

        put(app, &thresholds(20, 5, 30)).await.ok();
        assert_eq!(of(&app.insights("conversion?by=version").await, &good)["verdict"], "more", "and back");
    })
    .await;
}

#[tokio::test]
async fn more_payments_can_be_asked_for_than_there_are() {
    on_both(async |app| {
        let [good, _] = two(app).await;
        put(app, &thresholds(20, 17, 30)).await.ok();
        let answer = app.insights("conversion?by=version").await;
        assert_eq!(of(&answer, &good)["verdict"], "not_distinct", "16 were paid: {answer}");
        let said = part(app, "paid-against-unpaid").await;
        assert!(!said.contains("It takes 17 paid journeys"), "18 were paid, and 30 were not: {said}");
        put(app, &thresholds(20, 19, 30)).await.ok();
        let said = part(app, "paid-against-unpaid").await;
        assert!(said.contains("It takes 19 paid journeys and as many unpaid ones"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn the_usual_horizon_is_the_one_that_was_set() {
    on_both(async |app| {
        let journeys = cohort(app, "late", 30, 60).await;
        for journey in &journeys[..10] {
            paid(app, journey, 40).await;
        }
        let rate = async |query: &str| {
            let answer = app.insights(&format!("conversion?by=content{query}")).await;
            (answer["horizon_days"].as_u64().unwrap(), answer["groups"][0]["state"].clone())
        };
        assert_eq!(rate("").await, (30, json!("upper_bound")), "none within 30 days");
        put(app, &thresholds(20, 5, 45)).await.ok();
        assert_eq!(rate("").await, (45, json!("ready")));
        assert_eq!(rate("&horizon_days=30").await, (30, json!("upper_bound")), "unless asked otherwise");
        let page = app.page("/intelligence").await.text;
        assert!(page.contains("<option value=\"45\" selected>45"), "{page}");
        assert!(part(app, "conversion").await.contains("Paid within 45 days"));
        let id = &journeys[0].id;
        assert_eq!(app.get(&format!("/api/v1/journeys/{id}/analysis")).await["horizon_days"], 45);
        let tab = app.page(&format!("/journeys/{id}/analysis")).await;
        assert!(tab.text.contains("Paid within 45 days"), "{}", tab.text);
    })
    .await;
}

/// With less than the built-in minimum verdicts are chance too often: it can be raised, never lowered.
#[tokio::test]
async fn below_the_minimum_is_refused_with_the_field_named() {
    on_both(async |app| {
        let table = [
            (thresholds(19, 5, 30), "journeys_min", "must be a whole number from 20 to 10000"),
            (thresholds(20, 4, 30), "each_min", "must be a whole number from 5 to 1000"),
            (thresholds(20, 5, 0), "horizon_days", "must be a whole number from 1 to 365"),
        ];
        for (body, field, message) in table {
            let answer = put(app, &body).await;
            assert_eq!(answer.problem(422, "invalid"), [field]);
            assert_eq!(answer.json["errors"][0]["message"], message);
        }
        assert_eq!(app.get(PATH).await, thresholds(20, 5, 30), "nothing was changed");
        // Nor by who writes into the database.
        let mut conn = app.server.app.db.write().await.unwrap();
        store::thresholds::put(&mut conn, "journeys_min", 3).await.unwrap();
        store::thresholds::put(&mut conn, "each_min", i64::MAX).await.unwrap();
        conn.commit().await.unwrap();
        assert_eq!(app.get(PATH).await, thresholds(20, 1_000, 30));
    })
    .await;
}

#[tokio::test]
async fn owners_change_them_on_the_page_and_others_read() {
    on_both(async |app| {
        let cookie = |role| format!("whypaid={}", token(role));
        let send = async |role, journeys: &str| {
            let fields = [("journeys_min", journeys), ("each_min", "6"), ("horizon_days", "60")];
            app.press_with(&cookie(role), "/settings/thresholds", &fields).await
        };
        let see = async |role| app.visit("/settings/thresholds", &[("cookie", &cookie(role))]).await;
        for role in [Role::Viewer, Role::Editor] {
            assert_eq!(send(role, "40").await.status, 403);
            let page = see(role).await;
            assert!(!page.text.contains("<form class=\"stack"), "{}", page.text);
            let said = words(&page.text);
            assert!(
                said.contains("Journeys before a verdict 20") && said.contains("Owners change them"),
                "{said}"
            );
        }
        assert!(see(Role::Owner).await.text.contains("20 is the least"));
        let refused = send(Role::Owner, "19").await;
        assert_eq!(refused.status, 422);
        let fault = "Journeys before a verdict must be a whole number from 20 to 10000.";
        assert!(refused.text.contains(fault) && refused.text.contains("value=\"19\""), "{}", refused.text);
        let nonsense = send(Role::Owner, "many").await;
        assert!(nonsense.status == 422 && nonsense.text.contains(fault), "{}", nonsense.text);
        let empty = send(Role::Owner, "").await;
        assert!(empty.status == 422 && empty.text.contains("Journeys before a verdict is required."));
        assert_eq!(app.audit("&action=threshold").await, Vec::<Value>::new());

        assert_eq!(send(Role::Owner, "40").await.status, 303);
        assert_eq!(app.get(PATH).await, thresholds(40, 6, 60));
        assert_eq!(send(Role::Owner, "40").await.status, 303, "again the same");
        let log = app.audit("&action=threshold").await;
        let want = json!({"journeys_min": {"from": 20, "to": 40}, "each_min": {"from": 5, "to": 6},
            "horizon_days": {"from": 30, "to": 60}});
        assert!(log.len() == 1 && log[0]["detail"] == want, "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn what_one_server_was_told_every_server_goes_by() {
    on_both(async |app| {
        if app.database.engine == Engine::Sqlite {
            return;
        }
        let other = node(&app.database.url, &app.clock, &Setup::default()).await;
        put(app, &thresholds(33, 5, 30)).await.ok();
        app.until("the other server has loaded", async || {
            other.app.insights.as_of().map(|_| ()).ok_or_else(|| "loading".to_owned())
        })
        .await;
        let url = format!("http://{}/api/v1/insights/conversion", other.address);
        let answer = reqwest::Client::new().get(url).bearer_auth(token(Role::Viewer)).send().await.unwrap();
        assert_eq!(Answer::read(answer).await.ok()["thresholds"]["journeys_min"], 33);
        other.stop().await.unwrap();
    })
    .await;
}
