//! What people, clients and Stripe call things is text, wherever it is shown: stored scripts never run (SPEC R5).

use crate::util::app::{person_id, token};
use crate::util::event::Pay;
use crate::util::make::{content, text};
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

/// Breaks out of text, of an attribute, and of a script, if it is let.
const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";

/// Writes it into every field that takes a text; returns the pages that show some of them.
async fn plant(app: &TestApp) -> Vec<String> {
    let own = async |method: &str, path: &str, body: &Value| {
        app.call(Some(Role::Owner), method, path, Some(body)).await.ok()
    };
    let client = json!({
        "name": EVIL, "email": "ana@example.com", "company": EVIL, "attributes": {"size": EVIL},
        "stripe_customer_id": "cus_evil"
    });
    let client = text(&own("POST", "/api/v1/clients", &client).await, "id");
    let mut body = content();
    body["name"] = json!(EVIL);
    body["elements"] = json!({"headline": EVIL});
    body["hypothesis"]["statement"] = json!(EVIL);
    body["hypothesis"]["category"] = json!(&EVIL[..40]);
    for page in ["activation", "agreement", "confirmation", "processing"] {
        body["pages"][page] =
            json!(format!("{EVIL}\n\n[x](javascript:alert(1)) ![x](x\" onerror=\"alert(1))"));
    }
    let version = own("POST", "/api/v1/contents", &body).await["version"]["id"].clone();
    let journey =
        own("POST", "/api/v1/journeys", &json!({"client_id": client, "content_version_id": version})).await;
    let (id, link) = (text(&journey, "id"), text(&journey, "link"));
    own("POST", &format!("/api/v1/journeys/{id}/mark"), &json!({"outcome": "responded", "note": EVIL})).await;
    own("PUT", &format!("/api/v1/journeys/{id}/override"), &json!({"outcome": "ghosted", "reason": EVIL}))
        .await;
    let pay = Pay::new("evil");
    let mut charge = pay.charge("failed");
    charge["metadata"] = json!({"journeyId": id, "note": EVIL});
    charge["failure_message"] = json!(EVIL);
    charge["description"] = json!(EVIL);
    app.deliver(&[pay.event("charge.failed", 0, charge)]).await;
    own("POST", "/api/v1/tokens", &json!({"name": EVIL, "role": "viewer"})).await;
    own("PATCH", &format!("/api/v1/people/{}", person_id(Role::Owner)), &json!({"name": EVIL})).await;
    let path = link.rsplit_once("/j/").unwrap().1;
    vec![
        "/".to_owned(),
        format!("/?q={}", "%3Cscript%3Ealert(1)%3C/script%3E"),
        "/settings/set-up".to_owned(),
        "/settings/people".to_owned(),
        format!("/settings/people/{}", person_id(Role::Owner)),
        "/settings/tokens".to_owned(),
        "/settings/account".to_owned(),
        "/settings/audit".to_owned(),
        "/settings/audit?action=%22%3E%3Cscript%3Ealert(1)%3C/script%3E".to_owned(),
        format!("/j/{path}"),
        format!("/j/{path}/agreement"),
        format!("/j/{path}/confirmation"),
        format!("/j/{path}/processing"),
    ]
}

#[tokio::test]
async fn a_hostile_name_is_shown_as_text() {
    on_both(async |app| {
        let mut shown = 0;
        for path in plant(app).await {
            let agent = "Mozilla/5.0 <script>alert(1)</script>";
            let cookie = format!("whypaid={}", token(Role::Owner));
            let page = app.visit(&path, &[("cookie", &cookie), ("user-agent", agent)]).await;
            let is_page = page.status == 200 || page.status == 303;
            assert!(is_page, "{path}: {} {}", page.status, page.text);
            for live in ["<script>alert", "<img", "href=\"javascript:", ">49<"] {
                assert!(!page.text.contains(live), "{path} holds {live}: {}", page.text);
            }
            shown +=
                usize::from(page.text.contains("script&#62;alert") || page.text.contains("script&gt;alert"));
        }
        assert!(shown >= 6, "only {shown} pages showed it as text");
    })
    .await;
}

/// A spreadsheet would run a cell that begins like a formula.
#[tokio::test]
async fn a_hostile_name_is_no_formula() {
    on_both(async |app| {
        let body = json!({"name": "=HYPERLINK(\"https://evil.example\")", "role": "viewer"});
        app.call(Some(Role::Owner), "POST", "/api/v1/tokens", Some(&body)).await.ok();
        app.press(
            Some(Role::Owner),
            &format!("/settings/people/{}", person_id(Role::Owner)),
            &[("name", "=1+1"), ("role", "owner")],
        )
        .await;
        app.press(Some(Role::Owner), "/settings/tokens", &[("name", "T"), ("role", "viewer")]).await;
        let cookie = format!("whypaid={}", token(Role::Owner));
        let file = app.visit("/settings/audit.csv", &[("cookie", &cookie)]).await;
        assert_eq!(file.content_type, "text/csv; charset=utf-8");
        assert!(file.text.starts_with("at,actor,actor_id,action,object_id,detail\r\n"), "{}", file.text);
        assert!(file.text.contains(",'=1+1,") && !file.text.contains(",=1+1,"), "{}", file.text);
    })
    .await;
}
