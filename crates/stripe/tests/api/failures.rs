//! STRIPE.md section 9: what is tried again, under which key, and what is told in the end.

use crate::script::{Act, KEY, Script, ok, status};
use std::time::Duration;
use stripe::api::{Api, ApiConfig, ApiError, Form, ListKind, ListQuery, SecretKey};

const OPEN: &str =
    r#"{"id":"cs_1","object":"checkout.session","status":"open","url":"https://pay.test/cs_1"}"#;

async fn create(api: &Api) -> Result<String, ApiError> {
    let params = Form::new().with("mode", "payment").with("metadata[journeyId]", "jrn_1");
    Ok(api.create_session(&params, "key-1").await?.id)
}

#[tokio::test]
async fn what_passes_is_tried_again_under_one_key() {
    let failures = [
        status(500, ""),
        status(503, "Retry-After: 0\r\n"),
        status(429, ""),
        Act::Answer(409, "", r#"{"error":{"code":"lock_timeout"}}"#.to_owned()),
        Act::Close,
        Act::Silence,
        Act::CutOff("{\"id\":", 500),
        ok("<html>not JSON</html>"),
        ok("[]"),
    ];
    for failure in failures {
        let script = Script::play(vec![failure.clone(), failure.clone(), ok(OPEN)]).await;
        assert_eq!(create(&script.api()).await.as_deref(), Ok("cs_1"), "{failure:?}");
        assert_eq!(script.header("idempotency-key"), ["key-1"; 3], "{failure:?}");
        let bodies: Vec<String> =
            script.asked().iter().map(|r| r.split_once("\r\n\r\n").unwrap().1.to_owned()).collect();
        assert_eq!(bodies, ["mode=payment&metadata%5BjourneyId%5D=jrn_1"; 3], "{failure:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_with_its_request_id() {
    type Is = fn(&ApiError) -> bool;
    let id = "Request-Id: req_9\r\n";
    let replayed = "Request-Id: req_9\r\nIdempotent-Replayed: true\r\n";
    let table: [(u16, &'static str, Is); 7] = [
        (400, id, |e| matches!(e, ApiError::Invalid(_))),
        (402, id, |e| matches!(e, ApiError::Invalid(_))),
        (401, id, |e| matches!(e, ApiError::Auth(_))),
        (403, id, |e| matches!(e, ApiError::Auth(_))),
        (404, id, |e| matches!(e, ApiError::NotFound(_))),
        (500, replayed, |e| matches!(e, ApiError::Unavailable { replayed: true, .. })),
        (500, "Request-Id: req_9\r\nStripe-Should-Retry: false\r\n", |e| {
            matches!(e, ApiError::Unavailable { replayed: false, .. })
        }),
    ];
    for (code, headers, is) in table {
        let script = Script::play(vec![status(code, headers), ok(OPEN)]).await;
        let error = create(&script.api()).await.unwrap_err();
        assert!(is(&error), "{code}: {error:?}");
        assert_eq!(error.request_id(), Some("req_9"), "{code}");
        assert!(error.to_string().contains("req_9"), "{error}");
        assert_eq!(script.asked().len(), 1, "{code}: one try");
    }
}

#[tokio::test]
async fn tries_end() {
    let script = Script::play(vec![status(429, "Request-Id: req_9\r\n"); 9]).await;
    let error = create(&script.api()).await.unwrap_err();
    assert!(matches!(error, ApiError::RateLimited(_)) && error.is_passing(), "{error:?}");
    assert_eq!(script.asked().len(), 5);

    let nowhere = ApiConfig { base: "http://127.0.0.1:9".to_owned(), ..script.config() };
    let error = create(&Api::new(nowhere).unwrap()).await.unwrap_err();
    assert!(matches!(error, ApiError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_however_long_stripe_asks_to_wait() {
    for slow in [status(429, "Retry-After: 3600\r\n"), Act::Silence] {
        let script = Script::play(vec![slow.clone(); 9]).await;
        let config = ApiConfig { deadline: Duration::from_millis(400), ..script.config() };
        let started = tokio::time::Instant::now();
        assert!(create(&Api::new(config).unwrap()).await.unwrap_err().is_passing());
        assert!(started.elapsed() < Duration::from_secs(3), "{slow:?}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let script = Script::play(vec![ok(&" ".repeat(17 * 1024 * 1024)); 5]).await;
    let error = script.api().list(ListKind::Events, &ListQuery::default()).await.unwrap_err();
    assert!(matches!(&error, ApiError::Unavailable { why, .. } if why.contains("length limit")), "{error:?}");
}

#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let body = format!(r#"{{"error":{{"message":"Invalid API Key provided: {KEY}"}}}}"#);
    let script = Script::play(vec![Act::Answer(401, "", body)]).await;
    let error = create(&script.api()).await.unwrap_err();
    assert_eq!(script.header("authorization"), [format!("Bearer {KEY}")]);
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{:?}", script.api()),
        format!("{:?}", SecretKey::new(KEY)),
    ] {
        assert!(!text.contains(KEY) && !text.contains(&KEY[8..]), "{text}");
    }
    let unusable = ApiConfig { key: SecretKey::new("sk_test_\n"), ..script.config() };
    assert!(!Api::new(unusable).unwrap_err().contains("sk_test_"));
}

#[tokio::test]
async fn answers_that_are_no_session_or_list_are_garbled() {
    for body in [
        "{}",
        r#"{"object":"checkout.session","id":"cs_1","status":"open"}"#,
        r#"{"object":"charge","id":"ch_1"}"#,
    ] {
        let script = Script::play(vec![ok(body)]).await;
        let error = create(&script.api()).await.unwrap_err();
        assert!(matches!(error, ApiError::Garbled { .. }), "{body}: {error:?}");
        assert_eq!(error.request_id(), Some("req_ok"));
    }
    for body in ["{}", r#"{"object":"list"}"#, r#"{"object":"list","data":[{}]}"#] {
        let script = Script::play(vec![ok(body)]).await;
        let error = script.api().list(ListKind::Events, &ListQuery::default()).await.unwrap_err();
        assert!(matches!(error, ApiError::Garbled { .. }), "{body}: {error:?}");
    }
}
