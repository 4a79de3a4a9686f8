//! What a snapshot event says about every Stripe object inside it, as the ledger's observations.
//!
//! Two principles. Every API version reads: a field that is absent, null or of a surprising type is absent, nothing
//! more. And the event's *type* names what happened: where the object at its root says otherwise, as Stripe's own
//! dashboard templates do, the type wins. Embedded objects speak for themselves.
//!
//! Must never judge (what a payment's state is belongs to the ledger) and never fail for what an object holds.

mod billing;
mod charge;
mod intent;
mod previous;
mod reads;
mod reversal;
mod session;
mod tags;
mod wire;

use crate::event::{Envelope, Opened, READ, ReadError, handled};
use crate::lenient::{Raw, Reference};
use ledger::{Capture, Object, Observation, Told, Version};
use std::collections::{BTreeSet, VecDeque};
use wire::Wire;

pub use reads::{Asked, Read, Told as ToldBy, says_more, wrap};

/// Levels of embedding that are read; Stripe expands at most four.
const DEPTH_MAX: u8 = 4;
/// Objects read of one event. Stripe embeds at most a few dozen nowadays; old versions listed every refund of a charge.
const OBJECTS_MAX: usize = 1000;

/// Bounds on kept text, in characters. Stripe's own: metadata values 500, e-mail addresses 512.
const TAG_CHARS_MAX: usize = 500;
const EMAIL_CHARS_MAX: usize = 512;
/// A failure's message is shown to people, a dispute's reason and such are short words.
const MESSAGE_CHARS_MAX: usize = 500;
const WORD_CHARS_MAX: usize = 64;

/// The kinds of object that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Session,
    Intent,
    Charge,
    Refund,
    Dispute,
    Warning,
    Invoice,
    InvoicePayment,
    Subscription,
}

impl Kind {
    /// From an object's `object`.
    fn of_object(word: &str) -> Option<Self> {
        Some(match word {
            "checkout.session" => Self::Session,
            "payment_intent" => Self::Intent,
            "charge" => Self::Charge,
            "refund" => Self::Refund,
            "dispute" => Self::Dispute,
            "radar.early_fraud_warning" => Self::Warning,
            "invoice" => Self::Invoice,
            "invoice_payment" => Self::InvoicePayment,
            "subscription" => Self::Subscription,
            _ => return None,
        })
    }

    /// From the event's type, for roots that do not say what they are.
    fn of_event(event_type: &str) -> Option<Self> {
        let noun = event_type.rsplit_once('.')?.0;
        match noun {
            "charge.refund" => Some(Self::Refund),
            "charge.dispute" => Some(Self::Dispute),
            "customer.subscription" => Some(Self::Subscription),
            _ => Self::of_object(noun),
        }
    }
}

/// Everything `payload`, one snapshot event, says about the Stripe objects in it; the root object first.
///
/// `seen_ms`: when the event was first received, Unix milliseconds. Empty for types that are not [`handled`], for thin
/// events, and for objects without an id (of those only an old dispute can be named after all: by its charge, of which it
/// was the only one: `ch_…/dispute`).
pub fn observe(payload: &[u8], seen_ms: i64) -> Result<Vec<Observation>, ReadError> {
    Ok(say(&Opened::read(payload)?, seen_ms))
}

/// [`Envelope::read`] and [`observe`] in one pass over the bytes, for an event just received.
pub fn receive(payload: &[u8], seen_ms: i64) -> Result<(Envelope<'_>, Vec<Observation>), ReadError> {
    let opened = Opened::whole(payload)?;
    let said = say(&opened, seen_ms);
    Ok((opened.envelope, said))
}

fn say(event: &Opened<'_>, seen_ms: i64) -> Vec<Observation> {
    let Opened { envelope: Envelope { id, event_type, created_s, livemode, .. }, told: told_by, data } =
        event;
    // Not a type of Stripe's, but old fixtures and some stand-ins spell it so.
    if !handled(event_type) && event_type != "payment_intent.cancelled" {
        return Vec::new();
    }
    let told = Told { at_s: *created_s, event_id: id.clone().into_owned(), seen_ms };
    let mut reader = Reader {
        told,
        livemode: *livemode,
        by_reading: false,
        seen: BTreeSet::new(),
        waiting: VecDeque::new(),
        read: Vec::new(),
    };
    let kind = Kind::of_event(event_type);
    let root = Found { kind, object: data.object, depth: 0, within: Within::default() };
    if event_type == READ {
        reader.by_reading = true;
        reader.object(root, &Subject { event_type: reads::subject(told_by), ..Subject::default() });
        if let (Some(root), Some(created_s)) = (reader.read.first_mut(), told_by.created.0) {
            root.since_s = Some(created_s);
        }
    } else {
        reader.object(root, &Subject { event_type: Some(event_type), previous: data.previous_attributes });
    }
    reader.embedded();
    reader.read
}

