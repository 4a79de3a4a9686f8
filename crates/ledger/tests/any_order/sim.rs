//! A small Stripe: it takes the steps of a history that apply, keeps the true state, and tells of it as Stripe does.

use crate::expect::Entry;
use crate::model::{Charge, Payment, Session, Stage};
use crate::steps::{Api, GAPS_S, Kind, Step, Stripe, What};
use ledger::journey::OpenedCheckout;
use ledger::object::{ChargeStatus, IntentStatus, RefundStatus, SessionStatus};
use ledger::{Currency, Mark, Observation, Told};

/// What every checkout of the journey asks for.
pub(crate) const PRICE_MINOR: i64 = 50_000;
const START_S: i64 = 1_700_000_000;
/// Sessions, and so payments, of one history.
const SESSIONS_MAX: usize = 4;

pub(crate) struct World {
    pub(crate) stripe: Stripe,
    pub(crate) now_s: i64,
    /// Everything Stripe said, in its order of time.
    pub(crate) told: Vec<Observation>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) timeline: Vec<Entry>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) opened: Vec<OpenedCheckout>,
    ids: i64,
    events: i64,
    step: Step,
    events_of_step: u32,
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

impl World {
    pub(crate) fn run(stripe: Stripe, steps: &[Step]) -> Self {
        let step = Step { gap: 0, skew: 0, lag_ms: 0, which: 0, what: What::Noise };
        let mut world = Self {
            stripe,
            now_s: START_S,
            told: Vec::new(),
            sessions: Vec::new(),
            payments: Vec::new(),
            timeline: Vec::new(),
            marks: Vec::new(),
            opened: Vec::new(),
            ids: 0,
            events: 0,
            step,
            events_of_step: 0,
        };
        for step in steps {
            world.take(*step);
        }
        world
    }

    fn take(&mut self, step: Step) {
        let least = i64::from(!step.what.may_share_second());
        self.now_s += GAPS_S[step.gap].max(least);
        self.step = step;
        self.events_of_step = 0;
        self.act(step.what);
    }

