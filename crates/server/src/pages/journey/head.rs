//! What stands above every tab: who, what, how it stands.

use crate::app::App;
use crate::ids::IdKind;
use crate::pages::journeys::badge::{self, Badge, PaymentBadge};
use crate::pages::words::When;
use store::clients::StoredClient;
use store::contents::{StoredHypothesis, StoredVersion};
use store::journeys::{self, StoredJourney};
use store::payments::{self, StoredPayment};
use store::{Conn, Result, clients, contents, withdrawals};

/// A journey with the records that it names.
pub(super) struct Record {
    pub(super) journey: StoredJourney,
    pub(super) client: StoredClient,
    pub(super) version: StoredVersion,
    pub(super) content_name: String,
    pub(super) hypothesis: StoredHypothesis,
    /// All of its payments and sessions, by id.
    pub(super) payments: Vec<StoredPayment>,
    pub(super) withdrawn_at_ms: Option<i64>,
}

impl Record {
    /// Loads it; `None` when there is no such journey.
    pub(super) async fn load(conn: &mut Conn, id: &str) -> Result<Option<Self>> {
        let found = if IdKind::Journey.fits(id) { journeys::get(conn, id).await? } else { None };
        let Some(journey) = found else { return Ok(None) };
        let client = clients::get(conn, &journey.client_id).await?;
        let version = contents::get_version(conn, &journey.content_version_id).await?;
        let hypothesis = contents::get_hypothesis(conn, &journey.hypothesis_id).await?;
        let (Some(client), Some(version), Some(hypothesis)) = (client, version, hypothesis) else {
            return Ok(None);
        };
        let content = contents::get_content(conn, &version.content_id).await?;
        let payments = payments::by_journeys(conn, vec![id.to_owned()]).await?;
        let withdrawn = withdrawals::of(conn, vec![id.to_owned()]).await?.pop();
        Ok(Some(Self {
            journey,
            client,
            version,
            content_name: content.map(|c| c.name).unwrap_or_default(),
            hypothesis,
            payments,
            withdrawn_at_ms: withdrawn.map(|w| w.at_ms),
        }))
    }

    /// The payment that the journey's judgement names.
    pub(super) fn payment(&self) -> Option<&StoredPayment> {
        let named = self.journey.judgement.payment_id.as_ref()?;
        self.payments.iter().find(|payment| payment.id == *named)
    }
}

/// The head in words.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) company: Option<String>,
    pub(super) outcome: Badge,
    pub(super) payment: Option<PaymentBadge>,
    pub(super) flags: Vec<Badge>,
    pub(super) content_id: String,
    pub(super) content: String,
    pub(super) version: i64,
    /// The version is this client's own copy.
    pub(super) own_copy: bool,
    pub(super) price: String,
    pub(super) started: When,
    pub(super) first_viewed: Option<When>,
    /// The client's private link.
    pub(super) link: String,
    pub(super) withdrawn: Option<When>,
    /// Differs when the outcome or its money does.
    pub(super) changed_at_ms: i64,
}

impl Head {
    pub(super) fn of(app: &App, record: &Record) -> Self {
        let Record { journey, client, version, .. } = record;
        let now_ms = app.context.clock.now_ms();
        let judgement = &journey.judgement;
        Self {
            id: journey.id.clone(),
            client_id: client.id.clone(),
            name: client.name.clone(),
            email: client.email.clone(),
            company: client.company.clone(),
            outcome: Badge::outcome(judgement.outcome),
            payment: PaymentBadge::of(judgement, record.payment().map(|p| &p.facts), now_ms),
            flags: badge::flags(judgement, journey.pinned.as_ref()),
            content_id: version.content_id.clone(),
            content: record.content_name.clone(),
            version: version.number,
            own_copy: version.journey_id.is_some(),
            price: journey.price.to_string(),
            started: When::ago(journey.started_at_ms, now_ms),
            first_viewed: journey.first_viewed_at_ms.map(|ms| When::ago(ms, now_ms)),
            link: format!("{}/j/{}", app.config.public_url, journey.token),
            withdrawn: record.withdrawn_at_ms.map(|ms| When::ago(ms, now_ms)),
            changed_at_ms: journey.changed_at_ms,
        }
    }
}