/// What is known of an object from where it was found, for fields that its API version left out.
#[derive(Clone, Default)]
struct Within {
    charge: Option<String>,
    payment_intent: Option<String>,
}

struct Found<'a> {
    /// What it should be, for objects that do not say.
    kind: Option<Kind>,
    object: Raw<'a>,
    depth: u8,
    within: Within,
}

/// What only the event's root object has: the event is about it.
#[derive(Default)]
struct Subject<'a> {
    event_type: Option<&'a str>,
    previous: Raw<'a>,
}

struct Reader<'a> {
    told: Told,
    livemode: bool,
    by_reading: bool,
    seen: BTreeSet<(Kind, String)>,
    waiting: VecDeque<Found<'a>>,
    read: Vec<Observation>,
}

impl<'a> Reader<'a> {
    fn embedded(&mut self) {
        while self.seen.len() < OBJECTS_MAX
            && let Some(found) = self.waiting.pop_front()
        {
            self.object(found, &Subject::default());
        }
    }

    fn object(&mut self, found: Found<'a>, subject: &Subject) {
        let wire: Wire = found.object.fields();
        let Some(kind) = wire.object.get().map_or(found.kind, Kind::of_object) else { return };
        let Some(id) = own_id(kind, &wire) else { return };
        // Nearer to the root, an object is fuller.
        if !self.seen.insert((kind, id.clone())) {
            return;
        }
        if found.depth < DEPTH_MAX {
            self.find(kind, &id, &wire, &found);
        }
        let (object, capture) = digest(kind, &wire, subject.event_type, found.within);
        let previous = previous::of(kind, subject.previous);
        let since_s = if self.by_reading { reads::since(&object, &wire) } else { None };
        let version = Version { told: self.told.clone(), object, previous };
        self.read.push(Observation { id, version, livemode: self.livemode, capture, since_s });
    }

    /// Queues the objects that are embedded in this one. Which field holds what is the same for every kind.
    fn find(&mut self, kind: Kind, id: &str, wire: &Wire<'a>, outer: &Found<'a>) {
        let named = wire.payment_intent.id().or_else(|| outer.within.payment_intent.clone());
        let within = Within {
            charge: (kind == Kind::Charge).then(|| id.to_owned()),
            payment_intent: if kind == Kind::Intent { Some(id.to_owned()) } else { named },
        };
        let depth = outer.depth + 1;
        let mut queue = |kind: Kind, object: Raw<'a>, within: &Within| {
            if object.json().is_some() {
                self.waiting.push_back(Found { kind: Some(kind), object, depth, within: within.clone() });
            }
        };
        let unknown = Within::default();
        let links = [wire.invoice_links(), vec![wire.payment.0]].concat();
        let paid_by = |pick: fn(&wire::Link<'a>) -> Reference<'a>| links.iter().map(pick);
        for reference in paid_by(|l| l.payment_intent).chain([wire.payment_intent]) {
            queue(Kind::Intent, reference.expanded(), &unknown);
        }
        for reference in paid_by(|l| l.charge).chain([wire.charge]) {
            queue(Kind::Charge, reference.expanded(), &unknown);
        }
        for charge in wire.charges.0.iter().copied().chain([wire.latest_charge.expanded()]) {
            queue(Kind::Charge, charge, &within);
        }
        for refund in &wire.refunds.0 {
            queue(Kind::Refund, *refund, &within);
        }
        queue(Kind::Dispute, wire.dispute.expanded(), &within);
        for invoice in [wire.invoice, wire.latest_invoice] {
            queue(Kind::Invoice, invoice.expanded(), &unknown);
        }
        queue(Kind::Subscription, wire.subscription.expanded(), &unknown);
    }
}

/// An InvoicePayment is read as what it says of its invoice.
fn own_id(kind: Kind, wire: &Wire) -> Option<String> {
    match kind {
        Kind::InvoicePayment => wire.invoice.id(),
        Kind::Dispute => wire.id.id().or_else(|| Some(format!("{}/dispute", wire.charge.id()?))),
        _ => wire.id.id(),
    }
}

fn digest(kind: Kind, wire: &Wire, told_by: Option<&str>, within: Within) -> (Object, Option<Capture>) {
    let object = match kind {
        Kind::Session => Object::Session(session::digest(wire, told_by)),
        Kind::Intent => Object::Intent(intent::digest(wire, told_by)),
        Kind::Charge => {
            let (charge, capture) = charge::digest(wire, told_by, within);
            return (Object::Charge(charge), capture);
        }
        Kind::Refund => Object::Refund(reversal::refund(wire, told_by, within)),
        Kind::Dispute => Object::Dispute(reversal::dispute(wire, within)),
        Kind::Warning => Object::Warning(reversal::warning(wire)),
        Kind::Invoice => Object::Invoice(billing::invoice(wire, told_by)),
        Kind::InvoicePayment => Object::Invoice(billing::invoice_payment(wire)),
        Kind::Subscription => Object::Subscription(billing::subscription(wire)),
    };
    (object, None)
}
