//! Clients, contents, versions and journeys: shapes, statuses, lists. J1, J3, section 8.

use crate::util::answer::{Journey, List, read};
use crate::util::app::PUBLIC_URL;
use crate::util::event::Pay;
use crate::util::make::{content, hypothesis};
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;
use std::collections::BTreeSet;

/// SPEC section 8, with 9.9 and 9.10.
const JOURNEY_FIELDS: [&str; 19] = [
    "client_id",
    "content_version_id",
    "derived_outcome",
    "first_viewed_at",
    "flags",
    "hypothesis_id",
    "id",
    "link",
    "livemode",
    "mark",
    "outcome",
    "outcome_source",
    "override",
    "paid_at",
    "payment_status",
    "payments",
    "price",
    "started_at",
    "withdrawn_at",
];

fn fields(json: &Value) -> Vec<&String> {
    json.as_object().unwrap().keys().collect()
}

#[tokio::test]
async fn a_journey_has_exactly_these_fields() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let body = json!({"client_id": client, "content_version_id": app.version().await});
        let answer = app.call(Some(Role::Editor), "POST", "/api/v1/journeys", Some(&body)).await;
        assert_eq!(answer.status, 201);
        assert_eq!(fields(&answer.json), JOURNEY_FIELDS);
        let journey: Journey = read(&answer.json);
        let said =
            (journey.outcome.as_str(), journey.outcome_source.as_str(), journey.payment_status.as_str());
        assert_eq!(said, ("pending", "none", "none"));
        assert_eq!(
            (journey.started_at.as_str(), &journey.first_viewed_at),
            ("2026-11-22T02:14:15.120Z", &None)
        );
        let token = journey.link.strip_prefix(&format!("{PUBLIC_URL}/j/")).expect("a link of ours");
        assert!(token.len() >= 32, "at least 128 bits in hex");
        assert_eq!(app.journey_now(&journey.id).await, journey);
        let list: List<Journey> = read(&app.get("/api/v1/journeys").await);
        assert_eq!((list.items, list.next), (vec![journey], None));
    })
    .await;
}

