//! `/set-up`: the first owner, by the code that the server printed.

use super::sign_in::{cookies, header};
use crate::util::answer::Answer;
use crate::util::app::PASSWORD;
use crate::util::{Setup, TestApp, on_both, on_both_with};
use futures_util::future::join_all;
use server::people::set_up;

/// A server where nobody can sign in.
fn empty() -> Setup {
    Setup { people: false, ..Setup::default() }
}

impl TestApp {
    /// What a start prints.
    async fn code(&self) -> Option<String> {
        set_up::offer(&self.server.app.db, &self.server.app.context).await.unwrap()
    }

    async fn claim(&self, code: &str, email: &str) -> Answer {
        let fields = [("code", code), ("name", "Ana"), ("email", email), ("password", PASSWORD)];
        self.press(None, "/set-up", &fields).await
    }
}

#[tokio::test]
async fn whoever_knows_the_code_becomes_the_first_owner() {
    on_both_with(empty(), async |app| {
        assert_eq!(header(&app.visit("/sign-in", &[]).await, "location"), "/set-up");
        assert_eq!(app.visit("/set-up", &[]).await.status, 200);
        let code = app.code().await.unwrap();
        for wrong in ["", "0000-0000-0000-0000", &code[1..], &format!("{code}0")] {
            let refused = app.claim(wrong, "ana@example.com").await;
            assert!(
                refused.status == 422 && refused.text.contains("not the one"),
                "{wrong}: {}",
                refused.text
            );
        }
        let weak = [("code", code.as_str()), ("name", ""), ("email", "ana"), ("password", "short")];
        let refused = app.press(None, "/set-up", &weak).await;
        assert_eq!(refused.text.matches("field-fault").count(), 3, "{}", refused.text);
        let made = app.claim(&code.to_lowercase().replace('-', " "), "ana@example.com").await;
        assert_eq!((made.status, header(&made, "location")), (303, "/settings/set-up"));
        let cookie = cookies(&made).0;
        assert_eq!(app.visit("/settings/people", &[("cookie", &cookie)]).await.status, 200);
        assert_eq!(app.sign_in("ana@example.com", PASSWORD).await.status, 303);
        let log: Vec<String> =
            app.audit("").await.iter().map(|e| e["action"].as_str().unwrap().to_owned()).collect();
        assert_eq!(log, ["person.sign_in", "person.sign_in", "person.set_up"]);
    })
    .await;
}

#[tokio::test]
async fn afterwards_the_page_is_gone() {
    on_both(async |app| {
        assert_eq!(app.code().await, None);
        assert_eq!(header(&app.visit("/set-up", &[]).await, "location"), "/sign-in");
        assert_eq!(app.claim("0000-0000-0000-0000", "eve@example.com").await.status, 404);
    })
    .await;
}

/// Each start, on each node, prints a code of its own; all work until one is used, and then none.
#[tokio::test]
async fn every_starts_code_works_and_only_one_person_is_first() {
    on_both_with(empty(), async |app| {
        let codes = [app.code().await.unwrap(), app.code().await.unwrap(), app.code().await.unwrap()];
        let claims = codes.iter().enumerate().map(|(n, code)| {
            let email = format!("{n}@example.com");
            async move { app.claim(code, &email).await.status }
        });
        let mut statuses = join_all(claims).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404, 404]);
        assert_eq!(app.code().await, None);
    })
    .await;
}

#[tokio::test]
async fn codes_are_not_guessed() {
    on_both_with(empty(), async |app| {
        let code = app.code().await.unwrap();
        for _ in 0..10 {
            assert_eq!(app.claim("0000-0000-0000-0000", "eve@example.com").await.status, 422);
        }
        assert_eq!(app.claim(&code, "eve@example.com").await.status, 429);
        let stored = app.database.peek("SELECT hash FROM set_up_code").await.unwrap();
        assert!(stored.len() == 64 && !stored.contains(&code.replace('-', "")));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_thirty_days_of_starts() {
    on_both_with(empty(), async |app| {
        let old = app.code().await.unwrap();
        app.advance(30 * 86_400);
        let new = app.code().await.unwrap();
        assert_eq!(app.claim(&old, "ana@example.com").await.status, 422);
        assert_eq!(app.claim(&new, "ana@example.com").await.status, 303);
    })
    .await;
}
