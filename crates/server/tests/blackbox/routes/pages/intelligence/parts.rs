//! What each part says of little data: true and useful, never a broken picture.

use super::{PARTS, part, said, summary};
use crate::routes::insights::{cohort, paid, paid_with};
use crate::util::on_both;

#[tokio::test]
async fn nothing_yet_is_said_in_every_part() {
    on_both(async |app| {
        app.caught_up().await;
        let page = app.page("/intelligence").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("aria-current=\"page\">Intelligence"), "{}", page.text);
        assert!(summary(app, "").await.contains("No journey started in this period."));
        let table = [
            ("next", "Nothing is known yet"),
            ("conversion", "No journey of this period has a content yet."),
            ("time-to-payment", "Nothing has been paid in this period yet"),
            ("revenue", "No journey of this period has brought money yet."),
            ("hypotheses", "No journey of this period has a hypothesis."),
            ("elements", "No effect can be estimated yet: no data yet."),
            ("paid-against-unpaid", "It takes paid journeys"),
            ("drop-off", "No journey started in this period."),
            ("weeks", "No journey yet"),
            ("refunds", "nothing can go back"),
            ("open-journeys", "No open journey is younger than the horizon."),
        ];
        assert_eq!(table.map(|(slug, _)| slug), PARTS);
        for (slug, want) in table {
            let said = said(app, slug, "").await;
            assert!(said.contains(want), "{slug}: {said}");
            assert!(!said.contains("NaN") && !said.contains("inf"), "{slug}: {said}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_journey_is_no_finding() {
    on_both(async |app| {
        let journey = app.journey().await;
        let words = summary(app, "").await;
        assert!(words.contains("One journey so far, not paid yet."), "{words}");
        assert!(words.contains("Insufficient: 1 of 20 needed"), "{words}");
        paid(app, &journey, 0).await;
        let words = summary(app, "").await;
        assert!(words.contains("One journey so far, and it was paid."), "{words}");
        assert!(words.contains("In all they brought $500.00, net of what went back."), "{words}");
        for slug in PARTS {
            let html = part(app, slug, "").await;
            assert!(!html.contains("NaN") && !html.contains("inf%"), "{slug}: {html}");
        }
        let next = said(app, "next", "").await;
        assert!(next.contains("Too little is known of Guarantee offer (about 19 more)."), "{next}");
    })
    .await;
}

/// Below its gate nothing has a verdict, a sign or a colour of success.
#[tokio::test]
async fn below_the_gate_nothing_looks_like_a_finding() {
    on_both(async |app| {
        // Not old enough for the worth of twenty journeys, but all of one side paid and none of the other.
        for journey in cohort(app, "paid", 8, 40).await {
            paid(app, &journey, 1).await;
        }
        cohort(app, "unpaid", 8, 40).await;
        for slug in PARTS {
            for by in ["content", "segment", "hypothesis", "element"] {
                let html = part(app, slug, &format!("&by={by}")).await;
                for sign in ["is-more", "is-less", "▲", "▼", "is-supported", "is-refuted", "is-use"] {
                    assert!(!html.contains(sign), "{slug} by {by} shows {sign}");
                }
            }
        }
        let conversion = said(app, "conversion", "").await;
        assert!(conversion.contains("insufficient: 8 of 20 needed"), "{conversion}");
        // A test of all groups together is a verdict, too.
        for slug in ["conversion", "time-to-payment", "refunds"] {
            let said = said(app, slug, "").await;
            assert!(!said.contains("og-rank"), "{slug}: {said}");
        }
        let hypotheses = said(app, "hypotheses", "").await;
        assert!(!hypotheses.contains("always saying the base rate. Within"), "{hypotheses}");
        assert!(!hypotheses.contains("better than always"), "{hypotheses}");
        assert!(!hypotheses.contains("Within the days"), "{hypotheses}");
    })
    .await;
}

#[tokio::test]
async fn a_difference_is_told_with_its_numbers_and_its_limits() {
    on_both(async |app| {
        for (number, journey) in cohort(app, "Strong", 30, 40).await.iter().enumerate() {
            if number < 24 {
                paid(app, journey, 2).await;
            }
        }
        for (number, journey) in cohort(app, "Weak", 30, 40).await.iter().enumerate() {
            if number < 6 {
                paid(app, journey, 2).await;
            }
        }
        let words = summary(app, "").await;
        assert!(words.contains("Journeys with Strong were paid within 30 days in 80 %"), "{words}");
        assert!(words.contains("against 20 % of the others; difference +60 points"), "{words}");
        assert!(words.contains("Associated with, not proof"), "{words}");
        let hypotheses = said(app, "hypotheses", "").await;
        assert!(hypotheses.contains("Within the days that were predicted, 50 %"), "{hypotheses}");
        let html = part(app, "conversion", "").await;
        assert!(html.contains("▲") && html.contains("interval is-more"), "{html}");
        let next = said(app, "next", "").await;
        assert!(next.contains("Favoured") && next.contains("not proof"), "{next}");
        let curves = part(app, "time-to-payment", "").await;
        assert!(
            curves.contains("class=\"band series-1\"") && curves.contains("Log-rank p &#60;"),
            "{curves}"
        );
    })
    .await;
}

#[tokio::test]
async fn when_none_or_all_paid_a_bound_is_told_and_nothing_is_compared() {
    on_both(async |app| {
        let journeys = cohort(app, "alike", 24, 40).await;
        for (all, bound) in [(false, "at most"), (true, "at least")] {
            if all {
                for journey in &journeys {
                    paid(app, journey, 1).await;
                }
            }
            let words = summary(app, "").await;
            let conversion = said(app, "conversion", "").await;
            assert!(words.contains(bound) && conversion.contains(bound), "{bound}: {words} {conversion}");
            for slug in PARTS {
                let said = said(app, slug, "").await;
                assert!(!said.contains("NaN") && !said.contains("inf "), "{slug}: {said}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn currencies_stay_apart_and_one_huge_payment_is_named() {
    on_both(async |app| {
        let journeys = cohort(app, "mixed", 60, 40).await;
        for (number, journey) in journeys.iter().take(20).enumerate() {
            let currency = ["usd", "eur", "gbp", "sek", "jpy"][number % 5];
            paid_with(app, journey, 1, 50_000, currency).await;
        }
        paid_with(app, &journeys[30], 1, 90_000_000, "usd").await;
        let words = summary(app, "").await;
        assert!(words.contains("currencies are never added together."), "{words}");
        let revenue = said(app, "revenue", "").await;
        assert!(revenue.contains("2 more currencies"), "{revenue}");
        let usd = said(app, "revenue", "&currency=usd").await;
        assert!(usd.contains("driven by 1 payment"), "{usd}");
        let weeks = said(app, "weeks", "&currency=eur").await;
        assert!(weeks.contains("€2,000.00") && !weeks.contains('$'), "{weeks}");
    })
    .await;
}

#[tokio::test]
async fn how_soon_money_goes_back_is_told_past_the_gate_only() {
    on_both(async |app| {
        let journeys = cohort(app, "Old offer", 30, 200).await;
        let mut payments = Vec::new();
        for (number, journey) in journeys.iter().enumerate() {
            payments.push(paid(app, journey, 2).await);
            if number == 9 {
                let refunds = part(app, "refunds", "").await;
                let few = said(app, "refunds", "").await;
                assert!(few.contains("Too few payments to say how soon money goes back"), "{few}");
                assert!(few.contains("insufficient: about 20 needed"), "{few}");
                assert!(
                    !refunds.contains("refund-curves-drawing") && !few.contains("expected to go back"),
                    "{few}"
                );
            }
        }
        let none = said(app, "refunds", "").await;
        assert!(none.contains("Nothing has gone back in this period."), "{none}");
        assert!(none.contains("within 90 days: at most"), "{none}");
        for pay in &payments[..6] {
            let mut refund = pay.refund("a", 50_000, "succeeded");
            refund["created"] = (pay.at_s + 10 * 86_400).into();
            app.deliver(&[pay.event("refund.created", 5, refund)]).await;
        }
        let html = part(app, "refunds", "").await;
        assert!(html.contains("refund-curves-drawing") && html.contains("Gave some back by day"), "{html}");
        assert!(html.contains("/api/v1/insights/time-to-refund?"), "{html}");
        let known = said(app, "refunds", "").await;
        assert!(known.contains("Gave some back within 30 days: 20 %"), "{known}");
        assert!(known.contains("half of those within 10 days"), "{known}");
        assert!(known.contains("Of $12,000.00 net now, nothing is expected to go back yet"), "{known}");
    })
    .await;
}

#[tokio::test]
async fn what_to_send_to_one_client_uses_those_like_it() {
    on_both(async |app| {
        cohort(app, "food", 25, 40).await;
        let clients = app.get("/api/v1/clients").await;
        let id = clients["items"][0]["id"].as_str().unwrap();
        let next = said(app, "next", &format!("&client_id={id}")).await;
        assert!(
            next.contains("Clients with size=small") || next.contains("Clients with industry=food"),
            "{next}"
        );
        let missing = app.page("/intelligence/next?piece=true&client_id=cli_1").await;
        assert_eq!(missing.status, 422);
    })
    .await;
}
