//! The API's manners: keys, errors, pages, idempotency, expansion.

use crate::util::{Client, NOW_S, SESSION, read, start};
use serde_json::{Value, json};
use stand_in::{Fault, Outcome};

#[tokio::test]
async fn a_session_says_what_was_asked_for() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let (status, made) = client.post("/v1/checkout/sessions", SESSION).await;
    assert_eq!(status, 200);
    assert_eq!((&made["amount_total"], &made["currency"]), (&json!(50_000), &json!("eur")));
    assert_eq!((&made["status"], &made["payment_status"]), (&json!("open"), &json!("unpaid")));
    assert_eq!((&made["created"], &made["expires_at"]), (&json!(NOW_S), &json!(NOW_S + 86_400)));
    assert_eq!(made["payment_intent"], Value::Null);
    assert_eq!(made["client_reference_id"], "jrn_1");
    assert!(made["url"].as_str().unwrap().starts_with(stand_in.base_url()));
    let id = made["id"].as_str().unwrap();
    let (status, got) = client.get(&format!("/v1/checkout/sessions/{id}")).await;
    assert_eq!((status, &got), (200, &made));
    let (status, expired) = client.post(&format!("/v1/checkout/sessions/{id}/expire"), "").await;
    assert_eq!((status, &expired["status"], &expired["url"]), (200, &json!("expired"), &Value::Null));
    let (status, again) = client.post(&format!("/v1/checkout/sessions/{id}/expire"), "").await;
    assert_eq!((status, &again["error"]["type"]), (400, &json!("invalid_request_error")));
}

#[tokio::test]
async fn errors_are_stripes() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let without =
        |field: &str| SESSION.split('&').filter(|pair| !pair.contains(field)).collect::<Vec<_>>().join("&");
    let with = |more: &str| format!("{SESSION}&{more}");
    let cases = [
        (without("success_url"), "success_url", "parameter_missing"),
        (without("currency"), "line_items[0][price_data][currency]", "parameter_missing"),
        (without("line_items"), "line_items", "parameter_missing"),
        (with("nonsense=1"), "nonsense", "parameter_unknown"),
        (with("payment_intent_data[x]=1"), "payment_intent_data[x]", "parameter_unknown"),
        (with("mode=subscription"), "mode", ""),
        (with("expires_at=5"), "expires_at", ""),
        (with("customer=cus_none"), "customer", "resource_missing"),
        (
            with("line_items[0][price_data][unit_amount]=-1"),
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
        ),
        (with("line_items[0][quantity]=9000000000000000"), "line_items", "amount_too_large"),
    ];
    for (body, param, code) in cases {
        let (status, answer) = client.post("/v1/checkout/sessions", &body).await;
        let error = &answer["error"];
        assert!(status == 400 || status == 404, "{body}: {status}");
        assert_eq!(error["param"], param, "{answer}");
        assert_eq!(error["code"].as_str().unwrap_or(""), code, "{answer}");
    }
    let (status, missing) = client.get("/v1/charges/ch_none").await;
    assert_eq!((status, &missing["error"]["code"]), (404, &json!("resource_missing")));
    let (status, unknown) = client.get("/v1/quotes").await;
    assert_eq!((status, &unknown["error"]["type"]), (404, &json!("invalid_request_error")));
    let answer = client.http.get(format!("{}/v1/balance", stand_in.base_url())).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("request-id"));
}

#[tokio::test]
async fn pages_are_complete_in_both_directions() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(client.session().await);
        stand_in.with(|account| account.advance(10));
    }
    made.reverse();
    let ids = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut forward = Vec::new();
    let mut path = "/v1/checkout/sessions?limit=3".to_owned();
    loop {
        let (_, list) = client.get(&path).await;
        assert_eq!(list["url"], "/v1/checkout/sessions");
        forward.extend(ids(&list));
        if list["has_more"] == false {
            break;
        }
        path = format!("/v1/checkout/sessions?limit=3&starting_after={}", forward.last().unwrap());
    }
    assert_eq!(forward, made);
    let (_, back) = client.get(&format!("/v1/checkout/sessions?limit=3&ending_before={}", made[5])).await;
    assert_eq!(ids(&back), made[2..5]);
    assert_eq!(back["has_more"], true);
    let (_, first) = client.get(&format!("/v1/checkout/sessions?limit=3&ending_before={}", made[2])).await;
    assert_eq!((ids(&first), &first["has_more"]), (made[0..2].to_vec(), &json!(false)));
    let (_, timed) = client
        .get(&format!("/v1/checkout/sessions?created[gte]={}&created[lt]={}", NOW_S + 10, NOW_S + 30))
        .await;
    assert_eq!(ids(&timed), made[4..6]);
    for wrong in ["limit=0", "limit=101", "limit=x", "starting_after=cs_none", "created=x", "created[x]=1"] {
        let (status, _) = client.get(&format!("/v1/checkout/sessions?{wrong}")).await;
        assert!(status == 400 || status == 404, "{wrong}: {status}");
    }
}

