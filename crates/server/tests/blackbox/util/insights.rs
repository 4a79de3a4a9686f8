//! What the statistics say, once they have taken in all that was announced.

use crate::util::TestApp;
use insight::facts::pass::{Question, ask};
use insight::facts::{Columns, Dimension, Filter};
use insight::report::{contrast, elements, funnel, hypotheses};
use serde_json::Value;
use std::fmt::Write as _;

impl TestApp {
    /// Waits until every announced change is in the columns.
    pub(crate) async fn caught_up(&self) {
        self.until("the statistics have caught up", async || {
            let (app, insights) = (&self.server.app, &self.server.app.insights);
            let (held, announced) = (insights.as_of(), app.live.last());
            if held.is_some_and(|held| held.change >= announced) { Ok(()) } else { Err(format!("{held:?}")) }
        })
        .await;
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
        assert_eq!(followed, everything(&fresh, now_s));
    }
}

/// All that the columns say, as text: `Debug` of floats is exact.
fn everything(columns: &Columns, as_of_s: u32) -> String {
    let mut all = String::new();
    for livemode in [false, true] {
        let filter = Filter { livemode, ..Filter::default() };
        let question = |by: Dimension| Question { filter: filter.clone(), by, as_of_s, horizon_days: 30 };
        for by in [
            Dimension::Everything,
            Dimension::Hypothesis,
            Dimension::Category,
            Dimension::Content,
            Dimension::Version,
            Dimension::Element,
            Dimension::Segments,
        ] {
            let _ = writeln!(all, "{by:?} {:?}", ask(columns, &question(by.clone())));
        }
        let question = question(Dimension::Everything);
        let _ = writeln!(all, "{:?}", funnel::report(columns, &question));
        let _ = writeln!(all, "{:?}", contrast::report(columns, &question));
        let _ = writeln!(all, "{:?}", elements::report(columns, &question));
        let _ = writeln!(all, "{:?}", hypotheses::report(columns, &question));
    }
    all
}
