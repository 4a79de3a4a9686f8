//! Lives through what the crowd did: journeys go straight into the store, payments into the stand-in's account, and
//! their events the way all events go, through ingest and apply, only without HTTP between. A week at a time, so that
//! the books are never far behind the clock.

use super::Demo;
use super::crowd::{self, After, End, Visitor};
use crate::apply::journeys::change;
use crate::cli::Failed;
use crate::ids::{IdKind, secret};
use crate::ingest;
use futures_util::future::join_all;
use ledger::journey::JourneyFacts;
use ledger::judge;
use serde_json::json;
use stand_in::{DisputeStep, Outcome, Sale};
use std::collections::{BTreeMap, VecDeque};
use store::checkouts::StoredCheckout;
use store::clients::StoredClient;
use store::contents::{self, StoredHypothesis, StoredVersion};
use store::journeys::StoredJourney;
use store::views::PageView;

/// Between two writings.
const WRITE_EVERY_S: i64 = 7 * 86_400;
/// A dispute or a refund comes so long after the payment.
const REGRET_S: i64 = 4 * 86_400;
/// Pages, in the order a client reads them.
const STEPS: [&str; 4] = ["activation", "agreement", "confirmation", "processing"];

/// The crowd's part of the past, as far as it is not lived yet.
pub(super) struct History {
    now_s: i64,
    visitors: VecDeque<Visitor>,
    versions: Vec<(StoredVersion, String)>,
    /// Ids of [`crowd::OWN`].
    own: Vec<String>,
    /// What happens when, of journeys that have begun; the number keeps two of one second apart.
    ahead: BTreeMap<(i64, usize), (Begun, Deed)>,
    deeds: usize,
    waiting: Waiting,
    written_s: i64,
}

/// Not in the store yet.
#[derive(Default)]
struct Waiting {
    clients: Vec<StoredClient>,
    journeys: Vec<StoredJourney>,
    views: Vec<PageView>,
    checkouts: Vec<StoredCheckout>,
    bodies: Vec<String>,
}

/// A journey that has begun.
#[derive(Clone)]
struct Begun {
    journey: StoredJourney,
    email: String,
    title: String,
    session: String,
}

#[derive(Clone, Copy)]
enum Deed {
    Pays(After),
    Abandons,
    Expires,
    Regrets(After),
}

impl Demo {
    /// Further versions of the offers, and everybody who will come until `now_s`.
    pub(super) async fn plan_history(&self, content_ids: &[String], now_s: i64) -> Result<History, Failed> {
        let mut ids: Vec<String> =
            self.versions.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
        for (offer, body) in crowd::variants() {
            let path = format!("/api/v1/contents/{}/versions", content_ids[offer]);
            ids.push(super::text(&self.post(&path, &body).await?["id"])?);
        }
        let own = self.own_hypotheses().await?;
        let mut conn = self.server.app.db.read().await?;
        let mut versions = Vec::new();
        for id in &ids {
            let missing = || Failed::Other("a version of the demo is not there".to_owned());
            let version = contents::get_version(&mut conn, id).await?.ok_or_else(missing)?;
            let title = contents::get_content(&mut conn, &version.content_id)
                .await?
                .map_or(String::new(), |c| c.name);
            versions.push((version, title));
        }
        Ok(History {
            now_s,
            visitors: crowd::crowd(now_s).into(),
            versions,
            own,
            ahead: BTreeMap::new(),
            deeds: 0,
            waiting: Waiting::default(),
            written_s: self.clock.now_s(),
        })
    }

    async fn own_hypotheses(&self) -> Result<Vec<String>, Failed> {
        let app = &self.server.app;
        let mut conn = app.db.ledger().await?;
        let mut ids = Vec::new();
        for (statement, category, predicted) in crowd::OWN {
            let hypothesis = StoredHypothesis {
                id: app.context.ids.make(IdKind::Hypothesis),
                statement: (*statement).to_owned(),
                category: (*category).to_owned(),
                predicted_probability: Some(*predicted),
                predicted_days: Some(5),
                created_at_ms: app.context.clock.now_ms(),
            };
            contents::insert_hypothesis(&mut conn, &hypothesis).await?;
            ids.push(hypothesis.id);
        }
        conn.commit().await?;
        Ok(ids)
    }

