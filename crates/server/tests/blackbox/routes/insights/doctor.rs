//! `whypaid doctor --verify` computes again what the statistics read of a journey.

use crate::util::event::Pay;
use crate::util::on_both;
use server::apply::verify::verify;

#[tokio::test]
async fn each_value_that_the_statistics_read_is_verified() {
    on_both(async |app| {
        let (ana, ben) = (app.journey_named("Ana", false).await, app.journey_named("Ben", false).await);
        app.deliver(&Pay::of("f", &ana).success()).await;
        let verified = async || verify(&app.server.app.db, |_| {}).await.unwrap().differences;
        assert!(verified().await.is_empty());
        let named = |id: &str| format!("journey {id}: the statistics do not read it as it is");
        for column in [
            "gross_minor",
            "refunded_minor",
            "lost_minor",
            "net_minor",
            "at_risk_minor",
            "ended_at_ms",
            "stage",
            "activation_ms",
            "agreement_ms",
            "confirmation_ms",
            "processing_ms",
        ] {
            app.database.meddle(&format!("UPDATE journey SET {column} = {column} + 1")).await;
            // Ben's is open: it has not ended, and nothing is null plus one.
            let wrong =
                if column == "ended_at_ms" { vec![named(&ana)] } else { vec![named(&ana), named(&ben)] };
            assert_eq!(verified().await, wrong, "{column}");
            app.database.meddle(&format!("UPDATE journey SET {column} = {column} - 1")).await;
        }
        app.database.meddle("UPDATE journey SET counted_currency = 'eur'").await;
        assert_eq!(verified().await, [named(&ana), named(&ben)]);
        app.database.meddle("UPDATE journey SET counted_currency = 'usd'").await;
    })
    .await;
}
