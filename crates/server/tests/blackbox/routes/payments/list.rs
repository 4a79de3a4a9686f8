//! `GET /api/v1/payments`: shape, filters, paging.

use crate::util::answer::{List, Payment, read};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::Value;

/// SPEC section 8, and 9.8 for the last.
const FIELDS: [&str; 16] = [
    "at_risk_minor",
    "content_version_id",
    "currency",
    "gross_minor",
    "hypothesis_id",
    "id",
    "journey_id",
    "livemode",
    "lost_minor",
    "matched_by",
    "method",
    "net_minor",
    "paid_at",
    "refunded_minor",
    "status",
    "suggestions",
];

#[tokio::test]
async fn payments_have_exactly_these_fields() {
    on_both(async |app| {
        app.deliver(&Pay::new("shape").success()).await;
        let list = app.get("/api/v1/payments").await;
        let fields: Vec<&String> = list["items"][0].as_object().unwrap().keys().collect();
        assert_eq!(fields, FIELDS);
        assert_eq!(list["next"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn payments_are_paged_and_filtered() {
    on_both(async |app| {
        let journey = app.journey().await;
        for n in 0..5 {
            let pay = if n == 2 { Pay::of("page2", &journey.id) } else { Pay::new(&format!("page{n}")) };
            let mut events = pay.success();
            if n == 4 {
                events.push(pay.event("charge.refunded", 99, pay.refunded(50_000)));
            }
            app.deliver(&events).await;
        }
        let (mut seen, mut after) = (Vec::new(), String::new());
        for _ in 0..3 {
            let page: List<Payment> =
                read(&app.get(&format!("/api/v1/payments?limit=2&after={after}")).await);
            assert!(page.items.len() <= 2);
            seen.extend(page.items.into_iter().map(|p| p.id));
            after = page.next.unwrap_or_default();
        }
        assert_eq!((after.as_str(), seen.len()), ("", 5));
        assert_eq!(seen, ["pi_page4", "pi_page3", "pi_page2", "pi_page1", "pi_page0"], "newest first");
        let count = async |query: &str| {
            read::<List<Payment>>(&app.get(&format!("/api/v1/payments?{query}")).await).items.len()
        };
        let counts = [
            ("unmatched=true", 4),
            ("unmatched=false", 5),
            ("status=refunded", 1),
            ("status=paid", 4),
            ("status=paid&unmatched=true", 3),
            ("matched=true", 1),
            ("matched=false", 4),
            ("currency=USD", 5),
            ("currency=eur", 0),
            ("method=card", 5),
            ("method=sepa_debit", 0),
            ("from=2026-11-22", 5),
            ("from=2026-11-23", 0),
            ("to=2026-11-22", 5),
            ("to=2026-11-21", 0),
            ("from=2026-11-22&to=2026-11-22&status=paid&matched=false", 3),
            ("q=pi_page2", 1),
            ("q=ch_page3", 1),
            ("q=LIMA", 1),
            ("q=lima&matched=false", 0),
            ("q=nobody", 0),
            ("livemode=true", 0),
            ("livemode=false", 5),
            ("limit=200", 5),
            ("limit=1", 1),
        ];
        for (query, expected) in counts {
            assert_eq!(count(query).await, expected, "{query}");
        }
    })
    .await;
}