#[tokio::test]
async fn links_are_never_the_same() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let body = json!({"client_id": client, "content_version_id": app.version().await});
        let mut links = BTreeSet::new();
        for _ in 0..20 {
            links.insert(app.journey_with(&body).await.link);
        }
        assert_eq!(links.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn a_journey_may_bring_its_own_hypothesis_price_and_start() {
    on_both(async |app| {
        let made = app.post("/api/v1/contents", &content()).await;
        let client = app.client("ana@example.com", None).await;
        let body = json!({
            "client_id": client, "content_version_id": made["version"]["id"], "hypothesis": hypothesis(),
            "price": {"amount_minor": 5_000, "currency": "Kwd"}, "started_at": "2026-11-01T02:00:00+02:00"
        });
        let journey = app.journey_with(&body).await;
        assert_ne!(journey.hypothesis_id, made["version"]["hypothesis_id"].as_str().unwrap());
        assert_eq!((journey.price.amount_minor, journey.price.currency.as_str()), (5_000, "kwd"));
        assert_eq!(journey.started_at, "2026-11-01T00:00:00.000Z");
    })
    .await;
}

#[tokio::test]
async fn clients_keep_what_they_are_given() {
    on_both(async |app| {
        let body = json!({
            "name": "  Übergrößen 日本 👩‍👩‍👧‍👦 ", "email": "ANA@Example.com", "company": "Lima & Söhne",
            "attributes": {"size": "small", "seats": 12, "vip": true, "mood": "\u{202e}e\u{301}"},
            "stripe_customer_id": "cus_1"
        });
        let answer = app.call(Some(Role::Editor), "POST", "/api/v1/clients", Some(&body)).await;
        assert_eq!(answer.status, 201);
        let client = answer.json;
        let expected = ["attributes", "company", "created_at", "email", "id", "name", "stripe_customer_id"];
        assert_eq!(fields(&client), expected);
        assert_eq!(
            (&client["name"], &client["email"]),
            (&json!("Übergrößen 日本 👩‍👩‍👧‍👦"), &json!("ana@example.com"))
        );
        assert_eq!(
            client["attributes"],
            json!({"size": "small", "seats": "12", "vip": "true", "mood": "\u{202e}e\u{301}"})
        );
        assert_eq!(client["created_at"], "2026-11-22T02:14:15.120Z");
        let id = client["id"].as_str().unwrap();
        assert_eq!(app.get(&format!("/api/v1/clients/{id}")).await, client);
        let plain = app.post("/api/v1/clients", &json!({"name": "B", "email": "b@c.de"})).await;
        assert_eq!((&plain["company"], &plain["attributes"]), (&Value::Null, &json!({})));
        let found = app.get("/api/v1/journeys?q=ÜBERGRÖSSEN").await;
        assert_eq!(found["items"], json!([]), "it has no journey");
        app.call(Some(Role::Viewer), "GET", "/api/v1/clients/cli_none", None).await.problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn versions_count_up_and_keep_their_parent() {
    on_both(async |app| {
        let answer = app.call(Some(Role::Editor), "POST", "/api/v1/contents", Some(&content())).await;
        assert_eq!(answer.status, 201);
        let made = answer.json;
        assert_eq!(fields(&made), ["created_at", "id", "name", "version"]);
        let first = &made["version"];
        let expected = [
            "content_id",
            "created_at",
            "elements",
            "hypothesis_id",
            "id",
            "journey_id",
            "number",
            "pages",
            "parent_id",
            "price",
        ];
        assert_eq!(fields(first), expected);
        assert_eq!((&first["number"], &first["parent_id"]), (&json!(1), &Value::Null));
        let path = format!("/api/v1/contents/{}/versions", made["id"].as_str().unwrap());
        let mut body = content();
        body["price"]["currency"] = "USD".into();
        let bodies = (0..9).map(|_| app.call(Some(Role::Editor), "POST", &path, Some(&body)));
        let answers = futures_util::future::join_all(bodies).await;
        assert!(answers.iter().all(|a| a.status == 201), "editors at once take turns: {answers:?}");
        let list = app.get(&path).await;
        let versions = list["items"].as_array().unwrap();
        let numbers: Vec<i64> = versions.iter().map(|v| v["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=10).rev().collect::<Vec<_>>());
        assert!(versions.windows(2).all(|pair| pair[0]["parent_id"] == pair[1]["id"]));
        assert_eq!((&versions[9], &versions[0]["price"]["currency"]), (first, &json!("usd")));
        assert_ne!(versions[0]["hypothesis_id"], first["hypothesis_id"]);
        assert_eq!(app.get("/api/v1/contents").await["items"][0]["version"], versions[0], "the newest");
        let none =
            app.call(Some(Role::Editor), "POST", "/api/v1/contents/con_none/versions", Some(&body)).await;
        none.problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn lists_are_paged_without_gaps_or_repetition() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let version = app.version().await;
        for _ in 0..6 {
            app.client("more@example.com", None).await;
            app.version().await;
            app.journey_with(&json!({"client_id": client, "content_version_id": version})).await;
        }
        for (list, count) in [("clients", 7_usize), ("contents", 7), ("journeys", 6)] {
            let (mut ids, mut after, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = app.get(&format!("/api/v1/{list}?limit=3&after={after}")).await;
                assert_eq!(fields(&page), ["items", "next"]);
                pages += 1;
                ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()));
                match page["next"].as_str() {
                    Some(next) => next.clone_into(&mut after),
                    None => break,
                }
            }
            assert_eq!((ids.len(), pages), (count, count.div_ceil(3)), "{list}");
            assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "{list}: newest first, each once");
        }
    })
    .await;
}

#[tokio::test]
async fn journeys_are_found_by_what_became_of_them() {
    on_both(async |app| {
        let (paid, ghosted, open) = (app.journey().await, app.journey().await, app.journey().await);
        app.deliver(&Pay::of("found", &paid.id).success()).await;
        app.mark(&ghosted.id, "ghosted").await;
        let find = async |query: &str| {
            let list: List<Journey> = read(&app.get(&format!("/api/v1/journeys?{query}")).await);
            list.items.into_iter().map(|j| j.id).collect::<Vec<_>>()
        };
        assert_eq!(find("outcome=paid").await, [&*paid.id]);
        assert_eq!(find("outcome=ghosted").await, [&*ghosted.id]);
        assert_eq!(find("outcome=pending&payment_status=none").await, [&*open.id]);
        assert_eq!(find("payment_status=paid&outcome=paid&livemode=false&q=ana").await, [&*paid.id]);
        assert_eq!(find("payment_status=none").await, [&*open.id, &*ghosted.id]);
        assert_eq!(find("outcome=paid&payment_status=none").await, Vec::<String>::new());
        let list: List<Journey> = read(&app.get("/api/v1/journeys?outcome=paid").await);
        assert_eq!(list.items, [app.journey_now(&paid.id).await], "a list shows what the journey shows");
    })
    .await;
}