    /// Lives on until `until_s`.
    pub(super) async fn live_on(&self, history: &mut History, until_s: i64) -> Result<(), Failed> {
        while let Some(at_s) = history.next_s().filter(|at_s| *at_s <= until_s) {
            if at_s - history.written_s >= WRITE_EVERY_S {
                self.write(history).await?;
                history.written_s = at_s;
            }
            // What falls due on the way is told like the rest: a webhook would be too old by the time it arrives.
            let ((), bodies) =
                self.stand_in.with(|account| account.quietly(|account| account.advance_to(at_s)));
            history.waiting.bodies.extend(bodies);
            if history.visitors.front().is_some_and(|visitor| visitor.began_s == at_s) {
                if let Some(visitor) = history.visitors.pop_front() {
                    self.begins(history, visitor);
                }
            } else if let Some((_, (begun, deed))) = history.ahead.pop_first() {
                self.does(history, begun, deed);
            }
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) async fn finish_history(&self, mut history: History) -> Result<(), Failed> {
        self.live_on(&mut history, i64::MAX).await?;
        self.write(&mut history).await
    }

    fn begins(&self, history: &mut History, visitor: Visitor) {
        let app = &self.server.app;
        let make = |kind| app.context.ids.make(kind);
        let began_ms = visitor.began_s * 1000;
        let attributes = [("industry", visitor.industry), ("size", visitor.size)];
        let client = StoredClient {
            id: make(IdKind::Client),
            name: visitor.name,
            email: visitor.email,
            company: Some(visitor.company),
            attributes: attributes.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            stripe_customer_id: None,
            created_at_ms: began_ms,
        };
        let (version, title) = &history.versions[visitor.version];
        let nothing =
            JourneyFacts { price: version.price, payments: &[], opened: &[], mark: None, pinned: None };
        let journey = StoredJourney {
            id: make(IdKind::Journey),
            client_id: client.id.clone(),
            token: secret(),
            content_version_id: version.id.clone(),
            hypothesis_id: visitor.own.map_or(&version.hypothesis_id, |own| &history.own[own]).clone(),
            price: version.price,
            livemode: false,
            started_at_ms: began_ms,
            first_viewed_at_ms: (visitor.pages_s[0] > 0).then_some(began_ms + 1),
            mark: None,
            pinned: None,
            history_count: 0,
            judgement: judge(&nothing),
            changed_at_ms: began_ms,
        };
        let mut at_ms = began_ms + 1;
        for (step, seconds) in STEPS.iter().zip(visitor.pages_s).filter(|(_, seconds)| *seconds > 0) {
            history.waiting.views.push(PageView {
                journey_id: journey.id.clone(),
                id: make(IdKind::View),
                at_ms,
                step: (*step).to_owned(),
                content_version_id: version.id.clone(),
                visible_ms: seconds * 1000,
            });
            at_ms += seconds * 1000 + 500;
        }
        let (email, title) = (client.email.clone(), title.clone());
        history.waiting.clients.push(client);
        history.waiting.journeys.push(journey.clone());
        let begun = Begun { journey, email, title, session: String::new() };
        match visitor.end {
            End::Leaves => {}
            End::Abandons { after_s } => history.plan(visitor.began_s + after_s, begun, Deed::Abandons),
            End::Pays { after_s, then } => history.plan(visitor.began_s + after_s, begun, Deed::Pays(then)),
        }
    }

    fn does(&self, history: &mut History, mut begun: Begun, deed: Deed) {
        let acted = self.stand_in.with(|account| {
            if begun.session.is_empty() {
                begun.session = account.sell(begun.sale());
                history.waiting.checkouts.push(begun.checkout(account.now_ms()));
            }
            let session = begun.session.as_str();
            let fifth_minor = begun.journey.price.amount_minor / 5;
            account.quietly(|account| match deed {
                Deed::Pays(_) => account.complete(session, Outcome::Paid),
                Deed::Expires => account.expire(session),
                Deed::Regrets(After::PartRefund) => account.refund(session, Some(fifth_minor)).map(drop),
                Deed::Regrets(After::Refund) => account.refund(session, None).map(drop),
                Deed::Regrets(After::DisputeLost) => account.dispute(session, DisputeStep::Lost).map(drop),
                Deed::Abandons | Deed::Regrets(After::Stays) => Ok(()),
            })
        });
        let (done, bodies) = acted;
        if let Err(refused) = done {
            tracing::debug!(%refused, "a deed of the demo's past could not be done");
        }
        history.waiting.bodies.extend(bodies);
        let now_s = self.clock.now_s();
        match deed {
            Deed::Pays(then) if then != After::Stays => {
                history.plan(now_s + REGRET_S, begun, Deed::Regrets(then));
            }
            Deed::Abandons => history.plan(now_s + 20 * 3600, begun, Deed::Expires),
            _ => {}
        }
    }

    /// The journeys in one transaction; then their events, all at once.
    async fn write(&self, history: &mut History) -> Result<(), Failed> {
        let Waiting { clients, journeys, views, checkouts, bodies } = std::mem::take(&mut history.waiting);
        let app = &self.server.app;
        let mut conn = app.db.ledger().await?;
        store::clients::insert_all(&mut conn, &clients).await?;
        for journey in &journeys {
            store::journeys::insert(&mut conn, journey).await?;
        }
        store::views::insert(&mut conn, &views).await?;
        let viewed = views.into_iter().map(|view| view.journey_id).collect();
        store::facts::note_views(&mut conn, viewed).await?;
        for checkout in &checkouts {
            store::checkouts::insert(&mut conn, checkout).await?;
        }
        let changes = journeys.iter().map(|journey| change(journey, "created")).collect();
        app.live.commit(conn, changes).await?;
        let now_ms = app.context.clock.now_ms();
        let unreadable = |_| Failed::Other("the demo’s Stripe told something unreadable".to_owned());
        let events = bodies.iter().map(|body| ingest::read(body.as_bytes(), now_ms).map_err(unreadable));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let taken = join_all(events.into_iter().map(|event| app.ingest.store(event))).await;
        if taken.iter().any(Result::is_err) {
            return Err(Failed::Other("the demo’s past could not be stored".to_owned()));
        }
        self.applied().await
    }
}

impl History {
    /// When the next thing happens; nothing after now.
    fn next_s(&self) -> Option<i64> {
        let begins = self.visitors.front().map(|visitor| visitor.began_s);
        let does = self.ahead.keys().next().map(|(at_s, _)| *at_s);
        begins.into_iter().chain(does).min()
    }

