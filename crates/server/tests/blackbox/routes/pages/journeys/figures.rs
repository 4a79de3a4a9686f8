//! `/journeys/{id}/analysis` and `…/correlation` show what the statistics say, `/journeys/new` what to send next.

use super::panel;
use crate::util::event::Pay;
use crate::util::on_both;
use server::api::access::Role;

#[tokio::test]
async fn a_payment_is_shown_beside_all_other_journeys() {
    on_both(async |app| {
        let id = app.journey().await.id;
        let pay = Pay::of("figures", &id);
        app.deliver(&pay.success()).await;
        app.caught_up().await;
        let analysis = panel(&app.page(&format!("/journeys/{id}/analysis")).await.text);
        for words in
            ["What it was given, elsewhere", "Paid after", "Guarantee offer", "Associated with, not proof"]
        {
            assert!(analysis.contains(words), "{words}: {analysis}");
        }
        let correlation = panel(&app.page(&format!("/journeys/{id}/correlation")).await.text);
        assert!(correlation.contains("With this journey"), "{correlation}");
        for text in [analysis, correlation] {
            let text = text.to_lowercase();
            assert!(!["caused", "drove", "because of"].iter().any(|word| text.contains(word)), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_journey_begins_with_the_evidence() {
    on_both(async |app| {
        app.journey().await;
        app.caught_up().await;
        let page = app.page_as(Role::Editor, "/journeys/new").await.text;
        assert!(page.contains("What to send next: the evidence so far"), "{page}");
    })
    .await;
}
