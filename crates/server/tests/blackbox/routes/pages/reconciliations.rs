//! `/reconciliations`, `/reconciliations/{id}`, and their files (SPEC D7, H12).

use super::{ids, location, words};
use crate::util::event::Pay;
use crate::util::on_both;
use crate::util::stand_in::with_stand_in;
use server::api::access::Role;
use server::reconcile;

#[tokio::test]
async fn one_is_started_with_a_click_and_names_what_differs() {
    with_stand_in(async |app, _| {
        assert!(words(&app.page("/reconciliations").await.text).contains("Not compared with Stripe yet"));
        // Stripe knows nothing of it.
        app.deliver(&Pay { at_s: app.now_s() - 3_600, ..Pay::new("odd") }.success()).await;
        app.advance(60);
        assert!(words(&app.page_of_editor("/reconciliations").await).contains("Compare now"));
        assert_eq!(app.submit(Role::Viewer, "/reconciliations", "since=all").await.status, 403);
        assert_eq!(app.submit(Role::Editor, "/reconciliations", "since=ever").await.status, 422);
        let answer = app.submit(Role::Editor, "/reconciliations", "since=all").await;
        let path = location(&answer).to_owned();
        let html = app
            .until("the report is there", async || {
                let html = app.page(&path).await.text;
                if words(&html).contains("Differs") { Ok(html) } else { Err(words(&html)) }
            })
            .await;
        let text = words(&html);
        assert!(text.contains("3 differences"), "{text}");
        assert!(text.contains("Charges USD 0 $0.00 1 $500.00 +1, $500.00"), "{text}");
        assert!(text.contains("pi_odd at Stripe, in a new tab"), "{text}");
        assert!(
            html.contains("https://dashboard.stripe.com/test/payments/pi_odd\"")
                && html.contains("href=\"/payments/pi_odd\"")
        );
        let charges = app.page(&format!("{path}?kind=charges")).await.text;
        assert_eq!(ids(&charges), ["ch_odd"]);
        assert!(
            words(&app.page(&format!("{path}?q=ch_none")).await.text)
                .contains("No difference fits these filters")
        );
        let file = app.page(&format!("{path}/differences.csv?kind=charges")).await.text;
        assert_eq!(file.lines().nth(1).unwrap(), "ch_odd,charges,usd,Stripe does not list it,,50000");
        assert_eq!(file.lines().count(), 2);
        let list = words(&app.page("/reconciliations?differs=true").await.text);
        assert!(list.contains("Differs everything") && list.contains("3 differences"), "{list}");
        assert_eq!(app.page("/reconciliations.csv").await.text.lines().count(), 2);
        assert_eq!(app.page("/reconciliations/rec_none").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn it_says_when_one_is_under_way_or_was_interrupted() {
    with_stand_in(async |app, _| {
        let Ok(begun) = reconcile::begin(&app.server.app, None).await else { panic!("it begins") };
        let list = words(&app.page_of_editor("/reconciliations").await);
        assert!(list.contains("Running at events") && list.contains("A comparison is under way"), "{list}");
        assert_eq!(app.submit(Role::Editor, "/reconciliations", "since=1d").await.status, 409);
        let path = format!("/reconciliations/{}", begun.id());
        assert!(words(&app.page(&path).await.text).contains("Under way, at events."));
        drop(begun);
        app.advance(60);
        assert!(words(&app.page("/reconciliations").await.text).contains("Interrupted the next goes on"));
        assert!(words(&app.page(&path).await.text).contains("It was interrupted at events"));
    })
    .await;
}

#[tokio::test]
async fn without_a_key_it_says_what_to_set() {
    on_both(async |app| {
        let text = words(&app.page_of_editor("/reconciliations").await);
        assert!(text.contains("set STRIPE_SECRET_KEY and restart"), "{text}");
        assert_eq!(app.submit(Role::Editor, "/reconciliations", "since=all").await.status, 409);
    })
    .await;
}
