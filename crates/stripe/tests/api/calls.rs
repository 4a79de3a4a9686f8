//! What each call asks for, and how its answer is read.

use crate::script::{Script, ok};
use stripe::api::{Fetched, Form, ListKind, ListQuery, Related, SessionState, VERSION};
use stripe::{Envelope, Thin};

fn line(request: &str) -> &str {
    request.lines().next().unwrap()
}

#[tokio::test]
async fn sessions_are_created_looked_up_and_ended() {
    let session =
        |rest: &str| ok(&format!(r#"{{"id":"cs_1","object":"checkout.session","livemode":true,{rest}}}"#));
    let script = Script::play(vec![
        session(r#""status":"open","url":"https://pay.test/1","payment_intent":null"#),
        session(r#""status":"complete","payment_status":"unpaid","payment_intent":{"id":"pi_1","status":"processing"}"#),
        session(r#""status":"expired","url":null"#),
    ])
    .await;
    let api = script.api();
    let opened = api.create_session(&Form::new().with("mode", "payment"), "k").await.unwrap();
    assert_eq!((opened.state, opened.url.as_deref()), (SessionState::Open, Some("https://pay.test/1")));
    assert!(opened.livemode);
    let on_its_way = api.session("cs_1").await.unwrap();
    assert_eq!(on_its_way.state, SessionState::CompleteUnpaid);
    assert_eq!(on_its_way.intent_status.as_deref(), Some("processing"));
    assert_eq!(api.expire_session("cs_1").await.unwrap().state, SessionState::Expired);
    let asked = script.asked();
    let lines: Vec<&str> = asked.iter().map(|r| line(r)).collect();
    let want = [
        "POST /v1/checkout/sessions HTTP/1.1",
        "GET /v1/checkout/sessions/cs_1?expand%5B%5D=payment_intent HTTP/1.1",
        "POST /v1/checkout/sessions/cs_1/expire HTTP/1.1",
    ];
    assert_eq!(lines, want);
    assert_eq!(script.header("stripe-version"), [VERSION; 3]);
}

#[tokio::test]
async fn lists_keep_the_json_as_it_came() {
    let item = r#"{"id": "ch_1",  "amount":5, "x":{"y":[1.50]}}"#;
    let body = format!(r#"{{"object":"list","has_more":true,"url":"/v1/charges","data":[{item}]}}"#);
    let script = Script::play(vec![ok(&body), ok(r#"{"object":"list","has_more":true,"data":[]}"#)]).await;
    let api = script.api();
    let query =
        ListQuery { created_gte_s: Some(5), starting_after: Some("ch_0".to_owned()), ..ListQuery::default() };
    let page = api.list(ListKind::Charges, &query).await.unwrap();
    assert_eq!((page.items[0].id.as_str(), page.items[0].json.get()), ("ch_1", item));
    assert_eq!((page.has_more, page.date_s), (true, Some(1_795_313_655)));
    let query = ListQuery { ending_before: Some("evt_9".to_owned()), limit: Some(1), ..ListQuery::default() };
    let page = api.list(ListKind::Events, &query).await.unwrap();
    assert!(page.items.is_empty() && !page.has_more, "an empty page is the last");
    let asked = script.asked();
    let lines: Vec<&str> = asked.iter().map(|r| line(r)).collect();
    let want = [
        "GET /v1/charges?limit=100&starting_after=ch_0&created%5Bgte%5D=5 HTTP/1.1",
        "GET /v1/events?limit=1&ending_before=evt_9 HTTP/1.1",
    ];
    assert_eq!(lines, want);
}

#[test]
fn a_thin_event_leads_to_its_object_and_nowhere_else() {
    let of = |url: Option<&'static str>, kind: Option<&'static str>| {
        Related::of(&Thin {
            related_id: Some("ch_1".into()),
            related_type: kind.map(Into::into),
            related_url: url.map(Into::into),
            snapshot_event: None,
        })
    };
    let path = |text: &str| Related::Path(text.to_owned());
    assert_eq!(of(Some("/v1/charges/ch_1"), None), path("/v1/charges/ch_1"));
    for elsewhere in
        ["https://evil.test/v1/charges", "//evil.test", "/v1/../admin", "/v2/x", "/v1/a b", "@evil.test"]
    {
        assert_eq!(of(Some(elsewhere), Some("charge")), path("/v1/charges/ch_1"), "{elsewhere}");
        assert_eq!(of(Some(elsewhere), Some("unheard_of")), Related::Ask, "{elsewhere}");
    }
}

#[tokio::test]
async fn an_event_that_does_not_say_where_is_asked_for() {
    let thin = r#"{"id":"evt_1","object":"v2.core.event","type":"v1.charge.succeeded","created":"2026-11-22T02:14:15.120Z",
        "related_object":{"id":"ch_1","type":"charge","url":"/v1/charges/ch_1"}}"#;
    assert!(Envelope::read(thin.as_bytes()).unwrap().thin.is_some());
    let script = Script::play(vec![ok(thin), ok(r#"{"id":"ch_1"}"#)]).await;
    let fetched = script.api().related("evt_1", &Related::Ask, Some("acct_1")).await.unwrap();
    assert_eq!(fetched, Fetched { json: r#"{"id":"ch_1"}"#.to_owned(), date_s: Some(1_795_313_655) });
    assert_eq!(script.header("stripe-account"), ["acct_1"; 2]);
    let asked = script.asked();
    assert_eq!(line(&asked[0]), "GET /v2/core/events/evt_1 HTTP/1.1");
    assert_eq!(line(&asked[1]), "GET /v1/charges/ch_1 HTTP/1.1");
}
