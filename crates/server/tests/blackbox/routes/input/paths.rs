//! Ids in paths.

use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

/// As they stand in the URL.
fn hostile_ids() -> Vec<String> {
    let ids = [
        "%00",
        "a%00b",
        "%ff",
        "%c3%28",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f",
        "%27%3B%20DROP%20TABLE%20journey--",
        "%22",
        "%F0%9F%91%A9",
        "%E2%80%AE",
        "%20",
        "%0d%0aX-Evil:%201",
        "null",
        "-1",
        "0",
        "*",
        "jrn_",
        "%25s",
        "jrn_%zz",
        "jrn_00000000000000000000000000000000",
        "JRN_00000000000000000000000000000000",
        "evt_none",
        "pi_none",
    ];
    let mut ids = ids.map(str::to_owned).to_vec();
    ids.push("x".repeat(10_000));
    ids.push("%00".repeat(3_000));
    ids
}

#[tokio::test]
async fn an_id_that_names_nothing_is_a_404() {
    on_both(async |app| {
        let docs = app.call(None, "GET", "/openapi.json", None).await.ok();
        // Good for every route, so that nothing but the id is at fault.
        let journey = app.journey().await;
        let mut body = crate::util::make::content();
        for (field, value) in
            [("journey_id", json!(journey.id)), ("outcome", json!("paid")), ("reason", json!("x"))]
        {
            body[field] = value;
        }
        body["stripe_customer_id"] = json!("cus_1");
        body["text"] = json!("x");
        body["revision"] = json!(0);
        let (mut tried, mut wrong) = (0, Vec::new());
        for (path, methods) in
            docs["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("{id}"))
        {
            for method in methods.as_object().unwrap().keys() {
                for id in hostile_ids() {
                    let answer = app
                        .call(
                            Some(Role::Owner),
                            &method.to_uppercase(),
                            &path.replace("{id}", &id),
                            Some(&body),
                        )
                        .await;
                    tried += 1;
                    if (answer.status, answer.content_type.as_str()) != (404, "application/problem+json") {
                        wrong.push(format!("{method} {path} {id:.40}: {} {}", answer.status, answer.text));
                        continue;
                    }
                    answer.problem(404, "not_found");
                }
            }
        }
        assert!(wrong.is_empty() && tried > 200, "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    })
    .await;
}