    fn plan(&mut self, at_s: i64, begun: Begun, deed: Deed) {
        // What lies ahead of now has not happened: those journeys are open.
        if at_s < self.now_s {
            self.deeds += 1;
            self.ahead.insert((at_s, self.deeds), (begun, deed));
        }
    }
}

impl Begun {
    fn sale(&self) -> Sale {
        let tags = json!({
            "clientId": self.journey.client_id,
            "journeyId": self.journey.id,
            "contentVersionId": self.journey.content_version_id,
            "hypothesisId": self.journey.hypothesis_id,
        });
        Sale {
            amount_minor: self.journey.price.amount_minor,
            currency: self.journey.price.currency.as_str().to_owned(),
            title: self.title.clone(),
            client_reference_id: self.journey.id.clone(),
            customer_email: self.email.clone(),
            metadata: serde_json::from_value(tags).unwrap_or_default(),
        }
    }

    fn checkout(&self, now_ms: i64) -> StoredCheckout {
        StoredCheckout {
            session_id: self.session.clone(),
            journey_id: self.journey.id.clone(),
            content_version_id: self.journey.content_version_id.clone(),
            hypothesis_id: self.journey.hypothesis_id.clone(),
            price: self.journey.price,
            livemode: false,
            opened_at_ms: now_ms,
        }
    }
}
