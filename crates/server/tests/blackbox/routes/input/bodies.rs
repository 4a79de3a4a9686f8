//! Bodies.

use super::table::{Field, Route, UNIQUE_EMAIL, routes};
use super::values::{hostile, must_refuse};
use crate::util::answer::Answer;
use crate::util::{TestApp, on_both};
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::api::access::Role;
use std::sync::atomic::{AtomicU32, Ordering};

/// Addresses used so far.
static ADDRESSES: AtomicU32 = AtomicU32::new(0);

async fn send(app: &TestApp, route: &Route, mut body: Vec<u8>) -> Answer {
    if let Ok(text) = std::str::from_utf8(&body) {
        let number = ADDRESSES.fetch_add(1, Ordering::Relaxed);
        body = text.replace(UNIQUE_EMAIL, &format!("unique{number}@example.com")).into_bytes();
    }
    let request = app.request(Some(Role::Owner), route.method, &route.path).body(body);
    Answer::read(request.header("content-type", "application/json").send().await.expect("an answer")).await
}

/// Sets or, without a value, removes what stands at a dotted path.
fn change(body: &mut Value, path: &str, value: Option<Value>) {
    let (parent, last) = path.rsplit_once('.').map_or((None, path), |(parent, last)| (Some(parent), last));
    let object = match parent {
        Some(parent) => body.pointer_mut(&format!("/{}", parent.replace('.', "/"))).unwrap(),
        None => body,
    };
    let object = object.as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(last.to_owned(), value),
        None => object.remove(last),
    };
}

fn shown(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}

/// The field itself, one inside it, or the one it is inside of.
fn at_fault(found: &[String], path: &str) -> bool {
    let concerns =
        |f: &String| f == path || f.starts_with(&format!("{path}.")) || path.starts_with(&format!("{f}."));
    !found.is_empty() && found.iter().all(concerns)
}

#[tokio::test]
async fn the_table_names_every_route_with_a_body() {
    on_both(async |app| {
        let docs = app.call(None, "GET", "/openapi.json", None).await.ok();
        let with_body: usize = docs["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|methods| methods.as_object().unwrap().values())
            .filter(|operation| operation.get("requestBody").is_some())
            .count();
        // The webhook, the import of files and comparing with Stripe have tests of their own.
        assert_eq!(routes(app).await.len(), with_body - 3);
    })
    .await;
}

/// What is wrong with the answer to one hostile value; nothing, when it was taken or refused as it should be.
fn judge(route: &Route, field: &Field, value: &Value, answer: &Answer) -> Option<String> {
    // Who comes second with a good value is told so, and who has as many as there may be.
    let is_overtaken = answer.status == 409
        && ["changed_meanwhile", "too_many"].iter().any(|code| answer.json["code"] == *code);
    let right = match answer.status {
        200 | 201 => !must_refuse(field, value),
        409 if is_overtaken => !must_refuse(field, value),
        422 => must_refuse(field, value) && at_fault(&answer.problem(422, "invalid"), field.path),
        _ => false,
    };
    let said = || {
        let (method, path, status, text) = (route.method, &route.path, answer.status, &answer.text);
        format!("{method} {path} {} = {}: {status} {text}", field.path, shown(value))
    };
    (!right).then(said)
}

#[tokio::test]
async fn every_hostile_value_in_every_field_is_named_or_taken() {
    on_both(async |app| {
        let (values, mut wrong, mut tried) = (hostile(), Vec::new(), 0);
        for route in routes(app).await {
            let good = send(app, &route, route.good.to_string().into_bytes()).await;
            assert!(good.status < 300, "{} {}: {}", route.method, route.path, good.text);
            for field in &route.fields {
                let answers = join_all(values.iter().map(|value| {
                    let mut body = route.good.clone();
                    change(&mut body, field.path, Some(value.clone()));
                    send(app, &route, body.to_string().into_bytes())
                }));
                let answers = answers.await;
                tried += answers.len();
                wrong.extend(values.iter().zip(&answers).filter_map(|(v, a)| judge(&route, field, v, a)));
            }
        }
        crate::util::say(&format!("{tried} bodies with a hostile value"));
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    on_both(async |app| {
        for route in routes(app).await {
            for field in route.fields.iter().filter(|field| field.required) {
                let mut body = route.good.clone();
                change(&mut body, field.path, None);
                let answer = send(app, &route, body.to_string().into_bytes()).await;
                let found = answer.problem(422, "invalid");
                assert!(at_fault(&found, field.path), "{} {}: {found:?}", route.path, field.path);
            }
            for empty in ["", "{}"] {
                let answer = send(app, &route, empty.into()).await;
                assert!(!answer.problem(422, "invalid").is_empty(), "{} {}", route.method, route.path);
            }
        }
    })
    .await;
}

/// Bodies that are no JSON object at all, or too much of one.
fn whole_bodies() -> Vec<(Vec<u8>, u16, &'static str)> {
    let mib = 1024 * 1024;
    let deep =
        |depth: usize| format!("{{\"name\": {}1{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let filled = |bytes: usize| format!("{{\"name\": \"{}\"}}", "x".repeat(bytes - 12)).into_bytes();
    vec![
        (b"{".to_vec(), 400, "malformed"),
        (b"nonsense".to_vec(), 400, "malformed"),
        (b"{\"name\": }".to_vec(), 400, "malformed"),
        (b"{\"name\": \"a\"} {}".to_vec(), 400, "malformed"),
        (b"{\"name\": \"\xff\"}".to_vec(), 400, "malformed"),
        (b"{\"name\": \"\\ud800\"}".to_vec(), 400, "malformed"),
        (b"{\"name\": NaN}".to_vec(), 400, "malformed"),
        (b"\xef\xbb\xbf{}".to_vec(), 400, "malformed"),
        (deep(1_000), 400, "malformed"),
        (deep(mib / 2 - 10), 400, "malformed"),
        (b"null".to_vec(), 422, "invalid"),
        (b"[]".to_vec(), 422, "invalid"),
        (b"[{}]".to_vec(), 422, "invalid"),
        (b"\"text\"".to_vec(), 422, "invalid"),
        (b"1".to_vec(), 422, "invalid"),
        (deep(100), 422, "invalid"),
        (filled(mib), 422, "invalid"),
        (filled(mib + 1), 413, "too_large"),
    ]
}

#[tokio::test]
async fn what_is_not_an_object_is_refused_as_a_whole() {
    on_both(async |app| {
        for route in routes(app).await {
            for (body, status, code) in whole_bodies() {
                let answer = send(app, &route, body.clone()).await;
                let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
                assert_eq!(answer.status, status, "{} {} {start}: {}", route.method, route.path, answer.text);
                answer.problem(status, code);
            }
        }
    })
    .await;
}

/// A key that is there twice means two things: whichever a program in between read, it could be the other.
#[tokio::test]
async fn a_repeated_key_is_refused() {
    on_both(async |app| {
        for route in routes(app).await {
            for field in route.fields.iter().filter(|field| route.good.get(field.path).is_some()) {
                let text = route.good.to_string();
                let again = json!({field.path: route.good[field.path]}).to_string();
                let body = format!("{},{}", &text[..text.len() - 1], &again[1..]);
                let answer = send(app, &route, body.into_bytes()).await;
                let context = format!("{} {} {}", route.method, route.path, field.path);
                assert_eq!(answer.status, 400, "{context}: {}", answer.text);
                answer.problem(400, "malformed");
                assert!(answer.text.contains(field.path), "{context}: {}", answer.text);
            }
        }
    })
    .await;
}
