//! H1, 9.1: only what Stripe signed, and recently, is taken; what is refused leaves no trace.

use crate::util::app::SECRET;
use crate::util::event::Pay;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use serde_json::Value;

fn body() -> Vec<u8> {
    let pay = Pay::new("signed");
    pay.event("payment_intent.succeeded", 0, pay.intent("succeeded")).to_string().into_bytes()
}

/// (what is wrong, header, code)
fn bad_headers(app: &TestApp, body: &[u8]) -> Vec<(&'static str, String, &'static str)> {
    let now_s = app.now_s();
    let good = stripe::sign(body, SECRET, now_s);
    let (time, v1) = good.split_once(',').unwrap();
    let hex = v1.strip_prefix("v1=").unwrap();
    let malformed = "signature_malformed";
    vec![
        ("empty", String::new(), malformed),
        ("junk", "junk".to_owned(), malformed),
        ("no time", v1.to_owned(), malformed),
        ("no v1", time.to_owned(), malformed),
        ("only the test scheme", format!("{time},v0={hex}"), malformed),
        ("a time in words", format!("t=now,{v1}"), malformed),
        ("a fraction of a second", format!("{time}.0,{v1}"), malformed),
        ("a sign", format!("t=+{now_s},{v1}"), malformed),
        ("two times", format!("{time},{time},{v1}"), malformed),
        ("a space after the comma", format!("{time}, {v1}"), malformed),
        ("too many parts", format!("{good}{}", ",v0=1".repeat(100)), malformed),
        ("too long", format!("{good},{}", "v0=".repeat(3000)), malformed),
        ("upper case", format!("{time},v1={}", hex.to_uppercase()), "signature_mismatch"),
        ("half a digest", format!("{time},v1={}", &hex[..32]), "signature_mismatch"),
        ("no digest", format!("{time},v1="), "signature_mismatch"),
        ("another second", format!("t={},{v1}", now_s - 1), "signature_mismatch"),
        ("another secret", stripe::sign(body, "whsec_other", now_s), "signature_mismatch"),
        ("another body", stripe::sign(b"{}", SECRET, now_s), "signature_mismatch"),
        ("stale", stripe::sign(body, SECRET, now_s - 301), "timestamp_too_old"),
        ("far too stale", stripe::sign(body, SECRET, 0), "timestamp_too_old"),
        ("from the future", stripe::sign(body, SECRET, now_s + 301), "timestamp_in_future"),
        ("from the end of time", stripe::sign(body, SECRET, i64::MAX), "timestamp_in_future"),
        ("stale and by another", stripe::sign(body, "whsec_other", now_s - 301), "signature_mismatch"),
    ]
}

#[tokio::test]
async fn what_is_not_signed_well_is_refused_and_leaves_no_trace() {
    on_both(async |app| {
        let body = body();
        let missing = app.post_webhook(body.clone(), None).await;
        assert_eq!(missing.problem(400, "signature_missing"), Vec::<String>::new());
        for (what, header, code) in bad_headers(app, &body) {
            let answer = app.post_webhook(body.clone(), Some(&header)).await;
            assert_eq!(
                (answer.status, &answer.json["code"]),
                (400, &Value::from(code)),
                "{what}: {}",
                answer.text
            );
            answer.problem(400, code);
        }
        let latin = app.request(None, "POST", "/api/webhooks/stripe").body(body.clone());
        let latin = latin.header("stripe-signature", &b"t=1,v1=\xff\xfe"[..]).send().await.unwrap();
        assert_eq!(latin.status(), 400);
        let all = app.get("/api/v1/events").await;
        assert_eq!(all["items"], Value::Array(Vec::new()));
        assert!(app.payments().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_signature_is_good_for_300_seconds_in_both_directions() {
    on_both(async |app| {
        for (n, offset_s) in [-300, -1, 0, 1, 300].into_iter().enumerate() {
            let pay = Pay::new(&format!("aged{n}"));
            let body = pay.event("charge.succeeded", 0, pay.charge("succeeded")).to_string().into_bytes();
            let header = stripe::sign(&body, SECRET, app.now_s() + offset_s);
            let answer = app.post_webhook(body, Some(&header)).await;
            assert_eq!(answer.status, 200, "{offset_s}: {}", answer.text);
            assert_eq!(answer.content_type, "application/json");
        }
        app.settle().await;
        assert_eq!(app.payments().await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn any_v1_that_fits_is_enough() {
    on_both(async |app| {
        let body = body();
        let (ours, theirs) =
            (stripe::sign(&body, SECRET, app.now_s()), stripe::sign(&body, "whsec_other", app.now_s()));
        let (time, good) = ours.split_once(',').unwrap();
        let bad = theirs.split_once(',').unwrap().1;
        let header = format!("{time},v0=ab,{bad},v1=junk,{good},v2=x");
        assert_eq!(app.post_webhook(body, Some(&header)).await.json["received"], true);
        app.settle().await;
    })
    .await;
}

#[tokio::test]
async fn while_secrets_rotate_both_are_good() {
    let setup = Setup { webhook_secrets: "whsec_old , whsec_new,", ..Setup::default() };
    on_both_with(setup, async |app| {
        for (n, secret) in ["whsec_old", "whsec_new", "whsec_third", "", " "].into_iter().enumerate() {
            let pay = Pay::new(&format!("rotated{n}"));
            let body = pay.event("charge.succeeded", 0, pay.charge("succeeded")).to_string().into_bytes();
            let header = stripe::sign(&body, secret, app.now_s());
            let expected = if n < 2 { 200 } else { 400 };
            assert_eq!(app.post_webhook(body, Some(&header)).await.status, expected, "{secret}");
        }
        app.settle().await;
        assert_eq!(app.payments().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn without_a_secret_nothing_is_accepted() {
    for webhook_secrets in ["", " , "] {
        on_both_with(Setup { webhook_secrets, ..Setup::default() }, async |app| {
            for secret in ["", " ", SECRET] {
                let body = body();
                let header = stripe::sign(&body, secret, app.now_s());
                let answer = app.post_webhook(body, Some(&header)).await;
                answer.problem(503, "no_webhook_secret");
                assert!(answer.headers.contains_key("retry-after"), "Stripe should try again");
            }
            assert_eq!(app.get("/api/v1/events").await["items"], Value::Array(Vec::new()));
        })
        .await;
    }
}

/// A retry of Stripe's is signed anew, with the same event id.
#[tokio::test]
async fn a_retry_days_later_is_taken() {
    on_both(async |app| {
        let body = body();
        app.advance(3 * 86_400);
        assert_eq!(app.send_bytes(body.clone()).await.json["duplicate"], Value::Null);
        app.advance(86_400);
        assert_eq!(app.send_bytes(body).await.json["duplicate"], true);
        app.settle().await;
    })
    .await;
}

/// Without a good signature that an address may send at once.
const UNVERIFIED_BURST: usize = 600;

#[tokio::test]
async fn who_sends_much_unsigned_waits_and_what_stripe_signed_passes() {
    on_both(async |app| {
        for n in 0..UNVERIFIED_BURST {
            let status = app.post_webhook(b"{}".to_vec(), None).await.status;
            assert_eq!(status, 400, "{n}");
        }
        for signature in [None, Some("junk")] {
            let answer = app.post_webhook(b"{}".to_vec(), signature).await;
            answer.problem(429, "too_many");
        }
        assert_eq!(app.send_bytes(body()).await.status, 200);
    })
    .await;
}
