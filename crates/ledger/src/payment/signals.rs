//! The latest news of a payment whose money has not arrived. SPEC 9.3.
//!
//! Must never be asked about money that was captured: an old failure says nothing about it.

use super::Parts;
use crate::snapshot::{Told, earliest, latest};
use crate::status::PaymentStatus;

#[derive(Default)]
pub(super) struct Signals {
    pub(super) failed: Option<Told>,
    pub(super) processing: Option<Told>,
    pub(super) authorised: Option<Told>,
    pub(super) canceled: Option<Told>,
}

impl Signals {
    pub(super) fn of(parts: &Parts<'_>) -> Self {
        let intents = parts.intents.iter().map(|(s, _)| *s);
        let charges = parts.charges.iter().map(|(_, s, _)| *s);
        let sessions = parts.paying_sessions().map(|(s, _)| s);
        intents.chain(charges).chain(sessions).map(|s| &s.milestones).fold(Self::default(), |all, m| Self {
            failed: latest(all.failed, m.failed.clone()),
            processing: latest(all.processing, m.processing.clone()),
            authorised: latest(all.authorised, m.authorised.clone()),
            canceled: earliest(all.canceled, m.canceled.clone()),
        })
    }

    /// Cancellation is final. Otherwise the newest news counts; within one second a failure ends what was on its way,
    /// and an authorisation can only follow a failure.
    pub(super) fn status(&self) -> PaymentStatus {
        let at = |told: &Option<Told>| told.as_ref().map(|t| t.at_s);
        if self.canceled.is_some() {
            return PaymentStatus::Canceled;
        }
        [
            (at(&self.processing), 1, PaymentStatus::Processing),
            (at(&self.failed), 2, PaymentStatus::Failed),
            (at(&self.authorised), 3, PaymentStatus::Processing),
        ]
        .into_iter()
        .filter(|(at, _, _)| at.is_some())
        .max_by_key(|&(at, rank, _)| (at, rank))
        .map_or(PaymentStatus::None, |(_, _, status)| status)
    }
}
