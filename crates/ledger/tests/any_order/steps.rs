//! Histories as data: what happens, step by step, and which Stripe tells of it. Proptest makes and shrinks these.
//!
//! A step that does not apply when its turn comes is left out, so any part of a history is a history.

use ledger::Outcome;
use proptest::prelude::*;

/// The shapes that events have had over the years (STRIPE.md section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Api {
    /// Charges embedded, refunds in them, no `amount_captured`; the intent exists from the session's opening.
    Charges2019,
    /// The same with `amount_captured`.
    Charges2020,
    /// `latest_charge`; no refunds in the charge; the intent is made by the first attempt.
    Latest2022,
    /// `refund.*` for all refunds; invoices and intents do not know each other.
    Refunds2025,
}

/// How this Stripe account tells of things.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stripe {
    pub(crate) api: Api,
    /// The endpoint gets `charge.captured`.
    pub(crate) capture_events: bool,
    /// In [`Api::Latest2022`], this payment method has `charge.refund.updated`.
    pub(crate) refund_events: bool,
    /// Refunds and disputes name only their charge.
    pub(crate) by_charge_only: bool,
    /// Scrambles ids, so that their order is not that of time.
    pub(crate) salt: u16,
}

/// One step: some seconds later, `what` happens to the `which`th thing it can happen to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// Index into [`GAPS_S`].
    pub(crate) gap: usize,
    /// Bit n set: Stripe's n-th event of this step is told a second later than the one before.
    pub(crate) skew: u8,
    /// How long after their second began these events reach us, in ms.
    pub(crate) lag_ms: u16,
    pub(crate) which: usize,
    pub(crate) what: What,
}

/// Seconds between steps.
pub(crate) const GAPS_S: [i64; 6] = [0, 0, 1, 90, 86_400, 600_000];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Payment,
    ManualCapture,
    NothingToPay,
    Subscription,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefundEnd {
    Succeeds,
    Fails,
    Canceled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DisputeEnd {
    Won,
    Lost,
    Prevented,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A checkout is opened: by us, or by Stripe (recovery, payment link), of which no event tells.
    Open {
        kind: Kind,
        ours: bool,
        foreign: bool,
    },
    /// In an open checkout: a card is declined.
    Decline,
    /// In an open checkout: 3-D Secure is asked for.
    Action,
    /// In an open checkout: the card pays, or is authorised; or there is nothing to pay.
    Complete,
    /// In an open checkout: a slow debit is submitted.
    Debit,
    /// In an open checkout: a bank transfer is announced.
    Transfer,
    /// An open checkout expires.
    Expire,
    /// A bank transfer brings a part.
    Fund,
    /// A slow debit or a transfer ends.
    Settle {
        ok: bool,
    },
    /// A charge of an old integration, with no intent.
    Lone {
        manual: bool,
        ok: bool,
    },
    /// An authorisation is captured.
    Capture {
        percent: i64,
    },
    /// An authorisation is given back by the seller.
    Void,
    /// An authorisation lapses.
    Lapse,
    /// A transfer, or what is left of a failed debit, is canceled.
    Cancel,
    Refund {
        percent: i64,
        pending: bool,
    },
    RefundEnds {
        how: RefundEnd,
    },
    Inquiry,
    Dispute {
        percent: i64,
    },
    DisputeMoves,
    DisputeEnds {
        how: DisputeEnd,
    },
    Appeal,
    Warn,
    /// `charge.updated` with no news.
    Noise,
    /// A person marks the journey, at that ms of the second.
    Mark {
        outcome: Outcome,
        ms: i64,
    },
}

impl What {
    /// Software follows software within a second; people, banks and clients do not.
    pub(crate) fn may_share_second(self) -> bool {
        matches!(
            self,
            Self::Open { .. }
                | Self::Expire
                | Self::Capture { .. }
                | Self::Void
                | Self::Refund { .. }
                | Self::Noise
                | Self::Warn
                | Self::Mark { .. }
        )
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => Just(Kind::Payment),
        3 => Just(Kind::ManualCapture),
        1 => Just(Kind::NothingToPay),
        2 => Just(Kind::Subscription),
    ]
}

fn opening() -> impl Strategy<Value = What> {
    let foreign = prop::bool::weighted(0.1);
    (kind(), prop::bool::weighted(0.7), foreign).prop_map(|(kind, ours, foreign)| What::Open {
        kind,
        ours,
        foreign,
    })
}

fn in_checkout() -> impl Strategy<Value = What> {
    prop_oneof![
        3 => Just(What::Decline),
        1 => Just(What::Action),
        4 => Just(What::Complete),
        3 => Just(What::Debit),
        2 => Just(What::Transfer),
        3 => Just(What::Expire),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(manual, ok)| What::Lone { manual, ok }),
    ]
}

fn on_its_way() -> impl Strategy<Value = What> {
    prop_oneof![
        1 => Just(What::Fund),
        3 => any::<bool>().prop_map(|ok| What::Settle { ok }),
        2 => Just(What::Capture { percent: 100 }),
        2 => (1_i64..100).prop_map(|percent| What::Capture { percent }),
        1 => Just(What::Void),
        1 => Just(What::Lapse),
        1 => Just(What::Cancel),
    ]
}

fn going_back() -> impl Strategy<Value = What> {
    let refund_end =
        prop_oneof![Just(RefundEnd::Succeeds), Just(RefundEnd::Fails), Just(RefundEnd::Canceled)];
    let dispute_end = prop_oneof![3 => Just(DisputeEnd::Won), 4 => Just(DisputeEnd::Lost), 1 => Just(DisputeEnd::Prevented)];
    let share = || prop_oneof![1 => Just(100_i64), 2 => 1_i64..100];
    prop_oneof![
        4 => (share(), any::<bool>()).prop_map(|(percent, pending)| What::Refund { percent, pending }),
        2 => refund_end.prop_map(|how| What::RefundEnds { how }),
        1 => Just(What::Inquiry),
        3 => share().prop_map(|percent| What::Dispute { percent }),
        1 => Just(What::DisputeMoves),
        3 => dispute_end.prop_map(|how| What::DisputeEnds { how }),
        1 => Just(What::Appeal),
    ]
}

fn aside() -> impl Strategy<Value = What> {
    let outcome = prop::sample::select(Outcome::ALL);
    prop_oneof![
        1 => Just(What::Warn),
        2 => Just(What::Noise),
        3 => (outcome, 0_i64..1000).prop_map(|(outcome, ms)| What::Mark { outcome, ms }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let what =
        prop_oneof![4 => opening(), 8 => in_checkout(), 4 => on_its_way(), 5 => going_back(), 1 => aside()];
    let skew = prop_oneof![2 => Just(0_u8), 1 => 0_u8..16];
    (0..GAPS_S.len(), skew, 0_u16..3000, 0_usize..4, what).prop_map(|(gap, skew, lag_ms, which, what)| Step {
        gap,
        skew,
        lag_ms,
        which,
        what,
    })
}

pub(crate) fn stripe() -> impl Strategy<Value = Stripe> {
    let api = prop_oneof![
        Just(Api::Refunds2025),
        Just(Api::Latest2022),
        Just(Api::Charges2020),
        Just(Api::Charges2019)
    ];
    (api, any::<bool>(), any::<bool>(), any::<bool>(), any::<u16>()).prop_map(
        |(api, capture_events, refund_events, by_charge_only, salt)| Stripe {
            api,
            capture_events,
            refund_events,
            by_charge_only,
            salt,
        },
    )
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..28)
}
