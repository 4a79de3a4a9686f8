//! Does a changed journey belong to the list that a page shows? The same answer as the store's query gives, for rows
//! that are loaded already: `tests` compare the two.

use store::journeys::{JourneyFilter, JourneyLine};

/// True when `line` passes `filter`.
pub(super) fn fits(filter: &JourneyFilter, line: &JourneyLine) -> bool {
    let JourneyFilter { outcome, payment_status, livemode, q } = filter;
    let judgement = &line.journey.judgement;
    outcome.as_deref().is_none_or(|outcome| outcome == judgement.outcome.as_str())
        && payment_status.as_deref().is_none_or(|status| status == judgement.payment_status.as_str())
        && livemode.is_none_or(|livemode| livemode == line.journey.livemode)
        && q.as_deref().is_none_or(|q| is_found(q, line))
}

fn is_found(q: &str, line: &JourneyLine) -> bool {
    let wanted = q.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    has(&line.client_name)
        || has(&line.client_email)
        || line.client_company.as_deref().is_some_and(has)
        || line.journey.id == q
}