    /// A new id; ids do not sort by time.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}_{:05}", self.scramble(self.ids))
    }

    fn scramble(&self, n: i64) -> i64 {
        (n * 7_919 + i64::from(self.stripe.salt)) % 65_521
    }

    /// A new event, in this second or the next.
    pub(crate) fn event(&mut self) -> Told {
        let later = self.events_of_step > 0 && self.step.skew >> (self.events_of_step - 1).min(7) & 1 == 1;
        self.now_s += i64::from(later);
        self.events_of_step += 1;
        self.events += 1;
        let lag_ms = (i64::from(self.step.lag_ms) + self.events * 137) % 3_000;
        Told {
            at_s: self.now_s,
            event_id: format!("evt_{:05}", self.scramble(self.events)),
            seen_ms: self.now_s * 1000 + lag_ms,
        }
    }

    /// The `which`th of those.
    pub(crate) fn pick<T: Copy>(&self, of: &[T]) -> Option<T> {
        of.get(self.step.which % of.len().max(1)).copied()
    }

    pub(crate) fn odd(&self) -> bool {
        self.step.lag_ms % 2 == 1
    }

    fn open_session(&self, fits: impl Fn(Kind) -> bool) -> Option<usize> {
        let open =
            |s: &usize| self.sessions[*s].status == SessionStatus::Open && fits(self.sessions[*s].kind);
        self.pick(&(0..self.sessions.len()).filter(open).collect::<Vec<_>>())
    }

    fn in_session(&mut self, fits: impl Fn(Kind) -> bool, act: impl FnOnce(&mut Self, usize)) {
        if let Some(s) = self.open_session(fits) {
            act(self, s);
        }
    }

    fn act(&mut self, what: What) {
        let pays = |kind: Kind| kind != Kind::NothingToPay;
        // Slow methods cannot be captured by hand, and a new subscription's invoice names its payment once paid.
        let slow = |kind: Kind| kind == Kind::Payment;
        match what {
            What::Open { kind, ours, foreign } => self.open(kind, ours, foreign),
            What::Decline => self.in_session(pays, Self::decline),
            What::Action => self.in_session(pays, Self::ask_for_action),
            What::Complete => self.in_session(|_| true, Self::complete),
            What::Debit => self.in_session(slow, |world, s| world.submit(s, "sepa_debit")),
            What::Transfer => self.in_session(slow, |world, s| world.submit(s, "customer_balance")),
            What::Expire => self.expire(),
            What::Mark { outcome, ms } => {
                let at_ms = self.now_s * 1000 + ms;
                self.marks.push(Mark { outcome, at_ms, by: "Ana".to_owned(), note: None });
            }
            other => self.act_on_payment(other),
        }
    }

    fn open(&mut self, kind: Kind, ours: bool, foreign: bool) {
        if self.sessions.len() == SESSIONS_MAX {
            return;
        }
        let id = self.id("cs");
        let (s, opened_s) = (self.sessions.len(), self.now_s);
        let currency = currency(if foreign { "eur" } else { "usd" });
        let (status, payment, ended_s) = (SessionStatus::Open, None, None);
        self.sessions.push(Session { id, kind, status, currency, ours, opened_s, payment, ended_s });
        if ours {
            let opened_at_ms = opened_s * 1000 + i64::from(self.step.lag_ms % 1000);
            self.opened.push(OpenedCheckout { session_id: self.sessions[s].id.clone(), opened_at_ms });
        }
        self.timeline.push(Entry::opened(s, opened_s));
        if self.stripe.api < Api::Latest2022 && matches!(kind, Kind::Payment | Kind::ManualCapture) {
            self.payment_of(s);
        }
    }

    /// The session's payment, made now if it has none.
    fn payment_of(&mut self, s: usize) -> usize {
        if let Some(p) = self.sessions[s].payment {
            return p;
        }
        let intent_id = Some(self.id("pi"));
        let subscription = self.sessions[s].kind == Kind::Subscription;
        let invoice = if subscription { Some(self.id("in")) } else { None };
        let p = self.add_payment(intent_id, self.sessions[s].currency);
        self.payments[p].session = Some(s);
        self.payments[p].invoice = invoice;
        self.sessions[s].payment = Some(p);
        self.tell_intent(p);
        p
    }

    fn add_payment(&mut self, intent_id: Option<String>, currency: Currency) -> usize {
        self.payments.push(Payment {
            intent_id,
            status: IntentStatus::RequiresPaymentMethod,
            amount: PRICE_MINOR,
            received: 0,
            currency,
            error: None,
            part_funded: false,
            method: "card",
            created_s: self.now_s,
            invoice: None,
            session: None,
            charges: Vec::new(),
            warned: false,
            stage: Stage::Nothing,
        });
        self.payments.len() - 1
    }

    pub(crate) fn add_charge(&mut self, p: usize, status: ChargeStatus) -> usize {
        let id = self.id("ch");
        let failed = status == ChargeStatus::Failed;
        let charge = Charge {
            id,
            status,
            amount: self.payments[p].amount,
            captured: None,
            released: 0,
            captured_s: 0,
            created_s: self.now_s,
            failure: failed.then(|| "Your card was declined.".to_owned()),
            refunds: Vec::new(),
            disputes: Vec::new(),
        };
        self.payments[p].charges.push(charge);
        self.payments[p].charges.len() - 1
    }

    fn decline(&mut self, s: usize) {
        let p = self.payment_of(s);
        self.payments[p].method = "card";
        let c = self.add_charge(p, ChargeStatus::Failed);
        let mut news = vec![self.tell_charge(p, c, None)];
        self.payments[p].status = IntentStatus::RequiresPaymentMethod;
        self.payments[p].error = Some("Your card was declined.".to_owned());
        news.push(self.tell_intent(p));
        self.tell_invoice(p, false);
        self.payments[p].stage = Stage::Failed;
        self.timeline.push(Entry::failed(p, &news));
    }

    fn ask_for_action(&mut self, s: usize) {
        let p = self.payment_of(s);
        self.payments[p].status = IntentStatus::RequiresAction;
        self.tell_intent(p);
    }

    fn complete(&mut self, s: usize) {
        match self.sessions[s].kind {
            Kind::NothingToPay => {
                self.sessions[s].status = SessionStatus::NothingToPay;
                self.sessions[s].ended_s = Some(self.tell_session(s).at_s);
            }
            Kind::ManualCapture => self.authorise(s),
            Kind::Payment | Kind::Subscription => {
                let p = self.payment_of(s);
                self.payments[p].method = "card";
                let c = self.add_charge(p, ChargeStatus::Succeeded);
                self.take_money(p, c, PRICE_MINOR);
                self.tell_charge(p, c, None);
                self.tell_intent(p);
                self.tell_invoice(p, true);
                self.end_session(s, SessionStatus::Paid);
            }
        }
    }

    fn end_session(&mut self, s: usize, status: SessionStatus) -> Told {
        self.sessions[s].status = status;
        let told = self.tell_session(s);
        self.sessions[s].ended_s.get_or_insert(told.at_s);
        told
    }

    fn authorise(&mut self, s: usize) {
        let p = self.payment_of(s);
        self.payments[p].method = "card";
        let c = self.add_charge(p, ChargeStatus::Succeeded);
        self.payments[p].status = IntentStatus::RequiresCapture;
        let first = self.tell_charge(p, c, None);
        self.tell_intent(p);
        self.end_session(s, SessionStatus::CompleteUnpaid);
        self.start(p, first.at_s);
    }

    fn start(&mut self, p: usize, at_s: i64) {
        self.payments[p].stage = Stage::Processing;
        self.timeline.push(Entry::on_its_way(p, at_s));
    }

    /// A method whose money comes later.
    fn submit(&mut self, s: usize, method: &'static str) {
        let p = self.payment_of(s);
        self.payments[p].method = method;
        let at_s = self.now_s;
        if method == "sepa_debit" {
            let c = self.add_charge(p, ChargeStatus::Pending);
            self.payments[p].status = IntentStatus::Processing;
            self.tell_charge(p, c, None);
        } else {
            self.payments[p].status = IntentStatus::RequiresAction;
        }
        self.tell_intent(p);
        self.end_session(s, SessionStatus::CompleteUnpaid);
        self.start(p, at_s);
    }

    fn expire(&mut self) {
        let open = |s: &usize| {
            let session = &self.sessions[*s];
            session.status == SessionStatus::Open && session.opened_s < self.now_s
        };
        let Some(s) = self.pick(&(0..self.sessions.len()).filter(open).collect::<Vec<_>>()) else { return };
        let told = self.end_session(s, SessionStatus::Expired);
        self.timeline.push(Entry::expired(s, &told));
        let old = self.stripe.api < Api::Latest2022;
        let invoiced = self.sessions[s].kind == Kind::Subscription;
        if let Some(p) = self.sessions[s].payment.filter(|_| !invoiced && (old || self.odd())) {
            self.payments[p].status = IntentStatus::Canceled;
            self.tell_intent(p);
            self.payments[p].stage = Stage::Canceled;
        }
    }

    /// From now on the payment holds money.
    pub(crate) fn take_money(&mut self, p: usize, c: usize, captured: i64) {
        let now_s = self.now_s;
        let payment = &mut self.payments[p];
        payment.status = IntentStatus::Succeeded;
        payment.received = captured;
        payment.part_funded = false;
        payment.stage = Stage::Captured;
        let charge = &mut payment.charges[c];
        charge.status = ChargeStatus::Succeeded;
        charge.captured = Some(captured);
        charge.captured_s = now_s;
        charge.released = charge.amount - captured;
        if charge.released > 0 {
            self.release(p, c);
        }
    }

    /// Stripe shows what was authorised and is given back as a refund.
    pub(crate) fn release(&mut self, p: usize, c: usize) {
        let id = self.id("re");
        let charge = &mut self.payments[p].charges[c];
        charge.refunds.push(crate::model::Refund {
            id,
            amount: charge.released,
            status: RefundStatus::Succeeded,
            created_s: self.now_s,
            release: true,
        });
    }

    /// Adds an old integration's charge.
    pub(crate) fn add_lone(&mut self) -> usize {
        self.add_payment(None, currency("usd"))
    }

    /// Ends the session of a payment with what became of the payment.
    pub(crate) fn settle_session(&mut self, p: usize, status: SessionStatus) -> Option<Told> {
        self.payments[p].session.map(|s| self.end_session(s, status))
    }
}
