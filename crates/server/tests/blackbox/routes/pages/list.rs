//! `GET /`: filters, pages, modes, and nothing of a client's name taken for HTML (SPEC D1, D10, H13).

use super::{ids, link, row, tiles, words};
use crate::util::{Setup, on_both, on_both_with};

#[tokio::test]
async fn a_new_journey_is_listed() {
    on_both(async |app| {
        let journey = app.journey().await;
        let page = app.page("/").await;
        assert_eq!((page.status, page.content_type.as_str()), (200, "text/html; charset=utf-8"));
        let want =
            "Ana Lima ana@example.com Guarantee offer v1 Pending No payment yet $500.00 just now –not paid";
        assert_eq!(row(&page.text, &journey.id).unwrap(), want);
        assert_eq!(tiles(&page.text), "Open 1 Paid 0 Ghosted 0 Refunded 0");
    })
    .await;
}

#[tokio::test]
async fn names_are_shown_not_run() {
    on_both(async |app| {
        let name = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;
        let id = app.journey_named(name, false).await;
        let html = app.page("/?q=%22%3E%3Cimg").await.text;
        assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
        assert!(row(&html, &id).unwrap().contains("&#60;script&#62;alert(1)"), "{html}");
        assert!(html.contains(r#"value="&#34;&#62;&#60;img""#), "the search box keeps it, harmless");
    })
    .await;
}

#[tokio::test]
async fn filters_are_in_the_address() {
    on_both(async |app| {
        let ana = app.journey_named("Ana Lima", false).await;
        let ben = app.journey_named("Ben Özdemir", false).await;
        app.mark(&ben, "responded").await;
        for (path, want) in [
            ("/", vec![&ben, &ana]),
            ("/?outcome=responded", vec![&ben]),
            ("/?outcome=&payment_status=&q=", vec![&ben, &ana]),
            ("/?payment_status=none&q=ana", vec![&ana]),
            ("/?q=%C3%96ZDEMIR", vec![&ben]),
            ("/?payment_status=paid", vec![]),
        ] {
            let html = app.page(path).await.text;
            assert_eq!(ids(&html).iter().collect::<Vec<_>>(), want, "{path}");
        }
        let html = app.page("/?outcome=responded&q=ben").await.text;
        assert!(html.contains(r#"<option value="responded" selected>"#) && html.contains(r#"value="ben""#));
        let nothing = words(&app.page("/?q=nobody").await.text);
        assert!(nothing.contains("No journey fits these filters"), "{nothing}");
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_newest_first() {
    on_both(async |app| {
        let mut made = Vec::new();
        for n in 0..5 {
            made.push(app.journey_named(&format!("Client {n}"), false).await);
        }
        made.reverse();
        let (mut seen, mut next) = (Vec::new(), Some("/?limit=2&q=client".to_owned()));
        while let Some(path) = next {
            let html = app.page(&path).await.text;
            assert_eq!(link(&html, "first").is_some(), !seen.is_empty(), "a way back from all but the first");
            seen.extend(ids(&html));
            next = link(&html, "next");
        }
        assert_eq!(seen, made);
        let past = app.page(&format!("/?after={}", made[4])).await;
        assert!(past.text.contains("That was the last page"));
    })
    .await;
}

#[tokio::test]
async fn modes_are_never_mixed() {
    let live_key = Setup { secret_key: Some("sk_live_1"), ..Setup::default() };
    on_both_with(live_key, async |app| {
        let live = app.journey_named("Live client", true).await;
        let test = app.journey_named("Test client", false).await;
        let default = app.page("/").await.text;
        assert_eq!(ids(&default), std::slice::from_ref(&live));
        assert_eq!(tiles(&default), "Open 1 Paid 0 Ghosted 0 Refunded 0");
        assert!(!words(&default).contains("Test mode."));
        assert_eq!(ids(&app.page("/?livemode=true").await.text), [live]);
        let tested = app.page("/?livemode=false").await.text;
        assert_eq!(ids(&tested), [test]);
        assert!(words(&tested).contains("Test mode. None of this is real money."));
    })
    .await;
}

#[tokio::test]
async fn an_empty_list_says_what_to_do() {
    on_both(async |app| {
        let empty = words(&app.page("/").await.text);
        for words in [
            "No test journeys yet",
            "Write a content",
            "Make a journey",
            "http://whypaid.test/api/webhooks/stripe",
        ] {
            assert!(empty.contains(words), "{words} is not in {empty}");
        }
        app.journey_named("Ana", false).await;
        let other = words(&app.page("/?livemode=true").await.text);
        assert!(other.contains("No live journeys yet") && other.contains("the other mode has 1"), "{other}");
    })
    .await;
}

#[tokio::test]
async fn people_get_pages_about_what_went_wrong_and_programs_get_problems() {
    on_both(async |app| {
        let missing = app.page("/nothing-here").await;
        assert_eq!((missing.status, missing.content_type.as_str()), (404, "text/html; charset=utf-8"));
        assert!(missing.headers.contains_key("content-security-policy"));
        let wrong = app.page("/?outcome=rich").await;
        assert_eq!(wrong.status, 422);
        assert!(words(&wrong.text).contains("outcome must be one of pending"), "{}", wrong.text);
        assert_eq!(app.page("/sign-out").await.status, 405);
        app.call(None, "GET", "/nothing-here", None).await.problem(404, "not_found");
        app.page("/api/v1/journeys/jrn_1").await.problem(404, "not_found");
    })
    .await;
}
