//! The columns follow whatever happens, in any order. SPEC I1.

use super::{close, cohort};
use crate::routes::client::link;
use crate::util::answer::{Journey, read};
use crate::util::app::node;
use crate::util::event::Pay;
use crate::util::make::{content, hypothesis, text};
use crate::util::{Setup, TestApp, on_both};
use insight::facts::Standing;
use serde_json::json;
use server::api::access::Role;

const STEPS: usize = 80;

/// The same numbers on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

struct Story<'a> {
    app: &'a TestApp,
    journeys: Vec<Journey>,
    numbers: Numbers,
}

impl Story<'_> {
    async fn step(&mut self) {
        let (app, place) = (self.app, self.numbers.below(self.journeys.len()));
        let journey = self.journeys[place].clone();
        let pay = Pay { at_s: app.now_s(), ..Pay::of(&journey.id[4..], &journey.id) };
        app.advance(60);
        match self.numbers.below(13) {
            0 => self.journeys.extend(cohort(app, "more", 1, 3).await),
            1 | 2 => app.deliver(&[pay.event("charge.succeeded", 0, pay.charge("succeeded"))]).await,
            3 => {
                let part = [10_000, 50_000][self.numbers.below(2)];
                app.deliver(&[pay.event("charge.refunded", 20, pay.refunded(part))]).await;
            }
            4 => {
                let status = ["needs_response", "won", "lost"][self.numbers.below(3)];
                app.deliver(&[pay.event("charge.dispute.updated", 30, pay.dispute(50_000, status))]).await;
            }
            5 | 6 => {
                let outcome = ["responded", "ghosted", "paid", "pending"][self.numbers.below(4)];
                app.mark(&journey.id, outcome).await;
            }
            7 => close(app, &journey, ["ghosted", "paid", "pending"][self.numbers.below(3)]).await,
            8 => {
                let path = format!("/api/v1/journeys/{}/override", journey.id);
                app.call(Some(Role::Editor), "DELETE", &path, None).await;
            }
            9 => {
                let session = pay.session("expired", "unpaid");
                app.deliver(&[pay.event("checkout.session.expired", 5, session)]).await;
            }
            10 | 11 => drop(app.open_link(&link(&journey)).await),
            _ => self.give(&journey).await,
        }
    }

    /// Another text, and so another version, hypothesis and elements.
    async fn give(&mut self, journey: &Journey) {
        let body = json!({
            "pages": content()["pages"], "elements": {"headline": "claim"}, "hypothesis": hypothesis()
        });
        let path = format!("/api/v1/journeys/{}/content", journey.id);
        self.app.call(Some(Role::Editor), "POST", &path, Some(&body)).await;
    }
}

#[tokio::test]
async fn whatever_happens_is_what_a_load_at_once_gives() {
    on_both(async |app| {
        let journeys = cohort(app, "story", 6, 20).await;
        let mut story = Story { app, journeys, numbers: Numbers(20_261_122) };
        for step in 0..STEPS {
            story.step().await;
            if step % 8 == 0 {
                app.assert_followed().await;
            }
        }
        let counts = app.insights("conversion?by=version").await["overall"]["n"].as_u64().unwrap();
        assert!(counts > 6, "{counts}");
    })
    .await;
}

/// A client's journeys move to another segment with the client.
#[tokio::test]
async fn a_client_without_attributes_is_in_no_segment() {
    on_both(async |app| {
        let plain = app.journey().await;
        let tagged = cohort(app, "tagged", 1, 1).await;
        let answer = app.insights("conversion?by=segment").await;
        let keys: Vec<String> = answer["groups"].as_array().unwrap().iter().map(|g| text(g, "key")).collect();
        assert_eq!(keys, ["industry=tagged", "size=small"]);
        let now: Journey = read(&app.get(&format!("/api/v1/journeys/{}", plain.id)).await);
        assert_ne!(now.client_id, tagged[0].client_id);
    })
    .await;
}

/// More changes at once than the announcements hold.
#[tokio::test]
async fn a_flood_of_changes_loses_none() {
    on_both(async |app| {
        let journeys = cohort(app, "flood", 3, 3).await;
        app.caught_up().await;
        let mut conn = app.server.app.db.read().await.unwrap();
        let stored = store::journeys::get(&mut conn, &journeys[0].id).await.unwrap().unwrap();
        let change = server::apply::journeys::change(&stored, server::apply::VIEW);
        app.server.app.live.announce(vec![change; 5_000]);
        app.mark(&journeys[2].id, "paid").await;
        app.assert_followed().await;
        let answer = app.insights("conversion?by=content").await;
        assert_eq!(answer["groups"][0]["paid"], 1);
    })
    .await;
}

/// On SQLite too, where nobody is told: `whypaid reconcile` beside `whypaid serve`.
#[tokio::test]
async fn what_another_process_writes_is_taken_in() {
    on_both(async |app| {
        let known = cohort(app, "beside", 1, 3).await.remove(0);
        let other = node(&app.database.url, &app.clock, &Setup::default()).await;
        let standing = |id: &str| {
            let id = u128::from_str_radix(&id[4..], 16).unwrap();
            other
                .app
                .insights
                .read(|columns| columns.journey(id).map(|journey| journey.standing))
                .ok()
                .flatten()
        };
        let until = async |id: &str, wanted: fn(Standing) -> bool| {
            app.until("the other has taken it in", async || match standing(id) {
                Some(standing) if wanted(standing) => Ok(()),
                other => Err(format!("{other:?}")),
            })
            .await;
        };
        until(&known.id, |standing| standing == Standing::Open).await;
        app.mark(&known.id, "paid").await;
        let new = app.journey().await;
        until(&known.id, |standing| matches!(standing, Standing::Paid { .. })).await;
        until(&new.id, |standing| standing == Standing::Open).await;
        other.stop().await.unwrap();
    })
    .await;
}

/// Open pages are told once something has changed.
#[tokio::test]
async fn open_pages_are_told_of_changes() {
    on_both(async |app| {
        let mut told = app.server.app.insights.changes();
        let before = told.wait_for(Option::is_some).await.unwrap().unwrap();
        app.journey().await;
        let change = app.server.app.live.last();
        let reached = told.wait_for(|held| held.is_some_and(|held| held.change >= change)).await;
        assert!(reached.unwrap().unwrap().version > before.version);
    })
    .await;
}