#[tokio::test]
async fn lists_filter_and_expand() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let (first, second) = (client.session().await, client.session().await);
    stand_in.with(|account| {
        account.complete(&first, Outcome::Paid).unwrap();
        account.complete(&second, Outcome::Paid).unwrap();
    });
    let (_, session) = client
        .get(&format!(
            "/v1/checkout/sessions/{first}?expand[]=payment_intent&expand[]=payment_intent.latest_charge"
        ))
        .await;
    let intent = &session["payment_intent"];
    assert_eq!(intent["latest_charge"]["object"], "charge");
    let of = format!("payment_intent={}", intent["id"].as_str().unwrap());
    for path in ["checkout/sessions", "charges"] {
        let (_, list) = client.get(&format!("/v1/{path}?{of}&expand[]=data.payment_intent")).await;
        assert_eq!(list["data"].as_array().unwrap().len(), 1, "{path}");
        assert_eq!(list["data"][0]["payment_intent"]["id"], intent["id"]);
    }
    let (status, refused) = client.get("/v1/charges?expand[]=data.amount").await;
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("expand")));
    let (_, types) = client.get("/v1/events?types[]=charge.succeeded&types[]=charge.dispute.*").await;
    assert_eq!(types["data"].as_array().unwrap().len(), 2);
    let (_, kind) = client.get("/v1/events?type=payment_intent.*").await;
    assert_eq!(kind["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn events_are_listed_for_thirty_days() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let session = client.session().await;
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    stand_in.with(|account| account.advance(31 * 86_400));
    assert_eq!(client.get("/v1/events").await.1["data"], json!([]));
    assert_eq!(client.get("/v1/charges").await.1["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_idempotency_key_gives_the_first_answer_again() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let ask = |body: &str| client.request("/v1/checkout/sessions", body).header("Idempotency-Key", "k1");
    let first = ask(SESSION).send().await.unwrap();
    assert!(!first.headers().contains_key("idempotent-replayed"));
    let first: Value = first.json().await.unwrap();
    let again = ask(SESSION).send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    let (status, other) = read(ask(&format!("{SESSION}&locale=de"))).await;
    assert_eq!((status, &other["error"]["type"]), (400, &json!("idempotency_error")));
    stand_in.with(|account| account.advance(86_400));
    let later = read(ask(SESSION)).await.1;
    assert_ne!(later["id"], first["id"]);
    let refused = client.request("/v1/refunds", "").header("Idempotency-Key", "k2");
    assert_eq!(read(refused).await.0, 400);
    let session = first["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/v1/checkout/sessions/{session}")).await.1["status"], "expired");
}

#[tokio::test]
async fn faults_come_when_asked_for() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    stand_in.fail_next([Fault::Status(429), Fault::Status(503), Fault::Garbage, Fault::Cut]);
    let (status, body) = client.post("/v1/checkout/sessions", SESSION).await;
    assert_eq!((status, &body["error"]["code"]), (429, &json!("rate_limit")));
    assert_eq!(client.post("/v1/checkout/sessions", SESSION).await.1["error"]["type"], "api_error");
    let garbage = client.request("/v1/checkout/sessions", SESSION).send().await.unwrap();
    assert!(garbage.text().await.unwrap().starts_with("<html>"));
    let keyed = || client.request("/v1/checkout/sessions", SESSION).header("Idempotency-Key", "k");
    let cut = keyed().send().await.unwrap();
    assert!(cut.text().await.is_err());
    // What was cut was done: the key finds it.
    let (status, found) = read(keyed()).await;
    assert_eq!((status, &found["status"]), (200, &json!("open")));
    assert_eq!(client.get("/v1/checkout/sessions").await.1["data"].as_array().unwrap().len(), 1);
    let statuses: Vec<u16> = stand_in.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [429, 503, 200, 200, 200, 200]);
}

#[tokio::test]
async fn an_object_can_be_altered_behind_everybodys_back() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    let session = client.session().await;
    stand_in.with(|account| account.complete(&session, Outcome::Paid)).unwrap();
    let (_, charges) = client.get("/v1/charges").await;
    let id = charges["data"][0]["id"].as_str().unwrap();
    assert!(stand_in.with(|account| account.alter(id, "amount_captured", json!(49_999))));
    assert!(!stand_in.with(|account| account.alter("ch_none", "amount", json!(1))));
    let (_, altered) = client.get(&format!("/v1/charges/{id}")).await;
    assert_eq!(altered["amount_captured"], 49_999);
    assert_eq!(client.get("/v1/charges").await.1["data"][0], altered);
}

#[tokio::test]
async fn a_caller_without_the_accounts_clock_means_so_long_from_now() {
    let stand_in = start().await;
    let client = Client::of(&stand_in);
    stand_in.with(|account| account.advance(25 * 3600));
    let session = client.session_with(&format!("&expires_at={}", NOW_S + 23 * 3600)).await;
    let expires_at = stand_in.with(|account| account.object(&session).unwrap()["expires_at"].clone());
    assert_eq!(expires_at, NOW_S + (25 + 23) * 3600);
}
