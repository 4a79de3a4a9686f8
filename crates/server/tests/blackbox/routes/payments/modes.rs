//! H13, 9.10: test money and live money never meet.

use crate::util::answer::{Journey, List, read};
use crate::util::event::Pay;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use serde_json::json;

async fn journey(app: &TestApp, livemode: bool) -> Journey {
    let client = app.client("ana@example.com", Some("cus_mode")).await;
    let body = json!({"client_id": client, "content_version_id": app.version().await, "livemode": livemode});
    app.journey_with(&body).await
}

/// Every rung names the journey, and none matches.
#[tokio::test]
async fn money_never_crosses_between_the_modes() {
    on_both(async |app| {
        for live in [true, false] {
            let one = journey(app, live).await;
            assert_eq!(one.livemode, live);
            let name = format!("mode{live}");
            let wrong = Pay {
                livemode: !live,
                reference: Some(one.id.clone()),
                email: Some("ana@example.com".to_owned()),
                ..Pay::of(&name, &one.id).tag("clientId", &one.client_id)
            };
            app.deliver(&wrong.success()).await;
            let now = app.journey_now(&one.id).await;
            assert_eq!((now.outcome.as_str(), now.payments.len()), ("pending", 0), "live: {live}");
            let waiting = app.unmatched().await;
            let waiting = waiting.iter().find(|p| p.id == wrong.intent_id()).expect("in the inbox");
            assert!(waiting.suggestions.iter().all(|s| s.journey_id != one.id), "not even suggested");
            assert_eq!(waiting.livemode, !live);
            let right = Pay { livemode: live, ..Pay::of(&format!("right{live}"), &one.id) };
            app.deliver(&right.success()).await;
            assert_eq!(app.journey_now(&one.id).await.payments.len(), 1);
        }
        for live in [true, false] {
            let list: List<Journey> = read(&app.get(&format!("/api/v1/journeys?livemode={live}")).await);
            assert!(list.items.len() == 1 && list.items[0].livemode == live);
        }
    })
    .await;
}

/// The configured key decides, unless the journey says.
#[tokio::test]
async fn a_journey_takes_the_mode_of_the_key() {
    for (secret_key, live) in [(None, false), (Some("sk_test_1"), false), (Some("rk_live_1"), true)] {
        on_both_with(Setup { secret_key, ..Setup::default() }, async |app| {
            assert_eq!(app.journey().await.livemode, live, "{secret_key:?}");
            assert_eq!(journey(app, !live).await.livemode, !live, "unless given");
        })
        .await;
    }
}
