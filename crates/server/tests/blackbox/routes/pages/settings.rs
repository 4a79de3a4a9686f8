//! `/settings`: what each role sees there, and that its forms do what they say.

use super::sign_in::{cookies, header};
use super::words;
use crate::util::answer::Answer;
use crate::util::app::{PASSWORD, email, person_id, token};
use crate::util::event::Pay;
use crate::util::stand_in::with_stand_in;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use server::api::access::Role;
use store::people;

impl TestApp {
    async fn settings(&self, role: Role, page: &str) -> Answer {
        let cookie = format!("whypaid={}", token(role));
        self.visit(&format!("/settings/{page}"), &[("cookie", &cookie)]).await
    }
}

/// The words of the navigation inside the settings.
fn tabs(page: &Answer) -> String {
    let start = page.text.find("settings-nav").expect("a navigation");
    words(&page.text[start - 20..start + page.text[start..].find("</nav>").unwrap()])
}

#[tokio::test]
async fn each_role_sees_what_it_may_use() {
    on_both(async |app| {
        for (role, want) in [
            (Role::Viewer, "Set-up Thresholds Your account"),
            (Role::Editor, "Set-up Thresholds Your account"),
            (Role::Owner, "Set-up People Tokens Thresholds Audit log Your account"),
        ] {
            assert!(tabs(&app.settings(role, "account").await).ends_with(want), "{role:?}");
            let first = app.visit("/", &[("cookie", &format!("whypaid={}", token(role)))]).await;
            assert_eq!(first.text.contains("first-steps"), role >= Role::Editor, "{role:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_is_changed_by_who_knows_the_password() {
    on_both(async |app| {
        let (here, _) = cookies(&app.sign_in(&email(Role::Viewer), PASSWORD).await);
        let change = async |current: &str, new: &str| {
            let fields = [("current_for_email", current), ("email", new)];
            app.press_with(&here, "/settings/account/email", &fields).await
        };
        let wrong = change("not my password", "new@example.com").await;
        assert!(wrong.status == 422 && wrong.text.contains("not your current password"), "{}", wrong.text);
        assert!(wrong.text.contains("new@example.com"), "what was typed is kept");
        let bad = change(PASSWORD, "nowhere").await;
        assert!(bad.status == 422 && bad.text.contains("must be an e-mail address"), "{}", bad.text);
        let taken = change(PASSWORD, &email(Role::Owner)).await;
        assert!(taken.status == 422 && taken.text.contains("Somebody has this address"), "{}", taken.text);
        let done = change(PASSWORD, "New@Example.com").await;
        assert_eq!((done.status, header(&done, "location")), (303, "/settings/account?done=email"));
        assert_eq!(app.visit("/", &[("cookie", &here)]).await.status, 200, "sessions stay");
        assert_eq!(app.sign_in(&email(Role::Viewer), PASSWORD).await.status, 401);
        assert_eq!(app.sign_in("new@example.com", PASSWORD).await.status, 303);
        let newest = &app.audit("&action=person.email").await[0];
        let want = serde_json::json!({"from": email(Role::Viewer), "to": "new@example.com"});
        assert!(newest["object_id"] == person_id(Role::Viewer) && newest["detail"] == want, "{newest}");
    })
    .await;
}

/// Passwords are known only at a sign-in: what was hashed with weaker parameters is hashed anew then.
#[tokio::test]
async fn a_dated_hash_is_made_anew_at_sign_in() {
    on_both(async |app| {
        let id = person_id(Role::Viewer);
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let dated =
            weak.hash_password_with_salt(b"four plain words here", b"sixteen bytes ..").unwrap().to_string();
        let mut conn = app.server.app.db.write().await.unwrap();
        people::set_password(&mut conn, &id, &dated).await.unwrap();
        conn.commit().await.unwrap();
        let stored = async || {
            let mut conn = app.server.app.db.read().await.unwrap();
            people::get(&mut conn, &id).await.unwrap().unwrap().password_hash.unwrap()
        };
        assert_eq!(app.sign_in(&email(Role::Viewer), "four plain words there").await.status, 401);
        assert_eq!(stored().await, dated);
        for _ in 0..2 {
            assert_eq!(app.sign_in(&email(Role::Viewer), "four plain words here").await.status, 303);
            assert!(stored().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    on_both(async |app| {
        let (here, _) = cookies(&app.sign_in(&email(Role::Viewer), PASSWORD).await);
        let change = async |current: &str, new: &str| {
            let fields = [("current", current), ("password", new)];
            app.press_with(&here, "/settings/account/password", &fields).await
        };
        let wrong = change("not my password", "a brand new one!").await;
        assert!(wrong.status == 422 && wrong.text.contains("not your current password"), "{}", wrong.text);
        let weak = change(PASSWORD, &email(Role::Viewer)).await;
        assert!(weak.status == 422 && weak.text.contains("must not be the e-mail address"), "{}", weak.text);
        let done = change(PASSWORD, "a brand new one!").await;
        assert_eq!((done.status, header(&done, "location")), (303, "/settings/account?done=password"));
        let elsewhere = format!("whypaid={}", token(Role::Viewer));
        for over in [here.as_str(), elsewhere.as_str()] {
            assert_eq!(
                app.visit("/", &[("cookie", over)]).await.status,
                401,
                "every session of before has ended"
            );
        }
        assert_eq!(app.visit("/", &[("cookie", &cookies(&done).0)]).await.status, 200);
        assert_eq!(app.sign_in(&email(Role::Viewer), PASSWORD).await.status, 401);
        assert_eq!(app.sign_in(&email(Role::Viewer), "a brand new one!").await.status, 303);
        let newest = &app.audit("&action=person.password").await[0];
        assert!(newest["object_id"] == person_id(Role::Viewer) && newest["detail"] == serde_json::json!({}));
    })
    .await;
}

#[tokio::test]
async fn one_signs_out_everywhere_else() {
    on_both(async |app| {
        let (here, _) = cookies(&app.sign_in(&email(Role::Viewer), PASSWORD).await);
        let done = app.press_with(&here, "/settings/account/others", &[]).await;
        assert_eq!(header(&done, "location"), "/settings/account?done=others");
        assert_eq!(app.visit("/", &[("cookie", &here)]).await.status, 200);
        assert_eq!(app.settings(Role::Viewer, "account").await.status, 401);
        assert_eq!(app.settings(Role::Editor, "account").await.status, 200, "nobody else's");
    })
    .await;
}

#[tokio::test]
async fn an_owner_adds_changes_and_shuts_out_by_form() {
    on_both(async |app| {
        let fields = [("name", "Ben"), ("email", "ben@example.com"), ("role", "editor")];
        let made = app.press(Some(Role::Owner), "/settings/people", &fields).await;
        assert!(made.status == 201 && made.text.contains("/welcome/"), "{}", made.text);
        let list = app.settings(Role::Owner, "people").await.text;
        assert!(!list.contains("/welcome/"), "the link is shown once");
        assert!(words(&list).contains("Benben@example.com Editor Invited"), "{}", words(&list));
        let again = app.press(Some(Role::Owner), "/settings/people", &fields).await;
        assert!(
            again.status == 422 && again.text.contains("Somebody has this address already"),
            "{}",
            again.text
        );
        let path = format!("/settings/people/{}", person_id(Role::Editor));
        for (fields, done) in [
            (vec![("name", "Cleo"), ("role", "viewer")], "changed"),
            (vec![("active", "false")], "shut-out"),
            (vec![("active", "true")], "let-in"),
        ] {
            let answer = app.press(Some(Role::Owner), &path, &fields).await;
            assert_eq!(header(&answer, "location"), format!("{path}?done={done}"));
        }
        let one = app.visit(&path, &[("cookie", &format!("whypaid={}", token(Role::Owner)))]).await;
        assert!(one.text.contains("Cleo") && words(&one.text).contains("Nowhere at the moment"));
        assert_eq!(
            app.press(Some(Role::Editor), &path, &[("role", "owner")]).await.status,
            401,
            "was shut out"
        );
        assert_eq!(app.press(Some(Role::Viewer), &path, &[("role", "owner")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_tokens_secret_is_shown_once() {
    on_both(async |app| {
        let made =
            app.press(Some(Role::Owner), "/settings/tokens", &[("name", "Export"), ("role", "viewer")]).await;
        let start = made.text.find("why_").expect("the secret");
        let secret = made.text[start..start + 52].to_owned();
        assert_eq!(
            app.visit("/api/v1/journeys", &[("authorization", &format!("Bearer {secret}"))]).await.status,
            200
        );
        assert!(!app.settings(Role::Owner, "tokens").await.text.contains("why_"));
        let nameless = app.press(Some(Role::Owner), "/settings/tokens", &[("role", "viewer")]).await;
        assert!(nameless.status == 422 && nameless.text.contains("Name is required."), "{}", nameless.text);
        let log = app.settings(Role::Owner, "audit?action=token").await;
        let told = words(&log.text);
        assert!(told.contains("token.create") && !log.text.contains(&secret), "{told}");
    })
    .await;
}

/// An address is anybody's to write: it says only what we say.
#[tokio::test]
async fn the_word_in_an_address_is_one_of_ours() {
    on_both(async |app| {
        let page = app.settings(Role::Owner, "people?done=changed").await;
        assert!(page.text.contains("Saved."));
        let page = app.settings(Role::Owner, "people?done=You+have+been+hacked").await;
        assert!(page.status == 200 && !page.text.contains("hacked"));
    })
    .await;
}

#[tokio::test]
async fn first_steps_turn_green_as_they_are_taken() {
    with_stand_in(async |app, stripe| {
        crate::util::stand_in::listen(app, stripe);
        let done = async || {
            let piece = app.settings(Role::Owner, "set-up/steps").await.text;
            piece.matches("first-step is-done").count()
        };
        app.until("Stripe answered for the key", async || match done().await {
            2 => Ok(()),
            n => Err(format!("{n} done")),
        })
        .await;
        let page = app.settings(Role::Owner, "set-up").await.text;
        assert!(
            page.contains("4 of 6 left") && page.contains("data-refresh=\"/settings/set-up/steps\""),
            "{page}"
        );
        assert!(page.contains("<b>test</b> money"), "{page}");
        let journey = app.journey().await.id;
        assert_eq!(done().await, 4, "content and journey");
        let pay = Pay::new("first");
        let mut charge = pay.charge("succeeded");
        charge["metadata"] = serde_json::json!({"journeyId": journey});
        app.deliver(&[pay.event("charge.succeeded", 0, charge)]).await;
        let page = app.settings(Role::Owner, "set-up").await.text;
        assert!(page.contains("All is set up") && !page.contains("data-refresh"), "{page}");
        let first = app.visit("/", &[("cookie", &format!("whypaid={}", token(Role::Owner)))]).await;
        assert!(!first.text.contains("first-steps"));
    })
    .await;
}

#[tokio::test]
async fn a_step_that_is_open_says_what_to_do() {
    on_both_with(Setup { webhook_secrets: "", ..Setup::default() }, async |app| {
        let page = words(&app.settings(Role::Owner, "set-up").await.text);
        for words in [
            "6 of 6 left",
            "STRIPE_WEBHOOK_SECRET",
            "/api/webhooks/stripe",
            "STRIPE_SECRET_KEY",
            "stripe trigger",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    })
    .await;
}

/// Stripe is away: the page is there at once all the same, and says so when it is known.
#[tokio::test]
async fn a_key_that_cannot_be_tried_does_not_hold_up_the_page() {
    on_both_with(Setup { secret_key: Some("sk_test_away"), ..Setup::default() }, async |app| {
        assert!(words(&app.settings(Role::Owner, "set-up").await.text).contains("Asking Stripe"));
        app.until("it is known", async || {
            let page = words(&app.settings(Role::Owner, "set-up").await.text);
            if page.contains("Stripe could not be asked") { Ok(()) } else { Err(page) }
        })
        .await;
    })
    .await;
}
