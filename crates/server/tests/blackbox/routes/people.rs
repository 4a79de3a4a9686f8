//! `/api/v1/people`: roles, invitations, and that there is always an owner (SPEC D8).

use crate::routes::pages::sign_in::{cookies, header};
use crate::util::answer::Answer;
use crate::util::app::{PASSWORD, PUBLIC_URL, email, person_id, token};
use crate::util::make::text;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::api::access::Role;

impl TestApp {
    async fn owner(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call(Some(Role::Owner), method, path, Some(body)).await
    }

    /// A person with a link; their id and the link's path.
    async fn invited(&self, name: &str, role: &str) -> (String, String) {
        let body = json!({"name": name, "email": format!("{name}@example.com"), "role": role});
        let made = self.owner("POST", "/api/v1/people", &body).await.ok();
        let link = text(&made["invitation"], "link");
        (text(&made, "id"), link.strip_prefix(PUBLIC_URL).expect("a link to here").to_owned())
    }
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_once() {
    on_both(async |app| {
        let (id, link) = app.invited("ben", "editor").await;
        assert_eq!(app.sign_in("ben@example.com", "").await.status, 401);
        // Looking uses nothing up.
        for _ in 0..2 {
            let page = app.visit(&link, &[]).await;
            assert!(page.status == 200 && page.text.contains("ben@example.com"), "{}", page.text);
        }
        for bad in ["short", "ben@example.com", "password1234"] {
            let refused = app.press(None, &link, &[("password", bad)]).await;
            assert!(refused.status == 422 && refused.text.contains("field-fault"), "{bad}: {}", refused.text);
            assert!(!refused.text.contains(bad) || bad.contains('@'), "a password is never shown");
        }
        let welcomed = app.press(None, &link, &[("password", "another four words")]).await;
        assert_eq!((welcomed.status, header(&welcomed, "location")), (303, "/"));
        assert_eq!(app.visit("/", &[("cookie", &cookies(&welcomed).0)]).await.status, 200);
        assert_eq!(app.press(None, &link, &[("password", "yet another four")]).await.status, 404);
        assert_eq!(app.sign_in("ben@example.com", "another four words").await.status, 303);
        let person = app.call(Some(Role::Owner), "GET", &format!("/api/v1/people/{id}"), None).await.ok();
        assert_eq!((&person["role"], &person["invited"]), (&json!("editor"), &json!(false)));
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_with_its_time_with_the_next_and_with_its_person() {
    on_both(async |app| {
        let (id, first) = app.invited("ben", "viewer").await;
        let again = app.owner("POST", &format!("/api/v1/people/{id}/invitation"), &json!({})).await.ok();
        let second = text(&again["invitation"], "link").replace(PUBLIC_URL, "");
        assert_eq!(app.visit(&first, &[]).await.status, 404);
        assert_eq!(app.visit(&second, &[]).await.status, 200);
        app.owner("PATCH", &format!("/api/v1/people/{id}"), &json!({"active": false})).await.ok();
        assert_eq!(app.visit(&second, &[]).await.status, 404);
        let refused = app.owner("POST", &format!("/api/v1/people/{id}/invitation"), &json!({})).await;
        refused.problem(409, "inactive");
        let (_, late) = app.invited("cleo", "viewer").await;
        app.advance(7 * 86_400);
        assert_eq!(app.visit(&late, &[]).await.status, 404);
    })
    .await;
}

/// A new link for somebody who forgot their password; once it is used, the old password and all sessions are over.
#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    on_both(async |app| {
        let (session, _) = cookies(&app.sign_in(&email(Role::Editor), PASSWORD).await);
        let path = format!("/api/v1/people/{}/invitation", person_id(Role::Editor));
        let made = app.owner("POST", &path, &json!({})).await.ok();
        assert_eq!(app.visit("/", &[("cookie", &session)]).await.status, 200, "until then all is as it was");
        let link = text(&made["invitation"], "link").replace(PUBLIC_URL, "");
        assert_eq!(app.press(None, &link, &[("password", "a brand new one!")]).await.status, 303);
        assert_eq!(app.visit("/", &[("cookie", &session)]).await.status, 401);
        assert_eq!(app.sign_in(&email(Role::Editor), PASSWORD).await.status, 401);
        assert_eq!(app.sign_in(&email(Role::Editor), "a brand new one!").await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_person_may_be_given_a_password_and_a_change_of_role_counts_at_once() {
    on_both(async |app| {
        let body = json!({"name": "Ben", "email": "Ben@Example.com", "role": "viewer", "password": PASSWORD});
        let made = app.owner("POST", "/api/v1/people", &body).await.ok();
        assert_eq!((&made["email"], &made["invitation"]), (&json!("ben@example.com"), &Value::Null));
        app.owner("POST", "/api/v1/people", &body).await.problem(422, "invalid");
        let (cookie, _) = cookies(&app.sign_in("ben@example.com", PASSWORD).await);
        assert_eq!(app.visit("/settings/people", &[("cookie", &cookie)]).await.status, 403);
        let path = format!("/api/v1/people/{}", text(&made, "id"));
        app.owner("PATCH", &path, &json!({"role": "owner"})).await.ok();
        assert_eq!(app.visit("/settings/people", &[("cookie", &cookie)]).await.status, 200);
        app.owner("PATCH", &path, &json!({"active": false})).await.ok();
        assert_eq!(app.visit("/settings/people", &[("cookie", &cookie)]).await.status, 401);
        assert_eq!(app.sign_in("ben@example.com", PASSWORD).await.status, 401);
        app.owner("PATCH", &path, &json!({"active": true})).await.ok();
        assert_eq!(app.sign_in("ben@example.com", PASSWORD).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays() {
    on_both(async |app| {
        let path = format!("/api/v1/people/{}", person_id(Role::Owner));
        let (invited, _) = app.invited("ben", "owner").await;
        for change in
            [json!({"role": "editor"}), json!({"active": false}), json!({"name": "x", "role": "viewer"})]
        {
            app.owner("PATCH", &path, &change).await.problem(409, "last_owner");
        }
        let form = format!("/settings/people/{}", person_id(Role::Owner));
        let page = app.press(Some(Role::Owner), &form, &[("name", "Ana"), ("role", "viewer")]).await;
        assert!(page.status == 409 && page.text.contains("last owner"), "{}", page.text);
        // One who was invited and never came cannot let anybody in, and may go.
        app.owner("PATCH", &format!("/api/v1/people/{invited}"), &json!({"role": "viewer"})).await.ok();
        app.owner("PATCH", &path, &json!({"name": "New name"})).await.ok();
    })
    .await;
}

/// Two owners who demote each other in the same moment: one of them stays.
#[tokio::test]
async fn two_owners_cannot_both_go() {
    on_both(async |app| {
        for round in 0..5 {
            let body = json!({
                "name": "Ben", "email": format!("{round}@example.com"), "role": "owner", "password": PASSWORD
            });
            let other = text(&app.owner("POST", "/api/v1/people", &body).await.ok(), "id");
            let first = app.call(Some(Role::Owner), "GET", "/api/v1/people?limit=200", None).await.ok();
            let owners = first["items"].as_array().unwrap().iter().filter(|p| p["role"] == "owner");
            let owners: Vec<String> = owners.map(|p| format!("/api/v1/people/{}", text(p, "id"))).collect();
            assert!(owners.len() == 2 && owners.iter().any(|path| path.ends_with(&other)));
            let demote = json!({"role": "viewer"});
            let answers = join_all(owners.iter().map(|path| app.owner("PATCH", path, &demote))).await;
            let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409]);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_a_hash_or_a_password() {
    on_both(async |app| {
        let list = app.call(Some(Role::Owner), "GET", "/api/v1/people", None).await;
        let keys: Vec<&String> = list.json["items"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["active", "created_at", "email", "id", "invited", "name", "role"]);
        for path in ["/settings/people", "/settings/account", "/settings/audit"] {
            let cookie = format!("whypaid={}", token(Role::Owner));
            let page = app.visit(path, &[("cookie", &cookie)]).await;
            assert!(page.status == 200 && !page.text.contains("argon2") && !page.text.contains(PASSWORD));
        }
    })
    .await;
}

/// While nobody can sign in with a password, tokens work all the same.
#[tokio::test]
async fn a_token_can_add_the_first_person() {
    on_both_with(Setup { people: false, ..Setup::default() }, async |app| {
        let body = json!({"name": "Ana", "email": "ana@example.com", "role": "owner", "password": PASSWORD});
        app.owner("POST", "/api/v1/people", &body).await.ok();
        assert_eq!(app.sign_in("ana@example.com", PASSWORD).await.status, 303);
        assert_eq!(header(&app.visit("/set-up", &[]).await, "location"), "/sign-in");
    })
    .await;
}
