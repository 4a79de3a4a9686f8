//! H1, H2: bodies that are signed well and hold something odd. What cannot be stored as an event is a 400 that names the
//! field; what is odd only inside is taken, and never fails.

use crate::util::event::{Pay, event};
use crate::util::on_both;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_not_an_event_is_refused() {
    let not_json: [&[u8]; 8] =
        [b"", b" ", b"null", b"[]", b"\"evt\"", b"{", b"{\"id\": \"evt_1\",}", b"\xff\xfe{}"];
    on_both(async |app| {
        for body in not_json {
            let answer = app.send_bytes(body.to_vec()).await;
            assert_eq!(answer.problem(400, "malformed"), Vec::<String>::new(), "{body:?}");
        }
        let deep = format!("{{\"id\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(app.send_bytes(deep.into_bytes()).await.status, 400);
        assert_eq!(app.get("/api/v1/events").await["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn an_event_without_its_essentials_is_refused_with_the_field() {
    let good = || event("charge.succeeded", 1_700_000_000, Pay::new("essential").charge("succeeded"));
    let bad_texts = [
        json!(null),
        json!(7),
        json!(""),
        json!("a b"),
        json!("x".repeat(256)),
        json!("evt_\u{0}"),
        json!("évt"),
    ];
    // Bug: a time beyond the year 9999 was taken, and shown as a bare number.
    let bad_times =
        [json!(null), json!("yesterday"), json!([]), json!(1e300), json!(i64::MAX), json!(i64::MIN)];
    let bad_objects = [json!(null), json!("ch_1"), json!([])];
    on_both(async |app| {
        let fields = [("id", &bad_texts[..]), ("type", &bad_texts[..]), ("created", &bad_times[..])];
        for (field, values) in fields {
            for value in values {
                let mut sent = good();
                sent[field] = value.clone();
                assert_eq!(app.send(&sent).await.problem(400, "invalid"), [field], "{field} = {value}");
            }
            let mut sent = good();
            sent.as_object_mut().unwrap().remove(field);
            assert_eq!(app.send(&sent).await.problem(400, "invalid"), [field]);
        }
        for object in &bad_objects {
            let mut sent = good();
            sent["data"]["object"] = object.clone();
            assert_eq!(app.send(&sent).await.problem(400, "invalid"), ["data.object"]);
        }
        assert_eq!(app.get("/api/v1/events").await["items"], json!([]));
    })
    .await;
}

/// Texts that a database or a parser could choke on.
fn odd_texts() -> Vec<Value> {
    let mut texts: Vec<Value> =
        ["\u{0}", "a\u{0}b", "", " ", "'; DROP TABLE event; --", "\u{202e}\u{feff}👩‍👩‍👧‍👦e\u{301}"]
            .map(Value::from)
            .to_vec();
    texts.push("x".repeat(100_000).into());
    texts.extend([
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(1e300),
        json!(i64::MIN),
        json!(u64::MAX),
    ]);
    texts
}

/// Every field that is read, at every place, holds every odd value once: applied, never failed.
#[tokio::test]
async fn odd_values_inside_are_taken_and_applied() {
    on_both(async |app| {
        let journey = app.journey().await;
        for (n, odd) in odd_texts().into_iter().enumerate() {
            let pay = Pay::of(&format!("odd{n}"), &journey.id);
            let objects = [
                ("charge.succeeded", pay.charge("succeeded")),
                ("payment_intent.succeeded", pay.intent("succeeded")),
                ("checkout.session.completed", pay.session("complete", "paid")),
                ("charge.dispute.created", pay.dispute(1, "needs_response")),
                ("refund.created", pay.refund("1", 1, "succeeded")),
            ];
            for (kind, object) in objects {
                for field in object.as_object().unwrap().keys().filter(|name| *name != "id") {
                    let mut changed = object.clone();
                    changed[field] = odd.clone();
                    changed["id"] = format!("{}{n}{field}", object["id"].as_str().unwrap()).into();
                    let answer = app.send(&event(kind, app.now_s(), changed)).await;
                    assert_eq!(answer.status, 200, "{kind} {field} {odd}: {}", answer.text);
                }
                let mut tagged = object.clone();
                tagged["id"] = format!("{}{n}tags", object["id"].as_str().unwrap()).into();
                for tag in ["journeyId", "clientId", "contentVersionId", "hypothesisId"] {
                    tagged["metadata"][tag] = odd.clone();
                }
                assert_eq!(
                    app.send(&event(kind, app.now_s(), tagged)).await.status,
                    200,
                    "{kind} tags {odd}"
                );
            }
        }
        app.settle().await;
        for status in ["failed", "dead"] {
            assert_eq!(app.events(status).await, [], "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn nesting_and_repeated_keys_inside_an_event_are_no_obstacle() {
    on_both(async |app| {
        let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let bodies = [
            format!(r#"{{"id":"evt_deep","type":"charge.succeeded","created":1,"data":{{"object":{{"id":"ch_deep","x":{deep}}}}}}}"#),
            r#"{"id":"evt_twice","type":"charge.succeeded","created":1,"data":{"object":{"id":"ch_a","id":"ch_b","amount":1,"amount":2}}}"#.to_owned(),
            r#"{"id":"evt_half","type":"charge.succeeded","created":1,"data":{"object":{"id":"ch_c","currency":"\ud800"}}}"#.to_owned(),
            r#"{"id":"evt_big","type":"charge.succeeded","created":1,"data":{"object":{"id":"ch_d","amount":99999999999999999999999,"currency":"usd","status":"succeeded","paid":true,"captured":true}}}"#.to_owned(),
            r#"{"id":"evt_neg","type":"charge.succeeded","created":1,"data":{"object":{"id":"ch_e","amount":-5,"amount_captured":-9223372036854775808,"amount_refunded":9223372036854775807,"currency":"usd","status":"succeeded","paid":true,"captured":true}}}"#.to_owned(),
        ];
        for body in bodies {
            let answer = app.send_bytes(body.clone().into_bytes()).await;
            assert!(answer.status == 200 || answer.status == 400, "{}: {}", answer.status, &body[..60]);
        }
        app.settle().await;
        for status in ["failed", "dead"] {
            assert_eq!(app.events(status).await, [], "{status}");
        }
        let list = app.get("/api/v1/events").await;
        for event in list["items"].as_array().unwrap() {
            let path = format!("/api/v1/events/{}", event["id"].as_str().unwrap());
            let answer = app.call(Some(server::api::access::Role::Viewer), "GET", &path, None).await;
            assert_eq!(answer.status, 200, "{path}");
        }
    })
    .await;
}
