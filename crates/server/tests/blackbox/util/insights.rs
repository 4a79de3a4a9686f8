//! What the statistics say, once they have taken in all that was announced.

use crate::util::TestApp;
use insight::facts::pass::{Question, ask};
use insight::facts::{Columns, Dimension, Filter};
use insight::gates::Gates;
use insight::report::{contrast, elements, funnel, hypotheses, returns};
use serde_json::Value;
use server::apply::VIEW;
use server::apply::journeys::change;
use std::fmt::Write as _;

impl TestApp {
    /// Waits until every announced change is in the columns.
    pub(crate) async fn caught_up(&self) {
        // What is applied is announced a moment later.
        self.sweep().await;
        self.until("the statistics have caught up", async || {
            let (app, insights) = (&self.server.app, &self.server.app.insights);
            let (held, announced) = (insights.as_of(), app.live.last());
            if held.is_some_and(|held| held.change >= announced) { Ok(()) } else { Err(format!("{held:?}")) }
        })
        .await;
    }

    /// Announces what was written to a journey by somebody else than this server.
    pub(crate) async fn announce(&self, journey_id: &str) {
        let mut conn = self.server.app.db.read().await.unwrap();
        let journey = store::journeys::get(&mut conn, journey_id).await.unwrap().expect("a journey");
        self.server.app.live.announce(vec![change(&journey, VIEW)]);
    }

    /// An answer of the statistics.
    pub(crate) async fn insights(&self, path: &str) -> Value {
        self.caught_up().await;
        let answer = self.get(&format!("/api/v1/insights/{path}")).await;
        assert!(!answer.to_string().contains("NaN"), "{answer}");
        answer
    }

    /// The columns that followed every change are those that a load at once gives.
    pub(crate) async fn assert_followed(&self) {
        self.caught_up().await;
        let (insights, now_s) = (&self.server.app.insights, u32::try_from(self.now_s()).unwrap());
        let fresh = insights.fresh().await.expect("loads");
        let followed = insights.read(|columns| everything(columns, now_s)).expect("they are loaded");
        let fresh = everything(&fresh, now_s);
        for (followed, fresh) in followed.lines().zip(fresh.lines()) {
            let apart = followed.bytes().zip(fresh.bytes()).position(|(a, b)| a != b);
            let apart = apart.unwrap_or(followed.len().min(fresh.len()));
            let near = |text: &str| {
                text.get(apart.saturating_sub(300)..)
                    .map_or_else(String::new, |t| t.chars().take(400).collect())
            };
            assert!(followed == fresh, "followed: …{}…\n   fresh: …{}…", near(followed), near(fresh));
        }
    }
}

/// All that the columns say, as text: `Debug` of floats is exact.
fn everything(columns: &Columns, as_of_s: u32) -> String {
    let mut all = String::new();
    for livemode in [false, true] {
        let filter = Filter { livemode, ..Filter::default() };
        let question = |by: Dimension| Question {
            filter: filter.clone(),
            by,
            as_of_s,
            horizon_days: 30,
            gates: Gates::default(),
        };
        for by in [
            Dimension::Everything,
            Dimension::Hypothesis,
            Dimension::Category,
            Dimension::Content,
            Dimension::Version,
            Dimension::Element,
            Dimension::Segment(None),
        ] {
            let _ = writeln!(all, "{by:?} {:?}", ask(columns, &question(by.clone())));
        }
        let question = question(Dimension::Everything);
        let _ = writeln!(all, "{:?}", returns::report(columns, &question));
        let _ = writeln!(all, "{:?}", funnel::report(columns, &question));
        let _ = writeln!(all, "{:?}", contrast::report(columns, &question));
        let _ = writeln!(all, "{:?}", elements::report(columns, &question));
        let _ = writeln!(all, "{:?}", hypotheses::report(columns, &question));
    }
    all
}
